{{ config(materialized='table', meta={'day': 'ordered_on', 'key': ['source', 'order_id'], 'keys_from': 'bronze_orders'}) }}

with newest as (
    {{ newest(source('bronze', 'bronze_orders'), ['source', 'order_id']) }}
)

select
    source,
    order_id,
    customer_id,
    {{ tidy_lower('status') }} as status,
    cancellation,
    {{ tidy_lower('status') }} in ('cancelado', 'devuelto') as called_off,
    ordered_at,
    ordered_on,
    ordered_hour,
    total,
    upper(trim(currency)) as currency,
    {{ tidy_lower('payment_method') }} as payment_method,
    {{ tidy('country') }} as country,
    {{ tidy_case('region') }} as region,
    {{ tidy_case('city') }} as city,
    {{ tidy_case('barrio') }} as barrio,
    lat,
    lng,
    {{ tidy_lower('customer_kind') }} as customer_kind,
    {{ tidy_lower('priority') }} as priority,
    {{ tidy_lower('device') }} as device,
    {{ tidy_lower('traffic_source') }} as traffic_source,
    promised_at,
    updated_at,
    seq
from newest
where not deleted
