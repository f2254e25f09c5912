-- The first step is the first order, each step comes no earlier than the one before, and nobody skips one.
select steps.source, steps.customer_id
from {{ ref('gold_customer_steps') }} as steps
left join {{ ref('gold_customer_analytics') }} as customers
    on steps.source = customers.source and steps.customer_id = customers.customer_id
where customers.first_order_on is null
    or steps.first_on <> customers.first_order_on
    or (steps.second_on is null) <> (customers.total_orders < 2)
    or (steps.fifth_on is null) <> (customers.total_orders < 5)
    or steps.second_on < steps.first_on
    or steps.third_on < steps.second_on
    or steps.fourth_on < steps.third_on
    or steps.fifth_on < steps.fourth_on
