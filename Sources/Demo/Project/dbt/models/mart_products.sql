-- What sells where: the rank of each product in its region.
select
    o.region, p.product, p.name, sum(o.quantity) as sold,
    rank() over (partition by o.region order by sum(o.quantity) desc) as place
from {{ source('warehouse', 'orders') }} as o
join {{ source('warehouse', 'products') }} as p using (product)
group by o.region, p.product, p.name
