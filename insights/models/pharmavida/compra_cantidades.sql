{{ config(materialized='view', meta={'key': ['compra_id', 'linea']}) }}

-- Quantities of the orders in `compras`, one row for each line. The first system joins them to `compra_productos` by the
-- order alone, which takes each quantity once for every article of the order; joined by `linea` as well, each goes with its
-- own article.
select
    order_id as compra_id,
    quantity as cantidad,
    line_no as linea
from {{ ref('silver_sales') }}
where source = '{{ var('pharmavida_source', 'belgrano') }}' and kind = 'sale'
