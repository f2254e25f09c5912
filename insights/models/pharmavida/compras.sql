{{ config(materialized='view', meta={'key': ['id']}) }}

-- Orders that stand.
select
    order_id as id,
    {{ pharmavida_id('customer_id') }} as usuario_id,
    ordered_on as fecha,
    cast(total as decimal(18, 2)) as total,
    status as estado,
    payment_method as metodo_pago,
    barrio as distrito
from {{ ref('silver_orders') }}
where source = '{{ var('pharmavida_source', 'belgrano') }}' and not called_off and not cancellation
