{{ config(materialized='table', meta={'key': ['source', 'offer_id'], 'keys_from': 'bronze_offers'}) }}

with newest as (
    {{ newest(source('bronze', 'bronze_offers'), ['source', 'offer_id']) }}
)

select
    source,
    offer_id,
    business_id,
    {{ tidy('title') }} as title,
    percent,
    starts_at,
    ends_at,
    starts_on,
    ends_on,
    seq
from newest
where not deleted
