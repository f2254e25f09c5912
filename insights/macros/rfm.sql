{#- Scores from 1 to 5 cut by value, so that equals always stand together and there are fewer than five classes where the
    data has fewer. `rank` is the place in ascending order among `n`, equals sharing the best one; whole numbers throughout,
    so no two engines can differ. Higher is better: the share of customers one is above, in fifths. -#}
{% macro score_of_rank(rank, n) -%}
cast(1 + {{ div('5 * (' ~ rank ~ ' - 1)', n) }} as int)
{%- endmacro %}

{#- The same where lower is better (days since the last order): the share of customers one is at least as good as, in fifths,
    rounded up. So one customer who bought today, being all there is, counts as recent. -#}
{% macro score_of_recency(rank, n) -%}
cast({{ div('5 * (' ~ n ~ ' - ' ~ rank ~ ' + 1) + ' ~ n ~ ' - 1', n) }} as int)
{%- endmacro %}

{#- The eleven segments of recency, frequency and monetary scores. -#}
{% macro rfm_segment(r, f, m) -%}
case
        when {{ r }} is null then null
        when {{ r }} = 5 and {{ f }} >= 4 and {{ m }} >= 4 then 'Champions'
        when {{ r }} >= 3 and {{ f }} >= 4 then 'Loyal'
        when {{ r }} >= 4 and {{ f }} >= 2 then 'Potential Loyalists'
        when {{ r }} = 5 then 'New Customers'
        when {{ r }} = 4 then 'Promising'
        when {{ r }} = 3 and {{ f }} = 3 then 'Need Attention'
        when {{ r }} = 3 then 'About To Sleep'
        when {{ f }} >= 4 and {{ m }} >= 4 then 'Cannot Lose Them'
        when {{ f }} >= 3 then 'At Risk'
        when {{ r }} = 2 then 'Hibernating'
        else 'Lost'
    end
{%- endmacro %}

{#- TechStore's six, each made of whole segments of the eleven. -#}
{% macro customer_segment(segment) -%}
case
        when {{ segment }} = 'Champions' then 'VIP'
        when {{ segment }} in ('Loyal', 'Potential Loyalists') then 'Loyal'
        when {{ segment }} in ('New Customers', 'Promising') then 'New'
        when {{ segment }} in ('At Risk', 'Cannot Lose Them') then 'At Risk'
        when {{ segment }} in ('Hibernating', 'Lost') then 'Lost'
        when {{ segment }} is not null then 'Regular'
    end
{%- endmacro %}
