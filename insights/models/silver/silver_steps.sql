{{ config(materialized='table', meta={'day': 'occurred_on', 'key': ['source', 'step_id'], 'keys_from': 'bronze_steps'}) }}

with newest as (
    {{ newest(source('bronze', 'bronze_steps'), ['source', 'step_id']) }}
)

select
    source,
    step_id,
    order_id,
    {{ tidy_lower('kind') }} as kind,
    {{ tidy_lower('action') }} as action,
    {{ tidy_lower('status') }} as status,
    {{ tidy('actor') }} as actor,
    driver_id,
    occurred_at,
    occurred_on,
    recorded_at,
    {{ tidy('reason') }} as reason,
    seq
from newest
