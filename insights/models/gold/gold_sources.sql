{{ config(materialized='table', meta={'key': ['source']}) }}

-- Where data is from, since when and until when. `as_of` is the day that ages, recency and "last 30 days" are told of:
-- today for our own marketplace; for an import the day after its last order, since its world ended there. `told_until`
-- is the last day there can be figures of, today or that last day, so that a month is known to be over or not.
with orders as (
    select
        source,
        min(ordered_on) as first_day,
        max(ordered_on) as last_day,
        min(currency) as currency,
        count(*) as orders
    from {{ ref('silver_orders') }}
    group by source
),

sources as (
    select source from orders
    union
    select source from {{ ref('silver_customers') }}
    union
    select source from {{ ref('silver_products') }}
    union
    select '{{ var('own_source', 'belgrano') }}' as source
)

select
    sources.source,
    sources.source = '{{ var('own_source', 'belgrano') }}' as own,
    orders.first_day,
    orders.last_day,
    case
        when sources.source = '{{ var('own_source', 'belgrano') }}' then {{ today() }}
        else coalesce(cast(orders.last_day + interval '1 day' as date), {{ today() }})
    end as as_of,
    case
        when sources.source = '{{ var('own_source', 'belgrano') }}' then {{ today() }}
        else coalesce(orders.last_day, {{ today() }})
    end as told_until,
    orders.currency,
    coalesce(orders.orders, 0) as orders
from sources
left join orders on sources.source = orders.source
