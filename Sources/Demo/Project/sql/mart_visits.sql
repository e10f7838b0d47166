-- How many visits become an order.
DROP TABLE IF EXISTS mart_visits;
CREATE TABLE mart_visits AS
SELECT v.region, sum(v.visits) AS visits,
       (SELECT count(*) FROM orders AS o WHERE o.region = v.region) AS orders
FROM visits AS v GROUP BY v.region;

SELECT region, visits, orders, round(1000.0 * orders / visits, 1) AS orders_per_1000_visits
FROM mart_visits ORDER BY region;
