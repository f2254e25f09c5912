{{ config(materialized='table', meta={'day': 'ordered_on', 'key': ['source', 'order_id', 'line_no'], 'rebuild': 'import'}) }}

-- Sales and cancellations of imported sources with what gold_sale_voids found, so that no question about sales has to look
-- it up. Changes when a source is imported, and then only.
with closed as (
    select
        source as c_source,
        order_id as c_order_id,
        line_no as c_line_no
    from {{ ref('gold_sale_voids') }}
    union all
    select
        source as c_source,
        cancelled_by_order_id as c_order_id,
        cancelled_by_line_no as c_line_no
    from {{ ref('gold_sale_voids') }}
),

lines as (
    select silver.*, closed.c_order_id is not null as was_closed
    from {{ ref('silver_sales') }} as silver
    left join closed
        on silver.source = closed.c_source and silver.order_id = closed.c_order_id
        and silver.line_no = closed.c_line_no
    where silver.source <> '{{ var('own_source', 'belgrano') }}' and silver.kind in ('sale', 'return')
),

openers as (
    select
        source as o_source,
        order_id as o_order_id,
        min(line_no) as o_line_no
    from lines
    where kind = 'sale' and not was_closed
    group by source, order_id
),

opened as (
    select lines.*, openers.o_line_no
    from lines
    left join openers on source = o_source and order_id = o_order_id
)

select
    {{ sale_columns('was_closed') }},
    {{ sale_measures('was_closed', 'line_no = o_line_no') }}
from opened
