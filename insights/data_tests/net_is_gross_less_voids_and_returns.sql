select source
from {{ ref('gold_sales') }}
group by source
having sum(net) <> sum(gross)
    - sum(case when kind = 'sale' and voided then amount else 0 end)
    + sum(case when kind = 'return' and not voided then amount else 0 end)
