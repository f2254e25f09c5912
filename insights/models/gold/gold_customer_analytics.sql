{{ config(materialized='table', meta={'key': ['source', 'customer_id']}) }}

-- Every customer: who has an account, and who bought without one being known. Nobody's name is here; those stand in
-- silver_persons. Sales without a customer are in no row of this.
with bought as (
    select
        source,
        customer_id,
        sum(net_orders) as total_orders,
        sum(gross_orders) as gross_orders,
        sum(net_units) as total_units,
        sum(net) as net,
        sum(gross) as gross,
        sum(case when kind = 'return' then net else cast(0 as decimal(18, 4)) end) as returns,
        sum(case when net_cost is not null then net - net_cost end) as profit,
        min(case when net_orders = 1 then ordered_on end) as first_order_on,
        max(case when net_orders = 1 then ordered_on end) as last_order_on,
        min(country) as country
    from {{ ref('gold_sales') }}
    where customer_id is not null
    group by source, customer_id
),

called_off as (
    select source as c_source, customer_id as c_customer_id, count(*) as cancelled_orders
    from {{ ref('silver_orders') }}
    where called_off and customer_id is not null
    group by source, customer_id
),

by_category as (
    select source, customer_id, category, sum(net) as net
    from {{ ref('gold_sales') }}
    where customer_id is not null and category is not null and not fee
    group by source, customer_id, category
),

preferred as (
    select
        source as p_source,
        customer_id as p_customer_id,
        {{ first_by('category', 'net desc, category') }} as preferred_category
    from by_category
    where net > 0
    group by source, customer_id
),

ranked as (
    select
        bought.source as r_source,
        bought.customer_id as r_customer_id,
        {{ days_between('bought.last_order_on', 'sources.as_of') }} as recency,
        rank() over (partition by bought.source order by bought.last_order_on desc) as recency_rank,
        rank() over (partition by bought.source order by bought.total_orders) as frequency_rank,
        rank() over (partition by bought.source order by bought.net) as monetary_rank,
        count(*) over (partition by bought.source) as buyers
    from bought
    inner join {{ ref('gold_sources') }} as sources on bought.source = sources.source
    where bought.total_orders > 0
),

scored as (
    select
        r_source,
        r_customer_id,
        recency,
        {{ score_of_recency('recency_rank', 'buyers') }} as recency_score,
        {{ score_of_rank('frequency_rank', 'buyers') }} as frequency_score,
        {{ score_of_rank('monetary_rank', 'buyers') }} as monetary_score
    from ranked
),

everyone as (
    select source, customer_id from {{ ref('silver_customers') }}
    union
    select source, customer_id from bought
),

described as (
    select
        everyone.source,
        everyone.customer_id,
        customers.role,
        customers.plan,
        customers.active,
        customers.gender,
        coalesce(customers.country, bought.country) as country,
        customers.region,
        customers.city,
        customers.barrio,
        customers.registered_on,
        cast(extract(year from sources.as_of) as bigint) - customers.birth_year as age,
        {{ days_between('coalesce(customers.registered_on, bought.first_order_on)', 'sources.as_of') }} as tenure_days,
        coalesce(bought.total_orders, 0) as total_orders,
        coalesce(bought.gross_orders, 0) as gross_orders,
        coalesce(called_off.cancelled_orders, 0) as cancelled_orders,
        coalesce(bought.total_units, 0) as total_units,
        coalesce(bought.net, 0) as net,
        coalesce(bought.gross, 0) as gross,
        coalesce(bought.returns, 0) as returns,
        bought.profit,
        bought.first_order_on,
        bought.last_order_on,
        scored.recency as days_since_last_order,
        preferred.preferred_category,
        scored.recency_score,
        scored.frequency_score,
        scored.monetary_score,
        {{ rfm_segment('scored.recency_score', 'scored.frequency_score', 'scored.monetary_score') }} as rfm_segment
    from everyone
    inner join {{ ref('gold_sources') }} as sources on everyone.source = sources.source
    left join {{ ref('silver_customers') }} as customers
        on everyone.source = customers.source and everyone.customer_id = customers.customer_id
    left join bought on everyone.source = bought.source and everyone.customer_id = bought.customer_id
    left join scored on everyone.source = r_source and everyone.customer_id = r_customer_id
    left join preferred on everyone.source = p_source and everyone.customer_id = p_customer_id
    left join called_off on everyone.source = c_source and everyone.customer_id = c_customer_id
)

select
    source,
    customer_id,
    role,
    plan,
    active,
    gender,
    country,
    region,
    city,
    barrio,
    registered_on,
    case when age between 18 and 110 then cast(age as int) end as age,
    {{ age_group('age') }} as age_group,
    tenure_days,
    {{ lifetime_stage('tenure_days') }} as customer_lifetime_stage,
    cast(total_orders as bigint) as total_orders,
    cast(gross_orders as bigint) as gross_orders,
    cast(cancelled_orders as bigint) as cancelled_orders,
    cast(total_units as bigint) as total_units,
    {{ money('net') }} as total_revenue,
    {{ money('gross') }} as gross_revenue,
    {{ money('returns') }} as returns,
    {{ money('profit') }} as total_profit,
    {{ rounded(ratio('net', 'total_orders'), 2) }} as avg_order_value,
    first_order_on,
    last_order_on,
    days_since_last_order,
    {{ rounded(ratio(days_between('first_order_on', 'last_order_on'), 'total_orders - 1'), 1) }} as avg_days_between_orders,
    preferred_category,
    recency_score,
    frequency_score,
    monetary_score,
    cast(recency_score as varchar) || cast(frequency_score as varchar) || cast(monetary_score as varchar) as rfm_score,
    rfm_segment,
    {{ customer_segment('rfm_segment') }} as customer_segment,
    {{ money('net') }} as customer_lifetime_value
from described
