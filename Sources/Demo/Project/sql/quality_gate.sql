-- Each line is a promise; one that does not hold fails the task with its name.
DROP TABLE IF EXISTS quality_gate;
CREATE TABLE quality_gate (
    orders INTEGER CONSTRAINT there_are_orders CHECK (orders > 300),
    regions INTEGER CONSTRAINT all_four_regions_delivered CHECK (regions = 4),
    without_customer INTEGER CONSTRAINT every_order_has_a_customer CHECK (without_customer = 0),
    without_product INTEGER CONSTRAINT every_order_has_a_product CHECK (without_product = 0),
    lost_revenue REAL CONSTRAINT the_mart_adds_up CHECK (abs(lost_revenue) < 1)
);
INSERT INTO quality_gate
SELECT count(*), count(DISTINCT region),
       sum(customer NOT IN (SELECT customer FROM customers)),
       sum(product NOT IN (SELECT product FROM products)),
       sum(quantity * price_eur) - (
           SELECT sum(m.revenue * r.eur) FROM mart_revenue AS m JOIN rates AS r USING (currency))
FROM orders;

SELECT * FROM quality_gate;
