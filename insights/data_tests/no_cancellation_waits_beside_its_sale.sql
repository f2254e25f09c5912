-- What is left as a return had no sale left to void: no earlier one of the same customer, article, quantity and price
-- still stands.
select returned.source, returned.order_id, returned.line_no
from {{ ref('gold_imported_sales') }} as returned
inner join {{ ref('gold_imported_sales') }} as sale
    on returned.source = sale.source and returned.customer_id = sale.customer_id
    and returned.product_id = sale.product_id and returned.quantity = -sale.quantity
    and returned.unit_price = sale.unit_price
where returned.kind = 'return' and not returned.voided and sale.kind = 'sale' and not sale.voided
    and sale.ordered_at <= returned.ordered_at
