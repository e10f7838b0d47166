-- Revenue a region and day, in the currency of the parameter.
DROP TABLE IF EXISTS mart_revenue;
CREATE TABLE mart_revenue AS
SELECT o.region, o.day, count(*) AS orders,
       round(sum(o.quantity * o.price_eur) / r.eur, 2) AS revenue, r.currency
FROM orders AS o
JOIN rates AS r ON r.currency = '{{ params.currency }}'
GROUP BY o.region, o.day, r.currency, r.eur;

SELECT region, sum(orders) AS orders, round(sum(revenue), 2) AS revenue, currency
FROM mart_revenue GROUP BY region ORDER BY revenue DESC;
