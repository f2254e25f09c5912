# Lo que dice insights y ningún otro servicio.
refusal-query = La consulta falló: {$why}
refusal-query-deadline = La consulta falló: tardó más de lo permitido.
refusal-query-memory = La consulta falló: necesita más memoria de la permitida.
error-insights-day = Tiene que ser una fecha, como 2026-11-21.
error-insights-order = Tiene que ser igual o posterior a la primera fecha.
error-insights-sales = Tiene que ser net o gross.
error-insights-price = Tiene que ser un importe, desde 0.
error-insights-range = Tiene que estar entre {$from} y {$to}.
error-insights-choice = Tiene que ser uno de: {$of}.
