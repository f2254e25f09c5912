{{ config(materialized='table', meta={'key': ['source', 'order_id'], 'keys_from': 'bronze_orders'}) }}

-- One row for each line of an order, with what the order says beside it, so that a question about sales reads one table
-- and joins nothing. An order comes with all of its lines under one `seq`: the lines of another version are left out.
with newest as (
    select *
    from {{ source('bronze', 'bronze_orders') }}
    {{ newest('source, order_id') }}
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
)

select
    orders.source,
    orders.order_id,
    items.line_no,
    orders.customer_id,
    orders.status,
    {{ line_kind('orders.status', 'orders.cancellation', 'items.quantity', 'items.unit_price') }} as kind,
    orders.ordered_at,
    orders.ordered_on,
    orders.ordered_hour,
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
    orders.currency,
    orders.country,
    orders.region,
    orders.city,
    orders.barrio,
    orders.payment_method,
    orders.customer_kind,
    orders.device,
    orders.traffic_source
from orders
inner join {{ source('bronze', 'bronze_order_items') }} as items
    on orders.source = items.source and orders.order_id = items.order_id and orders.seq = items.seq
