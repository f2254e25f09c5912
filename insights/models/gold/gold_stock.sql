{{ config(materialized='table', meta={'key': ['source', 'product_id']}) }}

-- The stock of each article of the catalog in three states, how often it turns over in a year, and how much to order.
-- The mean stock is that of the last ninety days' beginning and end; the beginning is found by taking the movements back.
with moved as (
    select
        moves.source as m_source,
        moves.product_id as m_product_id,
        sum(moves.quantity) as change
    from {{ ref('silver_stock_movements') }} as moves
    inner join {{ ref('gold_sources') }} as sources on moves.source = sources.source
    where moves.moved_on > sources.told_until - interval '90 day' and moves.stock_after is not null
    group by moves.source, moves.product_id
),

known as (
    select
        products.source,
        products.product_id,
        articles.product_name,
        articles.category,
        articles.business_id,
        articles.business,
        articles.active,
        articles.current_price,
        articles.current_cost,
        products.stock,
        products.reorder_point,
        products.lead_days,
        articles.units_90d,
        articles.revenue_90d,
        articles.units_per_day,
        articles.days_of_stock,
        articles.days_since_last_sale,
        cast(2 * products.stock - coalesce(moved.change, 0) as double) / 2 as mean_stock,
        articles.units_per_day * (coalesce(products.lead_days, {{ var('usual_lead_days', 7) }}) + {{ var('cover_days', 14) }}) as demand
    from {{ ref('silver_products') }} as products
    inner join {{ ref('gold_product_performance') }} as articles
        on products.source = articles.source and products.product_id = articles.product_id
    left join moved on products.source = m_source and products.product_id = m_product_id
),

judged as (
    select
        *,
        case
            when stock is null then null
            when stock <= 0 or stock < reorder_point then 'Crítico'
            when reorder_point is null and stock < units_per_day * {{ var('critical_stock_days', 7) }} then 'Crítico'
            when 2 * stock <= 3 * reorder_point then 'Bajo'
            when stock < units_per_day * {{ var('low_stock_days', 14) }} then 'Bajo'
            else 'Óptimo'
        end as stock_state
    from known
)

select
    source,
    product_id,
    product_name,
    category,
    business_id,
    business,
    active,
    current_price,
    current_cost,
    stock as current_stock,
    reorder_point,
    lead_days,
    units_90d,
    revenue_90d,
    units_per_day,
    days_of_stock,
    days_since_last_sale,
    {{ rounded('mean_stock', 1) }} as mean_stock,
    {{ rounded('case when mean_stock > 0 then units_per_day * 365 / mean_stock end', 2) }} as rotation,
    stock_state,
    cast(case stock_state when 'Crítico' then 1 when 'Bajo' then 2 when 'Óptimo' then 3 end as int) as urgency,
    case
        when stock_state is null then null
        when stock_state = 'Óptimo' then cast(0 as bigint)
        else greatest(cast(0 as bigint), greatest(cast(ceil(demand) as bigint), coalesce(reorder_point, 0)) - greatest(stock, 0))
    end as order_quantity
from judged
