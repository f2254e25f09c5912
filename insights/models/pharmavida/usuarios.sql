{{ config(materialized='view', meta={'key': ['id']}) }}

-- Accounts. With `persons` false nobody's name is shown; the columns stay, so that queries keep running.
select
    {{ pharmavida_id('customers.customer_id') }} as id,
    {% if var('persons', true) %}persons.first_name{% else %}cast(null as varchar){% endif %} as nombre,
    {% if var('persons', true) %}persons.last_name{% else %}cast(null as varchar){% endif %} as apellido,
    customers.barrio as distrito,
    customers.registered_on as fecha_registro
from {{ ref('silver_customers') }} as customers
{% if var('persons', true) -%}
left join {{ ref('silver_persons') }} as persons
    on customers.source = persons.source and customers.customer_id = persons.customer_id
{% endif -%}
where customers.source = '{{ var('pharmavida_source', 'belgrano') }}'
