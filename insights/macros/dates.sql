{#- First day of the month of a date. Both engines have date_trunc; one answers a date, the other an instant. -#}
{% macro month_of(day) -%}
cast(date_trunc('month', {{ day }}) as date)
{%- endmacro %}

{#- A date some whole months later (or earlier, when negative); the last day of a short month stands for what it lacks. -#}
{% macro add_months(day, months) -%}
cast({{ day }} + interval '{{ months }} month' as date)
{%- endmacro %}

{#- Days from one date to another, as BIGINT. -#}
{% macro days_between(start, finish) -%}
cast({{ finish }} - {{ start }} as bigint)
{%- endmacro %}

{#- Whole seconds from one instant to another, as BIGINT; null while one of them is missing. `extract(epoch …)` answers
    floating-point seconds, so the difference is first set right to the millisecond. -#}
{% macro seconds_between(start, finish) -%}
cast(floor(round((extract(epoch from {{ finish }}) - extract(epoch from {{ start }})) * 1000) / 1000) as bigint)
{%- endmacro %}

{#- Bridge: today in the zone of our own source, or the date the variable `as_of` fixes. What `at time zone` answers is
    a local time in DuckDB, and in DataFusion still an instant, which `to_local_time` turns into one. -#}
{% macro today() -%}
{% if var('as_of', '') -%}
date '{{ var('as_of', '') }}'
{%- elif target.type == 'duckdb' -%}
cast(now() at time zone '{{ var('own_zone', 'America/Argentina/Buenos_Aires') }}' as date)
{%- else -%}
cast(to_local_time(now() at time zone '{{ var('own_zone', 'America/Argentina/Buenos_Aires') }}') as date)
{%- endif %}
{%- endmacro %}
