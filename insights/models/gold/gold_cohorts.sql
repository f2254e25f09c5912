{{ config(materialized='table', meta={'key': ['source', 'cohort_month', 'month_number']}) }}

-- Customers by the month of their first order, and how many of them bought again one, two, three months later. A month
-- that has not begun has no row: it is blank and not zero.
with firsts as (
    select
        source,
        customer_id,
        {{ month_of('first_order_on') }} as cohort_month
    from {{ ref('gold_customer_analytics') }}
    where first_order_on is not null
),

sizes as (
    select source as z_source, cohort_month as z_month, count(*) as customers
    from firsts
    group by source, cohort_month
),

returned as (
    select
        bought.source as r_source,
        firsts.cohort_month as r_cohort,
        bought.month as r_month,
        sum(case when bought.orders > 0 then 1 else 0 end) as active,
        sum(bought.orders) as orders,
        sum(bought.net) as net
    from {{ ref('gold_customer_months') }} as bought
    inner join firsts on bought.source = firsts.source and bought.customer_id = firsts.customer_id
    where bought.month >= firsts.cohort_month
    group by bought.source, firsts.cohort_month, bought.month
),

cells as (
    select
        sizes.z_source as source,
        sizes.z_month as cohort_month,
        sizes.customers,
        months.month,
        12 * (extract(year from months.month) - extract(year from sizes.z_month))
            + extract(month from months.month) - extract(month from sizes.z_month) as month_number
    from sizes
    inner join {{ ref('gold_monthly_sales') }} as months
        on sizes.z_source = months.source and months.month >= sizes.z_month
)

select
    cells.source,
    cells.cohort_month,
    cast(cells.month_number as int) as month_number,
    cells.month,
    cast(cells.customers as bigint) as customers,
    cast(coalesce(returned.active, 0) as bigint) as active,
    {{ percent('coalesce(returned.active, 0)', 'cells.customers') }} as retention_percent,
    cast(coalesce(returned.orders, 0) as bigint) as orders,
    {{ money('coalesce(returned.net, 0)') }} as revenue
from cells
left join returned
    on cells.source = r_source and cells.cohort_month = r_cohort and cells.month = r_month
