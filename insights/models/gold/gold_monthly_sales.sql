{{ config(materialized='table', meta={'key': ['source', 'month']}) }}

-- Months with sales. Growth compares whole months; the month that is not over is compared with the same days of the one
-- before. It is null where that one sold nothing.
with months as (
    select
        source,
        {{ month_of('ordered_on') }} as month,
        sum(net) as net,
        sum(gross) as gross,
        sum(returns) as returns,
        sum(net_units) as units,
        sum(net_orders) as orders,
        sum(gross_orders) as gross_orders,
        sum(costed_net) as costed_net,
        sum(net_cost) as net_cost
    from {{ ref('gold_daily_sales') }}
    group by source, {{ month_of('ordered_on') }}
),

buyers as (
    select
        source as b_source,
        {{ month_of('ordered_on') }} as b_month,
        count(distinct customer_id) as customers
    from {{ ref('gold_sales') }}
    where kind = 'sale' and not voided
    group by source, {{ month_of('ordered_on') }}
),

newcomers as (
    select
        source as n_source,
        {{ month_of('first_order_on') }} as n_month,
        count(*) as new_customers
    from {{ ref('gold_customer_analytics') }}
    where first_order_on is not null
    group by source, {{ month_of('first_order_on') }}
),

-- What each month had sold by the day of the month that figures are told until.
so_far as (
    select
        days.source as s_source,
        {{ month_of('days.ordered_on') }} as s_month,
        sum(days.net) as s_net
    from {{ ref('gold_daily_sales') }} as days
    inner join {{ ref('gold_sources') }} as sources on days.source = sources.source
    where extract(day from days.ordered_on) <= extract(day from sources.told_until)
    group by days.source, {{ month_of('days.ordered_on') }}
),

compared as (
    select
        months.*,
        coalesce(buyers.customers, 0) as customers,
        coalesce(newcomers.new_customers, 0) as new_customers,
        {{ add_months('months.month', 1) }} <= cast(sources.told_until + interval '1 day' as date) as complete,
        case
            when {{ add_months('months.month', 1) }} <= cast(sources.told_until + interval '1 day' as date) then before.net
            else so_far.s_net
        end as previous_net
    from months
    inner join {{ ref('gold_sources') }} as sources on months.source = sources.source
    left join months as before
        on months.source = before.source and {{ add_months('months.month', -1) }} = before.month
    left join so_far on months.source = s_source and {{ add_months('months.month', -1) }} = s_month
    left join buyers on months.source = b_source and months.month = b_month
    left join newcomers on months.source = n_source and months.month = n_month
)

select
    source,
    month,
    complete,
    {{ money('net') }} as monthly_revenue,
    {{ money('gross') }} as gross_revenue,
    {{ money('returns') }} as returns,
    {{ money('costed_net - net_cost') }} as profit,
    cast(orders as bigint) as monthly_orders,
    cast(gross_orders as bigint) as gross_orders,
    cast(units as bigint) as monthly_units,
    cast(customers as bigint) as monthly_customers,
    cast(new_customers as bigint) as new_customers,
    {{ rounded(ratio('net', 'orders'), 2) }} as avg_order_value,
    {{ money('previous_net') }} as previous_revenue,
    {{ percent('net - previous_net', 'case when previous_net > 0 then previous_net end') }} as mom_revenue_growth_percent
from compared
