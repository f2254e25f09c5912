-- Two spellings of a barrio would be two rows in every table by place.
select source, lower(barrio) as barrio
from {{ ref('silver_orders') }}
where barrio is not null and upper(barrio) <> barrio
group by source, lower(barrio)
having count(distinct barrio) > 1 or min(barrio) <> min(trim(barrio))
