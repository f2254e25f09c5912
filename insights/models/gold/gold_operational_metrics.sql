{{ config(materialized='table', meta={'key': ['source', 'day']}) }}

-- How the work of a day went: orders by the day they were made, deliveries by the day their order was made, reviews and
-- views by their own day.
with orders as (
    select
        source,
        ordered_on as day,
        count(*) as orders,
        sum(case when called_off then 1 else 0 end) as cancelled_orders
    from {{ ref('silver_orders') }}
    where not cancellation
    group by source, ordered_on
),

tickets as (
    select
        source,
        created_on as day,
        count(*) as deliveries,
        sum(case when status = 'entregado' then 1 else 0 end) as delivered,
        sum(case when status = 'fallido' then 1 else 0 end) as failed,
        sum(case when status = 'devuelto' then 1 else 0 end) as given_back,
        sum(case when status = 'cancelado' then 1 else 0 end) as cancelled,
        sum(case when on_time is not null then 1 else 0 end) as promised,
        sum(case when on_time then 1 else 0 end) as on_time,
        sum(case when attempts > 1 then 1 else 0 end) as retried,
        sum(delivery_seconds) as delivery_seconds,
        count(delivery_seconds) as timed_deliveries,
        sum(assignment_seconds) as assignment_seconds,
        count(assignment_seconds) as timed_assignments
    from {{ ref('silver_tickets') }}
    group by source, created_on
),

reviews as (
    select
        source,
        reviewed_on as day,
        count(*) as reviews,
        sum(stars) as stars,
        sum(case when of_delivery then 1 else 0 end) as delivery_reviews,
        sum(case when of_delivery then stars end) as delivery_stars
    from {{ ref('silver_reviews') }}
    where not hidden
    group by source, reviewed_on
),

views as (
    select
        source,
        hour_on as day,
        sum(home) as home_views,
        sum(product) as product_views,
        sum(cart) as cart_views,
        sum(checkout) as checkout_views,
        sum(orders) as funnel_orders,
        sum(visits) as visits
    from {{ ref('silver_funnel') }}
    group by source, hour_on
),

days as (
    select source, day from orders
    union
    select source, day from tickets
    union
    select source, day from reviews
    union
    select source, day from views
)

select
    days.source,
    days.day,
    cast(coalesce(orders.orders, 0) as bigint) as orders,
    cast(coalesce(orders.cancelled_orders, 0) as bigint) as cancelled_orders,
    {{ percent('orders.cancelled_orders', 'orders.orders') }} as cancelled_percent,
    cast(coalesce(tickets.deliveries, 0) as bigint) as deliveries,
    cast(coalesce(tickets.delivered, 0) as bigint) as delivered,
    cast(coalesce(tickets.failed, 0) as bigint) as failed,
    cast(coalesce(tickets.given_back, 0) as bigint) as given_back,
    cast(coalesce(tickets.cancelled, 0) as bigint) as cancelled_deliveries,
    cast(coalesce(tickets.deliveries - tickets.delivered - tickets.given_back - tickets.cancelled, 0) as bigint) as open_deliveries,
    cast(coalesce(tickets.retried, 0) as bigint) as retried,
    cast(coalesce(tickets.promised, 0) as bigint) as promised,
    cast(coalesce(tickets.on_time, 0) as bigint) as on_time,
    {{ percent('tickets.on_time', 'tickets.promised') }} as on_time_percent,
    {{ percent('tickets.delivered', 'tickets.deliveries') }} as delivered_percent,
    {{ rounded(ratio('tickets.delivery_seconds', 'tickets.timed_deliveries') ~ ' / 60', 1) }} as avg_delivery_minutes,
    {{ rounded(ratio('tickets.assignment_seconds', 'tickets.timed_assignments') ~ ' / 60', 1) }} as avg_assignment_minutes,
    cast(coalesce(reviews.reviews, 0) as bigint) as reviews,
    {{ rounded(ratio('reviews.stars', 'reviews.reviews'), 2) }} as avg_stars,
    {{ rounded(ratio('reviews.delivery_stars', 'reviews.delivery_reviews'), 2) }} as avg_delivery_stars,
    cast(views.visits as bigint) as visits,
    cast(views.home_views as bigint) as home_views,
    cast(views.product_views as bigint) as product_views,
    cast(views.cart_views as bigint) as cart_views,
    cast(views.checkout_views as bigint) as checkout_views,
    cast(views.funnel_orders as bigint) as funnel_orders,
    {{ percent('views.funnel_orders', 'views.visits') }} as conversion_percent
from days
left join orders on days.source = orders.source and days.day = orders.day
left join tickets on days.source = tickets.source and days.day = tickets.day
left join reviews on days.source = reviews.source and days.day = reviews.day
left join views on days.source = views.source and days.day = views.day
