{#- An id as PharmaVida has them. Ours are numbers in the shop and text in the lake, where other sources have codes; so they
    are numbers again where the views show our own marketplace. -#}
{% macro pharmavida_id(id) -%}
{% if var('pharmavida_source', 'belgrano') == var('own_source', 'belgrano') -%}
try_cast({{ id }} as bigint)
{%- else -%}
{{ id }}
{%- endif %}
{%- endmacro %}
