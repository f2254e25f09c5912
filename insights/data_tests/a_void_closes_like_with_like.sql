-- A cancellation line voids one sale line, not a later one, of the same customer, article, quantity and price.
select voids.*
from {{ ref('gold_sale_voids') }} as voids
left join {{ ref('silver_sales') }} as sale
    on voids.source = sale.source and voids.order_id = sale.order_id and voids.line_no = sale.line_no
left join {{ ref('silver_sales') }} as cancellation
    on voids.source = cancellation.source and voids.cancelled_by_order_id = cancellation.order_id
    and voids.cancelled_by_line_no = cancellation.line_no
where sale.kind is null or cancellation.kind is null or sale.kind <> 'sale' or cancellation.kind <> 'return'
    or sale.customer_id <> cancellation.customer_id or sale.product_id <> cancellation.product_id
    or sale.quantity <> -cancellation.quantity or sale.unit_price <> cancellation.unit_price
    or sale.ordered_at > cancellation.ordered_at
