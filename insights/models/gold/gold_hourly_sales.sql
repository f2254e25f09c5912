{{ config(materialized='table', meta={'key': ['source', 'ordered_on', 'ordered_hour'], 'sum_of': 'gold_sales'}) }}

-- Sales of an hour of a day, both in the source's zone.
select
    source,
    ordered_on,
    ordered_hour,
    {{ cube_measures() }}
from {{ ref('gold_sales') }}
group by
    source,
    ordered_on,
    ordered_hour
