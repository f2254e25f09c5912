{{ config(materialized='table', meta={'key': ['source', 'review_id'], 'keys_from': 'bronze_reviews'}) }}

with newest as (
    {{ newest(source('bronze', 'bronze_reviews'), ['source', 'review_id']) }}
)

select
    source,
    review_id,
    order_id,
    customer_id,
    product_id,
    product_id is null as of_delivery,
    stars,
    {{ tidy('words') }} as words,
    reviewed_at,
    reviewed_on,
    hidden,
    seq
from newest
where not deleted
