-- The month that is not over grows against the month before up to the same day, counted from the lines themselves.
with expected as (
    select
        sales.source as e_source,
        sum(case
            when {{ month_of('sales.ordered_on') }} = {{ add_months(month_of('sources.told_until'), -1) }}
                and extract(day from sales.ordered_on) <= extract(day from sources.told_until) then sales.net
            else cast(0 as decimal(18, 4))
        end) as expected
    from {{ ref('gold_sales') }} as sales
    inner join {{ ref('gold_sources') }} as sources on sales.source = sources.source
    group by sales.source
)

select months.source, months.month, months.previous_revenue, expected.expected
from {{ ref('gold_monthly_sales') }} as months
inner join {{ ref('gold_sources') }} as sources on months.source = sources.source
inner join expected on months.source = e_source
where not months.complete
    and (months.month <> {{ month_of('sources.told_until') }}
        or abs(coalesce(months.previous_revenue, 0) - cast(expected.expected as double)) > 0.01)
