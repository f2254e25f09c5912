{{ config(materialized='table', meta={'key': ['source', 'product_id'], 'keys_from': 'bronze_products'}) }}

with newest as (
    {{ newest(source('bronze', 'bronze_products'), ['source', 'product_id']) }}
)

select
    source,
    product_id,
    {{ tidy('product_name') }} as product_name,
    business_id,
    category_id,
    {{ tidy('category_name') }} as category_name,
    {{ tidy('brand') }} as brand,
    price,
    list_price,
    cost,
    stock,
    reorder_point,
    lead_days,
    active,
    featured,
    seq
from newest
where not deleted
