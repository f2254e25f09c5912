{#- Keeps the newest version of each row: bronze appends one row for each change, and `seq` follows the order in which
    the changes were committed. Clocks only label, so no time is looked at. Takes the key as a list of columns. -#}
{% macro newest(key) -%}
qualify row_number() over (partition by {{ key }} order by seq desc) = 1
{%- endmacro %}
