{#- What a line of an order is in the one agreed figure: 'sale' (positive quantity and price, of an order that stands),
    'return' (a line of a document that cancels), or 'none' (called off, given back, free of charge, a correction). -#}
{% macro line_kind(status, cancellation, quantity, unit_price) -%}
case
    when {{ cancellation }} then case when {{ quantity }} < 0 and {{ unit_price }} > 0 then 'return' else 'none' end
    when {{ status }} in ('cancelado', 'devuelto') then 'none'
    when {{ quantity }} > 0 and {{ unit_price }} > 0 then 'sale'
    else 'none'
end
{%- endmacro %}

{#- The columns of the two views of sales: those named gross are before voids and returns, those named net after both.
    `voided` is true for a sale line that was voided and for the cancellation line that did it. `gross_orders` and `net_orders`
    are 1 on one line of an order and 0 on the others, so that their sum counts orders wherever whole orders are chosen;
    under a filter by article or category, count the distinct order_id instead. -#}
{% macro sale_measures(voided, first_of_net) -%}
cast(case when first_of_order then 1 else 0 end as int) as gross_orders,
    cast(case when {{ first_of_net }} then 1 else 0 end as int) as net_orders,
    case when kind = 'sale' then amount else cast(0 as decimal(18, 4)) end as gross,
    case when {{ voided }} then cast(0 as decimal(18, 4)) else amount end as net,
    case when kind = 'sale' then quantity else 0 end as gross_units,
    case when {{ voided }} then 0 else quantity end as net_units,
    case when kind = 'sale' then cost else cast(0 as decimal(18, 4)) end as gross_cost,
    case when {{ voided }} and cost is not null then cast(0 as decimal(18, 4)) else cost end as net_cost
{%- endmacro %}

{#- What the cubes sum of lines. Every one of these adds up over days, since no order is in two days. `costed_net` is the
    part of `net` whose cost is known, so that profit is `costed_net - net_cost` and never takes an unknown cost for
    nothing. -#}
{% macro line_sums() -%}
count(*) as lines,
    cast(sum(gross) as decimal(28, 4)) as gross,
    cast(sum(net) as decimal(28, 4)) as net,
    cast(sum(case when kind = 'return' then net else cast(0 as decimal(18, 4)) end) as decimal(28, 4)) as returns,
    cast(sum(gross_units) as bigint) as gross_units,
    cast(sum(net_units) as bigint) as net_units,
    cast(sum(case when gross_cost is not null then gross end) as decimal(28, 4)) as costed_gross,
    cast(sum(case when net_cost is not null then net end) as decimal(28, 4)) as costed_net,
    cast(sum(gross_cost) as decimal(28, 4)) as gross_cost,
    cast(sum(net_cost) as decimal(28, 4)) as net_cost
{%- endmacro %}

{#- A cube of lines whose cells may share an order, such as two articles of one purchase, so that orders have to be counted
    cell by cell. Takes the columns of a cell, without `source` and `ordered_on`, and columns of which each cell has the last in
    the alphabet. Counting distinct orders beside the sums
    would keep a set of orders for every cell, gigabytes of them; a count on its own, with its condition in `where`, is
    grouped twice instead. Orders that voids left nothing of are counted over the imports alone, where voids are. -#}
{% macro cells(columns, named=[]) -%}
with sums as (
    select
        source,
        ordered_on,
        {% for column in columns %}{{ column }},
        {% endfor %}{% for column in named %}max({{ column }}) as {{ column }},
        {% endfor %}{{ line_sums() }}
    from {{ ref('gold_sales') }}
    group by source, ordered_on{% for column in columns %}, {{ column }}{% endfor %}
),

kept as (
    select
        source as k_source,
        ordered_on as k_ordered_on,
        {% for column in columns %}{{ column }} as k_{{ column }},
        {% endfor %}count(distinct order_id) as k_orders
    from {{ ref('gold_sales') }}
    where kind = 'sale' and not voided
    group by source, ordered_on{% for column in columns %}, {{ column }}{% endfor %}
),

gone as (
    select
        source as g_source,
        ordered_on as g_ordered_on,
        {% for column in columns %}{{ column }} as g_{{ column }},
        {% endfor %}count(*) as g_orders
    from (
        select source, ordered_on, order_id{% for column in columns %}, {{ column }}{% endfor %}
        from {{ ref('gold_imported_sales') }}
        where kind = 'sale'
        group by source, ordered_on, order_id{% for column in columns %}, {{ column }}{% endfor %}
        having bool_and(voided)
    ) as orders
    group by source, ordered_on{% for column in columns %}, {{ column }}{% endfor %}
)

select
    source,
    ordered_on,
    {% for column in columns %}{{ column }},
    {% endfor %}{% for column in named %}{{ column }},
    {% endfor %}coalesce(k_orders, 0) + coalesce(g_orders, 0) as gross_orders,
    coalesce(k_orders, 0) as net_orders,
    lines,
    gross,
    net,
    returns,
    gross_units,
    net_units,
    costed_gross,
    costed_net,
    gross_cost,
    net_cost
from sums
left join kept
    on source = k_source and ordered_on = k_ordered_on
    {%- for column in columns %} and coalesce(cast({{ column }} as varchar), '') = coalesce(cast(k_{{ column }} as varchar), ''){% endfor %}
left join gone
    on source = g_source and ordered_on = g_ordered_on
    {%- for column in columns %} and coalesce(cast({{ column }} as varchar), '') = coalesce(cast(g_{{ column }} as varchar), ''){% endfor %}
{%- endmacro %}

{#- The columns of a line that counts, in the order of the tables of such lines, up to what is measured of it. `voided` is the
    expression of that column. -#}
{% macro sale_columns(voided) -%}
source,
    order_id,
    line_no,
    customer_id,
    kind,
    {{ voided }} as voided,
    ordered_at,
    ordered_on,
    ordered_hour,
    product_id,
    product_name,
    category,
    subcategory,
    business,
    branch,
    fee,
    quantity,
    unit_price,
    amount,
    cost,
    discount,
    currency,
    country,
    region,
    city,
    barrio,
    payment_method,
    customer_kind,
    device,
    traffic_source
{%- endmacro %}
