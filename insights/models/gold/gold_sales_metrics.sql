{{ config(materialized='table', meta={'key': ['source', 'sale_date']}) }}

-- Days with sales, with the figures of their month beside them.
with days as (
    select
        source,
        ordered_on,
        sum(net) as net,
        sum(gross) as gross,
        sum(returns) as returns,
        sum(net_units) as units,
        sum(net_orders) as orders,
        sum(gross_orders) as gross_orders,
        sum(costed_net) as costed_net,
        sum(net_cost) as net_cost
    from {{ ref('gold_daily_sales') }}
    group by source, ordered_on
),

buyers as (
    select
        source as b_source,
        ordered_on as b_ordered_on,
        count(distinct customer_id) as customers
    from {{ ref('gold_sales') }}
    where kind = 'sale' and not voided
    group by source, ordered_on
),

newcomers as (
    select source as n_source, first_order_on, count(*) as new_customers
    from {{ ref('gold_customer_analytics') }}
    where first_order_on is not null
    group by source, first_order_on
)

select
    days.source,
    days.ordered_on as sale_date,
    {{ month_of('days.ordered_on') }} as sale_month,
    cast(extract(isodow from days.ordered_on) as int) as weekday,
    {{ money('days.net') }} as daily_revenue,
    {{ money('days.gross') }} as gross_revenue,
    {{ money('days.returns') }} as returns,
    {{ money('days.costed_net - days.net_cost') }} as profit,
    cast(days.orders as bigint) as daily_orders,
    cast(days.gross_orders as bigint) as gross_orders,
    cast(days.units as bigint) as daily_units,
    cast(coalesce(buyers.customers, 0) as bigint) as daily_customers,
    cast(coalesce(newcomers.new_customers, 0) as bigint) as new_customers,
    {{ rounded(ratio('days.net', 'days.orders'), 2) }} as avg_order_value,
    months.monthly_revenue,
    months.monthly_orders,
    months.mom_revenue_growth_percent
from days
inner join {{ ref('gold_monthly_sales') }} as months
    on days.source = months.source and {{ month_of('days.ordered_on') }} = months.month
left join buyers on days.source = b_source and days.ordered_on = b_ordered_on
left join newcomers on days.source = n_source and days.ordered_on = first_order_on
