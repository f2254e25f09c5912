{{ config(materialized='table', meta={'key': ['source', 'ordered_on', 'ordered_hour'], 'sum_of': 'gold_sales'}) }}

-- Sales of an hour of a day, both in the source's zone.
select
    source,
    ordered_on,
    ordered_hour,
    cast(sum(gross_orders) as bigint) as gross_orders,
    cast(sum(net_orders) as bigint) as net_orders,
    {{ line_sums() }}
from {{ ref('gold_sales') }}
group by
    source,
    ordered_on,
    ordered_hour
