{{ config(materialized='table', meta={'key': ['source', 'product_id']}) }}

-- Every article: of the catalog, or sold without being in it. Fees are no articles.
with sold as (
    select
        days.source,
        days.product_id,
        sum(days.net_orders) as total_orders,
        sum(days.net_units) as units,
        sum(days.net) as net,
        sum(days.gross) as gross,
        sum(days.gross_units) as gross_units,
        sum(days.costed_net) as costed_net,
        sum(days.net_cost) as net_cost,
        sum(case when days.ordered_on > sources.told_until - interval '30 day' then days.net_units else 0 end) as units_30d,
        sum(case when days.ordered_on > sources.told_until - interval '90 day' then days.net_units else 0 end) as units_90d,
        sum(case
            when days.ordered_on > sources.told_until - interval '90 day' then days.net
            else cast(0 as decimal(18, 4))
        end) as net_90d,
        sum(case
            when days.ordered_on <= sources.told_until - interval '90 day'
                and days.ordered_on > sources.told_until - interval '180 day' then days.net
            else cast(0 as decimal(18, 4))
        end) as net_90d_before,
        min(case when days.net_orders > 0 then days.ordered_on end) as first_sold_on,
        max(case when days.net_orders > 0 then days.ordered_on end) as last_sold_on
    from {{ ref('gold_daily_products') }} as days
    inner join {{ ref('gold_sources') }} as sources on days.source = sources.source
    where not days.fee
    group by days.source, days.product_id
),

-- What the last sale called it, for articles the catalog does not have (any more).
named as (
    select
        source as n_source,
        product_id as n_product_id,
        {{ first_by('product_name', 'ordered_at desc, order_id desc, line_no desc') }} as product_name,
        {{ first_by('category', 'ordered_at desc, order_id desc, line_no desc') }} as category,
        {{ first_by('subcategory', 'ordered_at desc, order_id desc, line_no desc') }} as subcategory,
        {{ first_by('business', 'ordered_at desc, order_id desc, line_no desc') }} as business,
        {{ first_by('unit_price', 'ordered_at desc, order_id desc, line_no desc') }} as unit_price
    from {{ ref('gold_sales') }}
    where kind = 'sale' and not fee
    group by source, product_id
),

rated as (
    select
        source as v_source,
        product_id as v_product_id,
        count(*) as reviews,
        sum(stars) as stars
    from {{ ref('silver_reviews') }}
    where product_id is not null and not hidden
    group by source, product_id
),

every as (
    select source, product_id from {{ ref('silver_products') }}
    union
    select source, product_id from sold
),

known as (
    select
        every.source,
        every.product_id,
        coalesce(products.product_name, named.product_name) as product_name,
        coalesce(products.category_name, categories.category_name, named.category) as category,
        named.subcategory,
        products.brand,
        products.business_id,
        coalesce(businesses.business_name, named.business) as business,
        coalesce(products.active, false) as active,
        coalesce(products.price, named.unit_price) as price,
        products.list_price,
        products.cost,
        products.stock,
        products.reorder_point,
        products.lead_days,
        coalesce(sold.units, 0) as units,
        coalesce(sold.gross_units, 0) as gross_units,
        coalesce(sold.total_orders, 0) as total_orders,
        coalesce(sold.net, 0) as net,
        coalesce(sold.gross, 0) as gross,
        sold.costed_net,
        sold.net_cost,
        coalesce(sold.units_30d, 0) as units_30d,
        coalesce(sold.units_90d, 0) as units_90d,
        coalesce(sold.net_90d, 0) as net_90d,
        coalesce(sold.net_90d_before, 0) as net_90d_before,
        sold.first_sold_on,
        sold.last_sold_on,
        {{ days_between('sold.last_sold_on', 'sources.told_until') }} as days_since_last_sale,
        -- A shop younger than ninety days has sold for that long only.
        cast(coalesce(sold.units_90d, 0) as double)
            / least(90, greatest(1, {{ days_between('sources.first_day', 'sources.told_until') }} + 1)) as units_per_day,
        coalesce(rated.reviews, 0) as reviews,
        {{ ratio('rated.stars', 'rated.reviews') }} as rating,
        rank() over (partition by every.source order by coalesce(sold.net, 0)) as sales_rank,
        count(*) over (partition by every.source) as articles
    from every
    inner join {{ ref('gold_sources') }} as sources on every.source = sources.source
    left join {{ ref('silver_products') }} as products
        on every.source = products.source and every.product_id = products.product_id
    left join {{ ref('silver_product_categories') }} as categories
        on products.source = categories.source and products.category_id = categories.category_id
    left join {{ ref('silver_businesses') }} as businesses
        on products.source = businesses.source and products.business_id = businesses.business_id
    left join sold on every.source = sold.source and every.product_id = sold.product_id
    left join named on every.source = n_source and every.product_id = n_product_id
    left join rated on every.source = v_source and every.product_id = v_product_id
),

