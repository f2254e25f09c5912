{{ config(materialized='view', meta={'key': ['id']}) }}

-- The catalog.
select
    {{ pharmavida_id('product_id') }} as id,
    product_name as nombre,
    cast(price as decimal(18, 2)) as precio,
    stock,
    category_name as categoria,
    active as activo
from {{ ref('silver_products') }}
where source = '{{ var('pharmavida_source', 'belgrano') }}'
