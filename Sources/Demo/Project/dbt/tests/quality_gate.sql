-- Each line is a promise; a row is one that does not hold, by its name.
with found as (
    select
        count(*) as orders, count(distinct region) as regions,
        sum(customer not in (select customer from {{ source('warehouse', 'customers') }})) as strangers,
        sum(product not in (select product from {{ source('warehouse', 'products') }})) as unknown,
        sum(quantity * price_eur) as revenue
    from {{ source('warehouse', 'orders') }}
)
select 'there are orders' as promise from found where orders <= 300
union all select 'all four regions delivered' from found where regions <> 4
union all select 'every order has a customer' from found where strangers > 0
union all select 'every order has a product' from found where unknown > 0
union all select 'every product has a rank' from found
    where not exists (select 1 from {{ ref('mart_products') }} where place = 1)
union all select 'every visit is counted' from found
    where (select sum(visits) from {{ ref('mart_visits') }})
        <> (select sum(visits) from {{ source('warehouse', 'visits') }})
union all select 'the mart adds up in ' || m.currency from found, (
    select m.currency, sum(m.revenue * r.eur) as revenue
    from {{ ref('mart_revenue') }} as m
    join {{ source('warehouse', 'rates') }} as r using (currency)
    group by m.currency
) as m where abs(found.revenue - m.revenue) >= 1
