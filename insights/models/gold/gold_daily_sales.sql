{{ config(materialized='table', meta={'key': ['source', 'ordered_on', 'currency', 'country', 'payment_method', 'customer_kind', 'device', 'traffic_source'], 'sum_of': 'gold_sales'}) }}

-- Sales of a day by what is said of whole orders, so orders add up over every column. Returns stand on their own day.
select
    source,
    ordered_on,
    currency,
    country,
    payment_method,
    customer_kind,
    device,
    traffic_source,
    cast(sum(gross_orders) as bigint) as gross_orders,
    cast(sum(net_orders) as bigint) as net_orders,
    {{ line_sums() }}
from {{ ref('gold_sales') }}
group by
    source,
    ordered_on,
    currency,
    country,
    payment_method,
    customer_kind,
    device,
    traffic_source
