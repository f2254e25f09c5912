-- As many lines as the newest version brought, and none of an order that is gone.
with expected as (
    select items.source, items.order_id, count(*) as lines
    from {{ source('bronze', 'bronze_order_items') }} as items
    inner join {{ ref('silver_orders') }} as orders
        on items.source = orders.source and items.order_id = orders.order_id and items.seq = orders.seq
    group by items.source, items.order_id
),

found as (
    select source as f_source, order_id as f_order_id, count(*) as f_lines
    from {{ ref('silver_sales') }}
    group by source, order_id
)

select *
from expected
full outer join found on source = f_source and order_id = f_order_id
where lines is null or f_lines is null or lines <> f_lines
