-- How many visits become an order.
select
    v.region, sum(v.visits) as visits,
    (select count(*) from {{ source('warehouse', 'orders') }} as o where o.region = v.region) as orders
from {{ source('warehouse', 'visits') }} as v
group by v.region
