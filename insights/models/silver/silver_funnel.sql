{{ config(materialized='table', meta={'key': ['source', 'hour_at', 'device', 'traffic_source'], 'keys_from': 'bronze_funnel'}) }}

with newest as (
    {{ newest(source('bronze', 'bronze_funnel'), ['source', 'hour_at', 'device', 'traffic_source']) }}
)

select
    source,
    hour_at,
    hour_on,
    device,
    traffic_source,
    home,
    product,
    cart,
    checkout,
    orders,
    visits,
    seq
from newest
