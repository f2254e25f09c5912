{{ config(materialized='table', meta={'key': ['source', 'offer_id'], 'keys_from': 'bronze_offers'}) }}

-- The articles of an offer, as its newest version lists them.
with newest as (
    {{ newest(source('bronze', 'bronze_offers'), ['source', 'offer_id']) }}
)

select distinct
    newest.source,
    newest.offer_id,
    listed.product_id
from newest
inner join {{ source('bronze', 'bronze_offer_products') }} as listed
    on newest.source = listed.source and newest.offer_id = listed.offer_id and newest.seq = listed.seq
where not newest.deleted
