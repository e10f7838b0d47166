import Connections

/// Tables in the shape of TPC-H's (customers, orders, their lines, parts), made by SQL alone: keys
/// are dense, values spread by fixed arithmetic, one customer has a third of the orders.
enum Warehouse {
    /// Statements that make the tables with `orders` orders.
    static func script(_ engine: DatabaseEngine, orders: Int) -> String {
        let customers = max(10, orders / 10)
        return """
            create table customer(c_id integer primary key, c_name varchar(30), c_segment varchar(12));
            create table part(p_id integer primary key, p_name varchar(30), p_size integer);
            create table orders(o_id integer primary key, o_customer integer, o_day integer,
              o_total double precision, o_status varchar(4));
            create table lineitem(l_order integer, l_line integer, l_part integer, l_quantity integer,
              l_price double precision);
            insert into customer select i, 'customer ' || i, case i % 5 when 0 then 'machinery'
              when 1 then 'building' else 'household' end from \(series(engine, customers));
            insert into part select i, 'part ' || i, i % 50 from \(series(engine, 200));
            insert into orders select i, case when i % 3 = 0 then 1 else i % \(customers) + 1 end,
              i % 365, (i * 7919) % 10007, case when i % 97 = 0 then 'F' else 'O' end
              from \(series(engine, orders));
            insert into lineitem select (i + 3) / 4, i % 4 + 1, (i * 31) % 200 + 1, i % 50,
              (i * 13) % 997 from \(series(engine, orders * 4));
            """
    }

    private static func series(_ engine: DatabaseEngine, _ count: Int) -> String {
        switch engine {
        case .sqlite:
            "(with recursive n(i) as (select 1 union all select i + 1 from n limit \(count)) "
                + "select i from n) as s"
        case .postgresql: "generate_series(1, \(count)) as s(i)"
        case .duckdb: "range(1, \(count + 1)) as s(i)"
        }
    }

    /// Queries with operators of every kind that all three engines understand.
    static let queries = [
        "select count(*) from orders where o_day = 7",
        "select * from orders where o_id = 12",
        """
        select c_segment, count(*), sum(l_price * l_quantity) as revenue
        from customer join orders on o_customer = c_id join lineitem on l_order = o_id
        where o_day < 100 group by c_segment order by revenue desc
        """,
        """
        with busy as (select o_customer, count(*) as n from orders group by o_customer)
        select a.n, b.n from busy a join busy b on a.o_customer = b.o_customer + 1
        where a.n > (select avg(n) from busy) order by 1 limit 5
        """,
        """
        select c_name from customer
        where not exists (select 1 from orders where o_customer = c_id and o_status = 'F')
        """,
        """
        select o_status, o_id from orders union all select 'x', p_id from part
        order by 2 desc limit 20
        """,
        """
        select distinct l_part % 7 from lineitem
        where l_part in (select p_id from part where p_size > 40)
        """,
        """
        select o_id, rank() over (partition by o_customer order by o_total) from orders
        where o_day = 3
        """,
        """
        select (select max(l_price) from lineitem where l_order = o_id) from orders
        where o_id < 20
        """,
        """
        select count(*) from orders a left join orders b on a.o_id = b.o_customer
        and b.o_day > 200
        """,
        "select o_day from orders intersect select p_size from part",
        "select count(*) from customer a, part b where a.c_id + b.p_id = 50",
        """
        with recursive r(n) as (select 1 union all select n + 1 from r where n < 50)
        select sum(n) from r
        """,
    ]
}
