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

{#- Bridge: the local date of an instant in the zone of our own source. `at time zone` answers a local time in DuckDB. In
    DataFusion it answers an instant again, which `to_local_time` makes local, and takes an instant without a zone, as `now()`
    is there, for a local time of that zone, so UTC is named first. -#}
{% macro local_date(instant) -%}
{% if target.type == 'duckdb' -%}
cast({{ instant }} at time zone '{{ var('own_zone', 'America/Argentina/Buenos_Aires') }}' as date)
{%- else -%}
cast(to_local_time({{ instant }} at time zone 'UTC' at time zone '{{ var('own_zone', 'America/Argentina/Buenos_Aires') }}') as date)
{%- endif %}
{%- endmacro %}

{#- Today in the zone of our own source, or the date the variable `as_of` fixes. -#}
{% macro today() -%}
{% if var('as_of', '') -%}
date '{{ var('as_of', '') }}'
{%- else -%}
{{ local_date('now()') }}
{%- endif %}
{%- endmacro %}