judged as (
    select
        *,
        case
            when stock is null then null
            when stock <= 0 then 'Out of Stock'
            when reorder_point is not null and 2 * stock <= reorder_point then 'Critical'
            when reorder_point is not null and stock <= reorder_point then 'Low'
            when reorder_point is null and stock < units_per_day * {{ var('critical_stock_days', 7) }} then 'Critical'
            when reorder_point is null and stock < units_per_day * {{ var('low_stock_days', 14) }} then 'Low'
            when units_per_day > 0 and stock > units_per_day * {{ var('overstock_days', 180) }} then 'Overstock'
            else 'Normal'
        end as stock_level,
        case
            when units <= 0 then 'Poor'
            when 10 * (sales_rank - 1) >= 9 * articles then 'Best Seller'
            when 10 * (sales_rank - 1) >= 6 * articles then 'Good'
            when 10 * (sales_rank - 1) >= 3 * articles then 'Moderate'
            else 'Poor'
        end as sales_performance,
        {{ ratio('sales_rank - 1', 'articles') }} as sales_share,
        {{ ratio('costed_net - net_cost', 'costed_net') }} as margin
    from known
)

select
    source,
    product_id,
    product_name,
    category,
    subcategory,
    brand,
    business_id,
    business,
    active,
    {{ money('price') }} as current_price,
    {{ money('list_price') }} as list_price,
    {{ money('cost') }} as current_cost,
    stock as current_stock,
    reorder_point,
    lead_days,
    cast(units as bigint) as total_units_sold,
    cast(gross_units as bigint) as gross_units_sold,
    cast(total_orders as bigint) as total_orders,
    {{ money('net') }} as total_revenue,
    {{ money('gross') }} as gross_revenue,
    {{ money('costed_net - net_cost') }} as total_profit,
    {{ rounded('margin * 100', 2) }} as profit_margin_percent,
    cast(units_30d as bigint) as units_30d,
    cast(units_90d as bigint) as units_90d,
    {{ money('net_90d') }} as revenue_90d,
    {{ money('net_90d_before') }} as revenue_90d_before,
    {{ rounded('units_per_day', 4) }} as units_per_day,
    {{ rounded('cast(stock as double) / nullif(case when units_per_day > 0 then units_per_day end, 0)', 1) }} as days_of_stock,
    first_sold_on,
    last_sold_on,
    days_since_last_sale,
    cast(reviews as bigint) as reviews,
    {{ rounded('rating', 2) }} as avg_rating,
    stock_level,
    sales_performance,
    {{ rounded("4 * sales_share
        + 3 * coalesce((rating - 1) / 4, 0.5)
        + 2 * case stock_level when 'Out of Stock' then 0 when 'Critical' then 0.25 when 'Low' then 0.5 when 'Overstock' then 0.5 else 1 end
        + coalesce(least(1, greatest(0, margin / 0.4)), 0.5)", 1) }} as product_health_score
from judged
