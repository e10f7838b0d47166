import Connections

/// TPC-H's eight tables at a small scale, made by SQL alone, and its 22 queries.
///
/// Keys and ranges follow the specification's chapter 4.2 (dates of 1992 to 1998, 25 nations in 5
/// regions, brands, segments, modes and priorities by name); values are spread by fixed arithmetic
/// in place of its random numbers. Dates are texts (`1994-01-31`), so that one wording of each query
/// does for all engines; the queries are those of chapter 2.4 with its validation parameters.
enum TPCH {
    /// Statements that make the tables; `orders` rows of ORDERS, four lines each.
    static func script(_ engine: DatabaseEngine, orders: Int) -> String {
        let (customers, suppliers, parts) = (orders / 10, max(10, orders / 150), orders / 8)
        return """
            create table region(r_regionkey integer primary key, r_name varchar(25));
            create table nation(n_nationkey integer primary key, n_name varchar(25),
              n_regionkey integer);
            create table supplier(s_suppkey integer primary key, s_name varchar(25),
              s_address varchar(40), s_nationkey integer, s_phone varchar(15),
              s_acctbal double precision, s_comment varchar(101));
            create table customer(c_custkey integer primary key, c_name varchar(25),
              c_address varchar(40), c_nationkey integer, c_phone varchar(15),
              c_acctbal double precision, c_mktsegment varchar(10), c_comment varchar(117));
            create table part(p_partkey integer primary key, p_name varchar(55), p_mfgr varchar(25),
              p_brand varchar(10), p_type varchar(25), p_size integer, p_container varchar(10),
              p_retailprice double precision);
            create table partsupp(ps_partkey integer, ps_suppkey integer, ps_availqty integer,
              ps_supplycost double precision, primary key (ps_partkey, ps_suppkey));
            create table orders(o_orderkey integer primary key, o_custkey integer,
              o_orderstatus varchar(1), o_totalprice double precision, o_orderdate varchar(10),
              o_orderpriority varchar(15), o_shippriority integer, o_comment varchar(79));
            create table lineitem(l_orderkey integer, l_partkey integer, l_suppkey integer,
              l_linenumber integer, l_quantity double precision, l_extendedprice double precision,
              l_discount double precision, l_tax double precision, l_returnflag varchar(1),
              l_linestatus varchar(1), l_shipdate varchar(10), l_commitdate varchar(10),
              l_receiptdate varchar(10), l_shipinstruct varchar(25), l_shipmode varchar(10),
              primary key (l_orderkey, l_linenumber));
            insert into region select i - 1, \(pick("i - 1", regions))
              from \(series(engine, 5));
            insert into nation select i - 1, \(pick("i - 1", nations)), (i - 1) % 5
              from \(series(engine, 25));
            insert into supplier select i, 'Supplier#' || i, 'address ' || i, i * 7 % 25,
              (10 + i * 7 % 25) || '-555-' || i, (i * 7919 % 1099999) / 100.0 - 999.99,
              case when i % 13 = 0 then 'Customer Complaints' else 'quick' end
              from \(series(engine, suppliers));
            insert into customer select i, 'Customer#' || i, 'address ' || i, i * 11 % 25,
              (10 + i * 11 % 25) || '-555-' || i, (i * 6007 % 1099999) / 100.0 - 999.99,
              \(pick("i * 3", segments)), 'comment ' || i from \(series(engine, customers));
            insert into part select i, \(pick("i", colors)) || ' ' || \(pick("i * 7 + 3", colors)),
              'Manufacturer#' || (i % 5 + 1), 'Brand#' || (i % 5 + 1) || (i * 3 % 5 + 1),
              \(pick("i", ["STANDARD", "SMALL", "MEDIUM", "LARGE", "ECONOMY", "PROMO"])) || ' '
                || \(pick("i * 5", ["ANODIZED", "BURNISHED", "PLATED", "POLISHED", "BRUSHED"])) || ' '
                || \(pick("i * 11", ["TIN", "NICKEL", "BRASS", "STEEL", "COPPER"])), i * 17 % 50 + 1,
              \(pick("i", ["SM", "MED", "LG", "JUMBO", "WRAP"])) || ' '
                || \(pick("i * 13", ["CASE", "BOX", "BAG", "JAR", "PKG", "PACK"])),
              900 + i % 1000 / 10.0 from \(series(engine, parts));
            insert into partsupp select p_partkey, (p_partkey + j.i * (\(suppliers) / 4)) % \(suppliers) + 1,
              (p_partkey * 31 + j.i) % 9999 + 1, (p_partkey * 13 + j.i * 7) % 1000 + 1
              from part, \(series(engine, 4, "j"));
            insert into orders select i, i * 7 % \(customers) + 1,
              case i % 3 when 0 then 'F' when 1 then 'O' else 'P' end, (i * 7919) % 400000 + 900,
              \(day(engine, "i * 37 % 2400")), \(pick("i * 7", priorities)), 0,
              case when i % 29 = 0 then 'special packages requests' else 'plain' end
              from \(series(engine, orders));
            insert into lineitem select o_orderkey, (o_orderkey * 5 + j.i * 17) % \(parts) + 1,
              ((o_orderkey * 5 + j.i * 17) % \(parts) + 1 + j.i * (\(suppliers) / 4)) % \(suppliers) + 1,
              j.i, (o_orderkey + j.i * 13) % 50 + 1, (o_orderkey * 37 + j.i) % 90000 + 900,
              (o_orderkey + j.i) % 11 / 100.0, (o_orderkey + j.i) % 9 / 100.0,
              case (o_orderkey + j.i) % 3 when 0 then 'R' when 1 then 'A' else 'N' end,
              case when (o_orderkey + j.i) % 2 = 0 then 'O' else 'F' end,
              \(day(engine, "o_orderkey * 37 % 2400 + (o_orderkey + j.i * 7) % 121 + 1")),
              \(day(engine, "o_orderkey * 37 % 2400 + 30 + (o_orderkey * 3 + j.i) % 61")),
              \(day(engine, "o_orderkey * 37 % 2400 + (o_orderkey + j.i * 7) % 121 + 2 + j.i * 7")),
              \(pick("o_orderkey + j.i", ["DELIVER IN PERSON", "COLLECT COD", "NONE"])),
              \(pick("o_orderkey * 3 + j.i", modes))
              from orders, \(series(engine, 4, "j"));
            create index l_part_supp on lineitem(l_partkey, l_suppkey);
            create index o_cust on orders(o_custkey)
            """
    }

