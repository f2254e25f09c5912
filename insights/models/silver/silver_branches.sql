{{ config(materialized='table', meta={'key': ['source', 'branch_id'], 'keys_from': 'bronze_branches'}) }}

with newest as (
    {{ newest(source('bronze', 'bronze_branches'), ['source', 'branch_id']) }}
)

select
    source,
    branch_id,
    business_id,
    {{ tidy('branch_name') }} as branch_name,
    active,
    seq
from newest
where not deleted
