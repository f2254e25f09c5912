{#- Age groups of the contract. Only the year of birth is asked for, so everyone counts as having had this year's birthday.
    An unknown age is 'Sin dato', and so is one under 18: the shop sells to adults, so that year is a slip. -#}
{% macro age_group(age) -%}
case
        when {{ age }} is null or {{ age }} < 18 or {{ age }} > 110 then 'Sin dato'
        when {{ age }} <= 24 then '18-24'
        when {{ age }} <= 34 then '25-34'
        when {{ age }} <= 44 then '35-44'
        when {{ age }} <= 54 then '45-54'
        when {{ age }} <= 64 then '55-64'
        else '65+'
    end
{%- endmacro %}

{#- How long somebody has been a customer, in four stages. -#}
{% macro lifetime_stage(tenure_days) -%}
case
        when {{ tenure_days }} is null then null
        when {{ tenure_days }} <= {{ var('stage_new_days', 30) }} then 'New'
        when {{ tenure_days }} <= {{ var('stage_recent_days', 90) }} then 'Recent'
        when {{ tenure_days }} <= {{ var('stage_regular_days', 365) }} then 'Regular'
        else 'Veteran'
    end
{%- endmacro %}
