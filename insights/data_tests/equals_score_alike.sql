-- Customers with the same value of recency, frequency or revenue have the same score for it.
select 'recency' as score, source, cast(days_since_last_order as double) as value
from {{ ref('gold_customer_analytics') }}
where total_orders > 0
group by source, days_since_last_order
having min(recency_score) <> max(recency_score)
union all
select 'frequency' as score, source, cast(total_orders as double) as value
from {{ ref('gold_customer_analytics') }}
where total_orders > 0
group by source, total_orders
having min(frequency_score) <> max(frequency_score)
