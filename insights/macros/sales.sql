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

{#- The columns of the two views of sales: `gross` before voids and returns, `net` after both. `voided` is true for a sale
    line that was voided and for the cancellation line that did it. -#}
{% macro sale_measures(voided) -%}
case when kind = 'sale' then amount else cast(0 as decimal(18, 4)) end as gross,
    case when {{ voided }} then cast(0 as decimal(18, 4)) else amount end as net,
    case when kind = 'sale' then quantity else 0 end as gross_units,
    case when {{ voided }} then 0 else quantity end as net_units,
    case when kind = 'sale' then cost else cast(0 as decimal(18, 4)) end as gross_cost,
    case when {{ voided }} and cost is not null then cast(0 as decimal(18, 4)) else cost end as net_cost
{%- endmacro %}

{#- What the cubes sum. Every one of these adds up over days, since no order is in two days. `costed_net` is the part of
    `net` whose cost is known, so that profit is `costed_net - net_cost` and never takes an unknown cost for nothing. -#}
{% macro cube_measures() -%}
count(*) as lines,
    count(distinct case when kind = 'sale' then order_id end) as gross_orders,
    count(distinct case when kind = 'sale' and not voided then order_id end) as net_orders,
    cast(sum(gross) as decimal(28, 4)) as gross,
    cast(sum(net) as decimal(28, 4)) as net,
    cast(sum(case when kind = 'return' and not voided then net else cast(0 as decimal(18, 4)) end) as decimal(28, 4)) as returns,
    cast(sum(gross_units) as bigint) as gross_units,
    cast(sum(net_units) as bigint) as net_units,
    cast(sum(case when gross_cost is not null then gross end) as decimal(28, 4)) as costed_gross,
    cast(sum(case when net_cost is not null then net end) as decimal(28, 4)) as costed_net,
    cast(sum(gross_cost) as decimal(28, 4)) as gross_cost,
    cast(sum(net_cost) as decimal(28, 4)) as net_cost
{%- endmacro %}
