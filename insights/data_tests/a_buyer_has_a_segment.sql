select source, customer_id
from {{ ref('gold_customer_analytics') }}
where (total_orders > 0) <> (rfm_segment is not null) or (total_orders > 0) <> (customer_segment is not null)
    or (total_orders > 0) <> (first_order_on is not null)
