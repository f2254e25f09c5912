{{ config(materialized='view', meta={'key': ['oferta_id', 'producto_id']}) }}

-- Articles of offers.
select
    offer_id as oferta_id,
    {{ pharmavida_id('product_id') }} as producto_id
from {{ ref('silver_offer_products') }}
where source = '{{ var('pharmavida_source', 'belgrano') }}'
