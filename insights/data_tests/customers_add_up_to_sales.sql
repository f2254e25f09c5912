-- Revenue of all customers and of sales without one is the revenue of the source, to a cent for each customer.
with whole as (
    select source, cast(sum(net) as double) as net, cast(sum(case when customer_id is null then net else 0 end) as double) as nobody
    from {{ ref('gold_sales') }}
    group by source
),

customers as (
    select source as c_source, sum(total_revenue) as revenue, sum(total_orders) as orders, count(*) as customers
    from {{ ref('gold_customer_analytics') }}
    group by source
)

select *
from whole
left join customers on source = c_source
where abs(net - nobody - coalesce(revenue, 0)) > 0.01 * coalesce(customers, 0) + 0.01
