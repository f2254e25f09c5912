{{ config(materialized='view', meta={'key': ['id']}) }}

-- Offers. The last day is text, as in the first system, and empty where there is none.
select
    offer_id as id,
    title as titulo,
    percent as descuento,
    coalesce(cast(starts_on as varchar), '') as fecha_inicio,
    coalesce(cast(ends_on as varchar), '') as fecha_vencimiento
from {{ ref('silver_offers') }}
where source = '{{ var('pharmavida_source', 'belgrano') }}'
