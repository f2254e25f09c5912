{{ config(materialized='view', meta={'key': ['compra_id', 'linea']}) }}

-- Articles of the orders in `compras`, one row for each line.
select
    order_id as compra_id,
    {{ pharmavida_id('product_id') }} as producto_id,
    line_no as linea
from {{ ref('silver_sales') }}
where source = '{{ var('pharmavida_source', 'belgrano') }}' and kind = 'sale'