    private static let regions = ["AFRICA", "AMERICA", "ASIA", "EUROPE", "MIDDLE EAST"]
    private static let nations = [
        "ALGERIA", "ARGENTINA", "INDIA", "FRANCE", "EGYPT", "ETHIOPIA", "BRAZIL", "CHINA",
        "GERMANY", "IRAN", "KENYA", "CANADA", "INDONESIA", "ROMANIA", "IRAQ", "MOROCCO", "PERU",
        "JAPAN", "RUSSIA", "JORDAN", "MOZAMBIQUE", "UNITED STATES", "VIETNAM", "UNITED KINGDOM",
        "SAUDI ARABIA",
    ]
    private static let segments = [
        "AUTOMOBILE", "BUILDING", "FURNITURE", "MACHINERY", "HOUSEHOLD",
    ]
    private static let colors = [
        "forest", "green", "almond", "azure", "blush", "chocolate", "lemon",
    ]
    private static let priorities = ["1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECIFIED", "5-LOW"]
    private static let modes = ["REG AIR", "AIR", "RAIL", "SHIP", "TRUCK", "MAIL", "FOB"]

    /// One of some words, by a number.
    private static func pick(_ number: String, _ words: [String]) -> String {
        let cases = words.enumerated().map { "when \($0) then '\($1)'" }.joined(separator: " ")
        return "case (\(number)) % \(words.count) \(cases) end"
    }

    private static func series(
        _ engine: DatabaseEngine, _ count: Int, _ name: String = "s"
    ) -> String {
        switch engine {
        case .sqlite:
            "(with recursive n(i) as (select 1 union all select i + 1 from n limit \(count)) "
                + "select i from n) as \(name)"
        case .postgresql: "generate_series(1, \(count)) as \(name)(i)"
        case .duckdb: "range(1, \(count + 1)) as \(name)(i)"
        }
    }

    /// So many days after the first of 1992, as a text.
    private static func day(_ engine: DatabaseEngine, _ days: String) -> String {
        switch engine {
        case .sqlite: "date('1992-01-01', '+' || (\(days)) || ' days')"
        case .postgresql: "to_char(date '1992-01-01' + cast(\(days) as integer), 'YYYY-MM-DD')"
        case .duckdb: "strftime(date '1992-01-01' + cast(\(days) as integer), '%Y-%m-%d')"
        }
    }
}
