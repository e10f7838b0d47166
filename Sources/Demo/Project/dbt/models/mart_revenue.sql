-- Revenue a region and day, in each currency.
select
    o.region, o.day, r.currency, count(*) as orders,
    round(sum(o.quantity * o.price_eur) / r.eur, 2) as revenue
from {{ source('warehouse', 'orders') }} as o
cross join {{ source('warehouse', 'rates') }} as r
group by o.region, o.day, r.currency, r.eur
