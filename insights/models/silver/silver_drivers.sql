{{ config(materialized='table', meta={'key': ['source', 'driver_id'], 'keys_from': 'bronze_drivers'}) }}

with newest as (
    {{ newest(source('bronze', 'bronze_drivers'), ['source', 'driver_id']) }}
)

select
    source,
    driver_id,
    {{ tidy('driver_name') }} as driver_name,
    active,
    capacity,
    {{ tidy_case('barrio') }} as barrio,
    on_shift,
    seq
from newest
where not deleted
