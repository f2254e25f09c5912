{{ config(materialized='table', meta={'key': ['source', 'customer_id'], 'keys_from': 'persons'}) }}

-- The only silver table with anything personal in it.
with newest as (
    {{ newest(source('bronze', 'persons'), ['source', 'customer_id']) }}
)

select
    source,
    customer_id,
    {{ tidy_case('first_name') }} as first_name,
    {{ tidy_case('last_name') }} as last_name,
    {{ tidy_lower('email') }} as email,
    {{ tidy('phone') }} as phone,
    {{ tidy('address') }} as address,
    seq
from newest
where not deleted
