{{ config(materialized='table', meta={'key': ['source', 'price_id'], 'keys_from': 'bronze_prices'}) }}

with newest as (
    select *
    from {{ source('bronze', 'bronze_prices') }}
    {{ newest('source, price_id') }}
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
