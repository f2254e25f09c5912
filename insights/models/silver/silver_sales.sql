{{ config(materialized='table', meta={'day': 'ordered_on', 'key': ['source', 'order_id'], 'keys_from': 'bronze_orders'}) }}

-- One row for each line of an order, with what the order says beside it, so that a question about sales reads one table
-- and joins nothing. An order comes with all of its lines under one `seq`: the lines of another version are left out.
with newest as (
    {{ newest(source('bronze', 'bronze_orders'), ['source', 'order_id']) }}
),

orders as (
    select
        source,
        order_id,
        seq,
        customer_id,
        {{ tidy_lower('status') }} as status,
        cancellation,
        ordered_at,
        ordered_on,
        ordered_hour,
        upper(trim(currency)) as currency,
        {{ tidy_lower('payment_method') }} as payment_method,
        {{ tidy('country') }} as country,
        {{ tidy_case('region') }} as region,
        {{ tidy_case('city') }} as city,
        {{ tidy_case('barrio') }} as barrio,
        {{ tidy_lower('customer_kind') }} as customer_kind,
        {{ tidy_lower('device') }} as device,
        {{ tidy_lower('traffic_source') }} as traffic_source
    from newest
    where not deleted
),

-- The first line that can be a sale stands for its order where orders are counted.
openers as (
    select
        source as o_source,
        order_id as o_order_id,
        seq as o_seq,
        min(case when quantity > 0 and unit_price > 0 then line_no end) as o_line_no
    from {{ source('bronze', 'bronze_order_items') }}
    group by source, order_id, seq
),

opened as (
    select orders.*, openers.o_line_no
    from orders
    inner join openers on source = o_source and order_id = o_order_id and seq = o_seq
)

select
    opened.source,
    opened.order_id,
    items.line_no,
    opened.customer_id,
    opened.status,
    {{ line_kind('opened.status', 'opened.cancellation', 'items.quantity', 'items.unit_price') }} as kind,
    {{ line_kind('opened.status', 'opened.cancellation', 'items.quantity', 'items.unit_price') }} = 'sale'
        and items.line_no = opened.o_line_no as first_of_order,
    opened.ordered_at,
    opened.ordered_on,
    opened.ordered_hour,
    items.product_id,
    {{ tidy('items.product_name') }} as product_name,
    {{ tidy('items.category') }} as category,
    {{ tidy('items.subcategory') }} as subcategory,
    {{ tidy('items.business') }} as business,
    {{ tidy('items.branch') }} as branch,
    items.fee,
    items.quantity,
    items.unit_price,
    items.unit_cost,
    items.amount,
    cast(items.quantity * items.unit_cost as decimal(18, 4)) as cost,
    items.discount,
    opened.currency,
    opened.country,
    opened.region,
    opened.city,
    opened.barrio,
    opened.payment_method,
    opened.customer_kind,
    opened.device,
    opened.traffic_source
from opened
inner join {{ source('bronze', 'bronze_order_items') }} as items
    on opened.source = items.source and opened.order_id = items.order_id and opened.seq = items.seq
