{{ config(materialized='table', meta={'key': ['source', 'order_id', 'line_no'], 'rebuild': 'import'}) }}

-- Which sale line a cancellation line voids: the latest earlier one of the same customer, article, quantity and price that
-- is not voided yet, last in first out, as a closing bracket closes the last one still open. Our own marketplace cancels
-- orders and writes no such documents, so this reads imported sources alone and changes when one is imported. A line
-- without a customer voids nothing and is not voided: two of those need not be the same customer's.
with lines as (
    select
        source,
        order_id,
        line_no,
        customer_id,
        product_id,
        abs(quantity) as pieces,
        unit_price,
        ordered_at,
        ordered_on,
        kind
    from {{ ref('silver_sales') }}
    where source <> '{{ var('own_source', 'belgrano') }}' and kind in ('sale', 'return') and customer_id is not null
),

returned as (
    select distinct
        source as r_source,
        customer_id as r_customer_id,
        product_id as r_product_id,
        pieces as r_pieces,
        unit_price as r_unit_price
    from lines
    where kind = 'return'
),

-- One step up for a sale, one down for a cancellation. At the same instant the sale goes first.
steps as (
    select lines.*, case when kind = 'sale' then 1 else -1 end as step
    from lines
    inner join returned
        on source = r_source and customer_id = r_customer_id and product_id = r_product_id
        and pieces = r_pieces and unit_price = r_unit_price
),

heights as (
    select
        *,
        sum(step) over (
            partition by source, customer_id, product_id, pieces, unit_price
            order by ordered_at, step desc, order_id, line_no
            rows between unbounded preceding and current row
        ) as height
    from steps
),

-- The ground is where the walk has been lowest: a cancellation that lowers it has no sale left to void.
grounds as (
    select
        *,
        least(0, coalesce(min(height) over (
            partition by source, customer_id, product_id, pieces, unit_price
            order by ordered_at, step desc, order_id, line_no
            rows between unbounded preceding and 1 preceding
        ), 0)) as ground
    from heights
),

-- On each level above the ground, sales and cancellations take turns; a sale is voided by the one right after it.
levels as (
    select *, height - ground + case when step = 1 then 0 else 1 end as level
    from grounds
    where height >= ground
),

turns as (
    select
        *,
        lead(step) over (
            partition by source, customer_id, product_id, pieces, unit_price, level
            order by ordered_at, step desc, order_id, line_no
        ) as next_step,
        lead(order_id) over (
            partition by source, customer_id, product_id, pieces, unit_price, level
            order by ordered_at, step desc, order_id, line_no
        ) as next_order_id,
        lead(line_no) over (
            partition by source, customer_id, product_id, pieces, unit_price, level
            order by ordered_at, step desc, order_id, line_no
        ) as next_line_no,
        lead(ordered_on) over (
            partition by source, customer_id, product_id, pieces, unit_price, level
            order by ordered_at, step desc, order_id, line_no
        ) as next_ordered_on
    from levels
)

select
    source,
    order_id,
    line_no,
    next_order_id as cancelled_by_order_id,
    next_line_no as cancelled_by_line_no,
    next_ordered_on as cancelled_on
from turns
where step = 1 and next_step = -1
