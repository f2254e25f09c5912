{{ config(materialized='table', meta={'key': ['source', 'ordered_on', 'country', 'region', 'city', 'barrio'], 'sum_of': 'gold_sales'}) }}

-- Sales of a day by place. An order has one place, so orders add up over every column.
select
    source,
    ordered_on,
    country,
    region,
    city,
    barrio,
    cast(sum(gross_orders) as bigint) as gross_orders,
    cast(sum(net_orders) as bigint) as net_orders,
    {{ line_sums() }}
from {{ ref('gold_sales') }}
group by
    source,
    ordered_on,
    country,
    region,
    city,
    barrio
