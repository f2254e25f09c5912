{{ config(materialized='table', meta={'key': ['source', 'category_id'], 'keys_from': 'bronze_product_categories'}) }}

with newest as (
    {{ newest(source('bronze', 'bronze_product_categories'), ['source', 'category_id']) }}
)

select
    source,
    category_id,
    {{ tidy('category_name') }} as category_name,
    seq
from newest
where not deleted
