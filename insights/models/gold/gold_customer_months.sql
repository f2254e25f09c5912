{{ config(materialized='table', meta={'key': ['source', 'customer_id', 'month']}) }}

-- What each customer bought in each month: who came back, month by month, is counted here and not over lines.
select
    source,
    customer_id,
    {{ month_of('ordered_on') }} as month,
    cast(sum(net_orders) as bigint) as orders,
    cast(sum(net) as decimal(28, 4)) as net
from {{ ref('gold_sales') }}
where customer_id is not null
group by source, customer_id, {{ month_of('ordered_on') }}
