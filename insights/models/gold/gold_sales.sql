{{ config(materialized='view', meta={'key': ['source', 'order_id', 'line_no']}) }}

-- Every line that counts in the agreed figure. `gross` and its like are before voids and returns, `net` and its like after
-- both. A gross order has a line with kind = 'sale'; a net one has such a line that is not voided. Our own lines come
-- straight from silver, so what happened a second ago is in here; imported ones from the table their import built.
select
    {{ sale_columns('false') }},
    {{ sale_measures('false', 'first_of_order') }}
from {{ ref('silver_sales') }}
where source = '{{ var('own_source', 'belgrano') }}' and kind in ('sale', 'return')

union all

select
    {{ sale_columns('voided') }},
    gross_orders,
    net_orders,
    gross,
    net,
    gross_units,
    net_units,
    gross_cost,
    net_cost
from {{ ref('gold_imported_sales') }}
