{{ config(materialized='table', meta={'key': ['source', 'business_id'], 'keys_from': 'bronze_businesses'}) }}

with newest as (
    {{ newest(source('bronze', 'bronze_businesses'), ['source', 'business_id']) }}
)

select
    source,
    business_id,
    {{ tidy('business_name') }} as business_name,
    active,
    seq
from newest
where not deleted
