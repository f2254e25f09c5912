{#- Trims a text; an empty one is null. -#}
{% macro tidy(text) -%}
nullif(trim({{ text }}), '')
{%- endmacro %}

{#- Trims a text and puts it in lower case, for words of a closed vocabulary. -#}
{% macro tidy_lower(text) -%}
nullif(lower(trim({{ text }})), '')
{%- endmacro %}

{#- Standardised case for places and names of people: a text that is all capitals or all small letters gets a capital at
    the start of each word; a text somebody already wrote with care is left as it is, so that "Villa Gral. Mitre" and
    "Parque de los Patricios" stay. -#}
{% macro tidy_case(text) -%}
case
    when {{ tidy(text) }} is null then null
    when trim({{ text }}) in (upper(trim({{ text }})), lower(trim({{ text }}))) then {{ initcap('trim(' ~ text ~ ')') }}
    else trim({{ text }})
end
{%- endmacro %}

{#- Bridge: DuckDB has no INITCAP. There, the text is cut into letters and each is put in capitals when what stands before
    it is no letter and no digit, which is DataFusion's rule ("o'higgins" is "O'Higgins", "3rd" stays). -#}
{% macro initcap(text) -%}
{% if target.type == 'duckdb' -%}
array_to_string(list_transform(
    range(1, length({{ text }}) + 1),
    lambda place: case
        when place = 1 or not regexp_matches(substr({{ text }}, place - 1, 1), '[\p{L}\p{N}]')
            then upper(substr({{ text }}, place, 1))
        else lower(substr({{ text }}, place, 1))
    end
), '')
{%- else -%}
initcap({{ text }})
{%- endif %}
{%- endmacro %}
