{{ config(materialized='table', meta={'key': ['source', 'ordered_on', 'country', 'region', 'city', 'barrio'], 'sum_of': 'gold_sales'}) }}

-- Sales of a day by place. An order has one place, so orders add up over every column.
select
    source,
    ordered_on,
    country,
    region,
    city,
    barrio,
    {{ cube_measures() }}
from {{ ref('gold_sales') }}
group by
    source,
    ordered_on,
    country,
    region,
    city,
    barrio
