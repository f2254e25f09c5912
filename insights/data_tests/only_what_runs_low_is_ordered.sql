-- A stock without a count has no state and nothing to order; one that is well has nothing to order either.
select source, product_id, stock_state, order_quantity
from {{ ref('gold_stock') }}
where (current_stock is null) <> (stock_state is null)
    or (stock_state is null) <> (order_quantity is null)
    or order_quantity < 0
    or (stock_state = 'Óptimo' and order_quantity > 0)
