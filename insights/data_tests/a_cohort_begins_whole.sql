-- Everyone of a cohort buys in its first month; nobody comes back before it.
select source, cohort_month
from {{ ref('gold_cohorts') }}
where month_number < 0 or (month_number = 0 and active <> customers) or active > customers
