-- Every day stands for the month it is in, to a cent for each day.
select source, sale_month
from {{ ref('gold_sales_metrics') }}
group by source, sale_month
having abs(sum(daily_revenue) - max(monthly_revenue)) > 0.01 * count(*) or sum(daily_orders) <> max(monthly_orders)
