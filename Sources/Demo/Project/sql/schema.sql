-- The warehouse. Nothing is dropped: the tables are there after the first run.
CREATE TABLE IF NOT EXISTS products (product TEXT PRIMARY KEY, name TEXT NOT NULL, price_eur REAL NOT NULL);
CREATE TABLE IF NOT EXISTS customers (customer TEXT PRIMARY KEY, name TEXT NOT NULL, since INTEGER);
CREATE TABLE IF NOT EXISTS rates (currency TEXT PRIMARY KEY, eur REAL NOT NULL);
CREATE TABLE IF NOT EXISTS visits (
    region TEXT NOT NULL, day_number INTEGER NOT NULL, visits INTEGER NOT NULL,
    PRIMARY KEY (region, day_number)
);
-- Without an index: sql/new_visitors.sql shows what that costs.
CREATE TABLE IF NOT EXISTS clicks (store TEXT NOT NULL, visitor TEXT NOT NULL, second INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS orders (
    order_id INTEGER PRIMARY KEY, region TEXT NOT NULL, day TEXT NOT NULL, customer TEXT NOT NULL,
    product TEXT NOT NULL, quantity INTEGER NOT NULL, currency TEXT NOT NULL,
    price_eur REAL NOT NULL
);
