select source, cancelled_by_order_id, cancelled_by_line_no
from {{ ref('gold_sale_voids') }}
group by source, cancelled_by_order_id, cancelled_by_line_no
having count(*) > 1
