-- What sells where: the rank of each product in its region.
DROP TABLE IF EXISTS mart_products;
CREATE TABLE mart_products AS
SELECT o.region, p.product, p.name, sum(o.quantity) AS sold,
       rank() OVER (PARTITION BY o.region ORDER BY sum(o.quantity) DESC) AS place
FROM orders AS o JOIN products AS p USING (product)
GROUP BY o.region, p.product, p.name;

SELECT region, name, sold FROM mart_products WHERE place = 1 ORDER BY region;
