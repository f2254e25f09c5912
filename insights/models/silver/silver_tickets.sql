{{ config(materialized='table', meta={'day': 'created_on', 'key': ['source', 'order_id'], 'keys_from': 'bronze_tickets'}) }}

with newest as (
    {{ newest(source('bronze', 'bronze_tickets'), ['source', 'order_id']) }}
)

select
    source,
    ticket_id,
    order_id,
    {{ tidy_lower('status') }} as status,
    {{ tidy_lower('priority') }} as priority,
    {{ tidy_lower('customer_kind') }} as customer_kind,
    total,
    {{ tidy_lower('payment_method') }} as payment_method,
    {{ tidy_case('barrio') }} as barrio,
    driver_id,
    {{ tidy('driver_name') }} as driver_name,
    {{ tidy('reason') }} as reason,
    created_at,
    created_on,
    recorded_at,
    assigned_at,
    accepted_at,
    departed_at,
    delivered_at,
    failed_at,
    cancelled_at,
    promised_at,
    attempts,
    version,
    case when {{ tidy_lower('status') }} = 'entregado' then {{ seconds_between('created_at', 'delivered_at') }} end as delivery_seconds,
    {{ seconds_between('created_at', 'assigned_at') }} as assignment_seconds,
    -- Null while it is under way or where nothing was promised: whether an open one is late depends on the clock.
    case when {{ tidy_lower('status') }} = 'entregado' then delivered_at <= promised_at end as on_time,
    seq
from newest
where not deleted
