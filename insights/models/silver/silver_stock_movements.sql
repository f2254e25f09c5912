{{ config(materialized='table', meta={'day': 'moved_on', 'key': ['source', 'movement_id'], 'keys_from': 'bronze_stock_movements'}) }}

with newest as (
    {{ newest(source('bronze', 'bronze_stock_movements'), ['source', 'movement_id']) }}
)

select
    source,
    movement_id,
    product_id,
    {{ tidy_lower('kind') }} as kind,
    quantity,
    stock_after,
    {{ tidy('reason') }} as reason,
    {{ tidy_lower('actor') }} as actor,
    order_id,
    moved_at,
    moved_on,
    seq
from newest
