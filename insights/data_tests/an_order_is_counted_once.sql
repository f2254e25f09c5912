-- Sums of gross_orders and net_orders count orders: exactly one line of each order that has sales carries the 1.
select source, order_id
from {{ ref('gold_sales') }}
group by source, order_id
having sum(gross_orders) <> max(case when kind = 'sale' then 1 else 0 end)
    or sum(net_orders) <> max(case when kind = 'sale' and not voided then 1 else 0 end)
