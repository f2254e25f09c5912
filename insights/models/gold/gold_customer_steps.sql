{{ config(materialized='table', meta={'key': ['source', 'customer_id']}) }}

-- The days of each customer's first five orders. Orders of one day stand in no particular order, and need none: their days
-- are the same. One line of each order is looked at, and three columns of it.
with orders as (
    select
        source,
        customer_id,
        ordered_on,
        row_number() over (partition by source, customer_id order by ordered_on) as step
    from {{ ref('gold_sales') }}
    where net_orders = 1 and customer_id is not null
)

select
    source,
    customer_id,
    min(case when step = 1 then ordered_on end) as first_on,
    min(case when step = 2 then ordered_on end) as second_on,
    min(case when step = 3 then ordered_on end) as third_on,
    min(case when step = 4 then ordered_on end) as fourth_on,
    min(case when step = 5 then ordered_on end) as fifth_on
from orders
where step <= 5
group by source, customer_id
