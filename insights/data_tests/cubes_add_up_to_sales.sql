-- Whatever way sales are cut, the pieces add up to the whole.
with whole as (
    select source, sum(gross) as gross, sum(net) as net, sum(gross_units) as gross_units, sum(net_units) as net_units,
        sum(gross_orders) as gross_orders, sum(net_orders) as net_orders
    from {{ ref('gold_sales') }}
    group by source
),

cut as (
    {% for cube in ['gold_daily_sales', 'gold_daily_places', 'gold_hourly_sales', 'gold_daily_categories', 'gold_daily_products'] -%}
    select '{{ cube }}' as cube, source as c_source, sum(gross) as c_gross, sum(net) as c_net, sum(gross_units) as c_gross_units,
        sum(net_units) as c_net_units, sum(gross_orders) as c_gross_orders, sum(net_orders) as c_net_orders
    from {{ ref(cube) }}
    group by source
    {% if not loop.last %}union all{% endif %}
    {% endfor -%}
)

select *
from whole
left join cut on source = c_source
where c_source is null or gross <> c_gross or net <> c_net or gross_units <> c_gross_units or net_units <> c_net_units
    or (cube not in ('gold_daily_categories', 'gold_daily_products')
        and (gross_orders <> c_gross_orders or net_orders <> c_net_orders))
    -- An order may be in several cells of these two, in none it is not.
    or gross_orders > c_gross_orders or net_orders > c_net_orders
