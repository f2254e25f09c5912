-- Orders of all months of a customer are all of the customer's orders.
with months as (
    select source as m_source, customer_id as m_customer_id, sum(orders) as orders
    from {{ ref('gold_customer_months') }}
    group by source, customer_id
)

select source, customer_id, total_orders, orders
from {{ ref('gold_customer_analytics') }}
left join months on source = m_source and customer_id = m_customer_id
where total_orders <> coalesce(orders, 0)
