-- Orders of an article on a day, counted the slow way.
with counted as (
    select
        source,
        ordered_on,
        product_id,
        count(distinct case when kind = 'sale' then order_id end) as gross_orders,
        count(distinct case when kind = 'sale' and not voided then order_id end) as net_orders
    from {{ ref('gold_sales') }}
    where not fee
    group by source, ordered_on, product_id
)

select counted.*, cells.gross_orders as cell_gross_orders, cells.net_orders as cell_net_orders
from counted
full outer join {{ ref('gold_daily_products') }} as cells
    on counted.source = cells.source and counted.ordered_on = cells.ordered_on and counted.product_id = cells.product_id
where not coalesce(cells.fee, false)
    and (counted.source is null or cells.source is null
        or counted.gross_orders <> cells.gross_orders or counted.net_orders <> cells.net_orders)
