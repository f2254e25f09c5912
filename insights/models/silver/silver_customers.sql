{{ config(materialized='table', meta={'key': ['source', 'customer_id'], 'keys_from': 'bronze_customers'}) }}

-- Nobody's name is here: those stand in silver_persons. Age, tenure and stage depend on today, so gold tells them.
with newest as (
    {{ newest(source('bronze', 'bronze_customers'), ['source', 'customer_id']) }}
)

select
    source,
    customer_id,
    {{ tidy_lower('role') }} as role,
    {{ tidy_lower('plan') }} as plan,
    registered_at,
    registered_on,
    -- Nobody buys before being born or at an age nobody has reached: such a year is a slip, hence unknown.
    case when birth_year between 1900 and 2100 then birth_year end as birth_year,
    {{ tidy_lower('gender') }} as gender,
    {{ tidy('country') }} as country,
    {{ tidy_case('region') }} as region,
    {{ tidy_case('city') }} as city,
    {{ tidy_case('barrio') }} as barrio,
    active,
    {{ tidy('business_name') }} as business_name,
    seq
from newest
where not deleted
