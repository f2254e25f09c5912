# What insights says and no other service does.
refusal-query = La consulta falló: {$why}
refusal-query-deadline = La consulta falló: the query took longer than it may.
refusal-query-memory = La consulta falló: the query needs more memory than it may have.
error-insights-day = Has to be a date, such as 2026-11-21.
error-insights-order = Has to be the first date or later.
error-insights-sales = Has to be net or gross.
error-insights-price = Has to be an amount, from 0 on.
error-insights-range = Has to be between {$from} and {$to}.
error-insights-choice = Has to be one of: {$of}.
