{{ config(materialized='table', meta={'day': 'changed_on', 'key': ['source', 'price_id'], 'keys_from': 'bronze_prices'}) }}

with newest as (
    {{ newest(source('bronze', 'bronze_prices'), ['source', 'price_id']) }}
)

select
    source,
    price_id,
    product_id,
    price,
    list_price,
    cost,
    changed_at,
    changed_on,
    seq
from newest
