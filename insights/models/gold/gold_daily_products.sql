{{ config(materialized='table', meta={'key': ['source', 'ordered_on', 'product_id', 'fee'], 'sum_of': 'gold_sales'}) }}

-- Sales of a day by article. Orders add up over days, not over articles; `fee` rows are money but no article.
select
    source,
    ordered_on,
    product_id,
    fee,
    {{ cube_measures() }}
from {{ ref('gold_sales') }}
group by
    source,
    ordered_on,
    product_id,
    fee
