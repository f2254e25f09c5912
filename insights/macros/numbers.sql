{#- A sum of money as a number with two decimals, ties away from zero. The sum is a DECIMAL, so this is exact; it becomes
    a floating-point number once, here at the very end. -#}
{% macro money(amount) -%}
cast(cast({{ amount }} as decimal(38, 2)) as double)
{%- endmacro %}

{#- Bridge: rounds a floating-point number to `places` decimals. The two engines disagree about round(2.675, 2), since
    DuckDB looks at the number's binary value and DataFusion multiplies first. Both round to whole numbers alike, so the
    multiplication is written out. -#}
{% macro rounded(number, places) -%}
{%- if places == 1 -%}
(round(({{ number }}) * 10) / 10)
{%- elif places == 2 -%}
(round(({{ number }}) * 100) / 100)
{%- else -%}
(round(({{ number }}) * 10000) / 10000)
{%- endif -%}
{%- endmacro %}

{#- Divides as floating-point numbers; null where the divisor is zero or null. -#}
{% macro ratio(part, whole) -%}
(cast({{ part }} as double) / nullif(cast({{ whole }} as double), 0))
{%- endmacro %}

{#- Bridge: whole division of two counts that are not negative. `/` is a floating-point division in DuckDB and a whole
    one in DataFusion; `//` is not known to DataFusion. -#}
{% macro div(part, whole) -%}
{% if target.type == 'duckdb' -%}
(({{ part }}) // ({{ whole }}))
{%- else -%}
(cast({{ part }} as bigint) / cast({{ whole }} as bigint))
{%- endif %}
{%- endmacro %}

{#- Bridge: the value that stands first in a given order, within a group. DuckDB calls it `first`, and its `first_value` is
    for windows only; DataFusion calls it `first_value`. The order has to leave no ties, or the engines pick freely. -#}
{% macro first_by(value, order) -%}
{% if target.type == 'duckdb' -%}
first({{ value }} order by {{ order }})
{%- else -%}
first_value({{ value }} order by {{ order }})
{%- endif %}
{%- endmacro %}

{#- A part of a whole in percent, with two decimals; null where the whole is zero. -#}
{% macro percent(part, whole) -%}
{{ rounded(ratio(part, whole) ~ ' * 100', 2) }}
{%- endmacro %}
