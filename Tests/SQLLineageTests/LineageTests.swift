import SQLLineage
import Testing

@Suite("Columns are followed back to the tables")
struct LineageTests {
    private static let tables: [String: [String]] = [
        "orders": ["id", "customer_id", "amount", "day", "status"],
        "customers": ["id", "name", "country"], "dates": ["date", "year"],
    ]

    private func lineage(_ sql: String) throws -> QueryLineage {
        try #require(LineageResolver.lineage(of: sql) { Self.tables[$0.lowercased()] })
    }

    /// `name: table.column kind, …` a column.
    private func shown(_ sql: String) throws -> [String] {
        try lineage(sql).columns.map { column in
            let origins = column.origins.map { "\($0.table).\($0.column) \(short($0.kind))" }
            return "\(column.name): " + origins.joined(separator: ", ")
        }
    }

    private func short(_ kind: ColumnOrigin.Kind) -> String {
        String(kind.rawValue.lowercased().prefix(3))
    }

    @Test(
        "each form of a query gives the columns that its values come from",
        arguments: [
            ("select id, amount a from orders", ["id: orders.id ide", "a: orders.amount ide"]),
            (
                "select o.amount * 2 as twice from main.\"orders\" o",
                ["twice: orders.amount tra"]
            ),
            (
                "with x as (select id, amount + 1 as more from orders) select x.more, id from x",
                ["more: orders.amount tra", "id: orders.id ide"]
            ),
            (
                "select customer_id, sum(amount) total, count(*) n from orders group by 1",
                ["customer_id: orders.customer_id ide", "total: orders.amount agg", "n: "]
            ),
            (
                "select * from customers join orders using (id)",
                [
                    "id: customers.id ide", "name: customers.name ide",
                    "country: customers.country ide", "customer_id: orders.customer_id ide",
                    "amount: orders.amount ide", "day: orders.day ide",
                    "status: orders.status ide",
                ]
            ),
            (
                "select c.* exclude (name) from customers as c",
                ["id: customers.id ide", "country: customers.country ide"]
            ),
            (
                "select id from orders union all select id from customers",
                ["id: orders.id ide, customers.id ide"]
            ),
            (
                "select case when status = 'x' then amount else 0 end as paid from orders",
                ["paid: orders.amount tra"]
            ),
            (
                "select (select max(amount) from orders where customer_id = c.id) as top "
                    + "from customers c",
                ["top: orders.amount agg"]
            ),
            (
                "select row_number() over (partition by customer_id order by day) as n, "
                    + "sum(amount) over (order by day) as running from orders",
                ["n: ", "running: orders.amount tra"]
            ),
            (
                "with recursive t(n) as (select id from orders union all select n + 1 from t) "
                    + "select n from t", ["n: orders.id ide, orders.id tra"]
            ),
            ("select date, year from dates", ["date: dates.date ide", "year: dates.year ide"]),
            ("select date(day) as d from orders", ["d: orders.day tra"]),
            ("select * from nowhere", ["*: nowhere.* ide"]),
            ("select x from nowhere", ["x: nowhere.x ide"]),
            (
                "select a.x, b.id from (select amount as x from orders) a, customers b",
                ["x: orders.amount ide", "id: customers.id ide"]
            ),
            (
                "select cast(amount as integer) as i, left(status, 2) as s from orders",
                ["i: orders.amount tra", "s: orders.status tra"]
            ),
            (
                "select coalesce(c.name, 'none') as n from orders o left join customers c "
                    + "on c.id = o.customer_id",
                ["n: customers.name tra"]
            ),
            (
                "select 'a' as \"t x\", amount as 'q' from orders",
                ["t x: ", "q: orders.amount ide"]
            ),
            ("values (1, 2)", ["column1: ", "column2: "]),
        ])
    func forms(sql: String, expected: [String]) throws {
        #expect(try shown(sql) == expected)
    }

    @Test("filters, joins, groups, orders, windows and conditions are the indirect ones")
    func indirect() throws {
        let found = try lineage(
            """
            select c.country, sum(case when o.status = 'x' then o.amount end) as total,
                rank() over (order by o.day) as place
            from orders o join customers c on c.id = o.customer_id
            where o.id > 5 group by c.country order by c.name
            """)
        let texts = Set(found.indirect.map { "\($0.table).\($0.column) \(short($0.kind))" })
        #expect(
            texts == [
                "orders.status con", "orders.day win", "customers.id joi",
                "orders.customer_id joi", "orders.id fil", "customers.country gro",
                "customers.name sor",
            ])
    }

    @Test("a name that no source has is reported with its place and the names there are")
    func unknown() throws {
        let found = try lineage("select amuont from orders")
        let unknown = try #require(found.unknown.first)
        #expect(unknown.name == "amuont")
        #expect(unknown.offset == 7)
        #expect(unknown.known.contains("amount"))
    }

    @Test("what is no query gives nothing, and no depth of brackets ends the program")
    func hostile() {
        let none: LineageResolver.Catalogue = { _ in nil }
        for text in ["", "drop table x", "select", "with x as (", "select (((("] {
            _ = LineageResolver.lineage(of: text, catalogue: none)
        }
        let deep =
            String(repeating: "(select * from ", count: 500) + "t"
            + String(repeating: ")", count: 500)
        _ = LineageResolver.lineage(of: "select * from " + deep, catalogue: none)
    }

    @Test("whatever the text, reading ends", arguments: 0..<10)
    func fuzz(seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        let pieces = [
            "select ", "from ", "a", "b.c", ",", "(", ")", "with x as ", "case ", "when ", "end ",
            "*", "union ", "'t'", "\"q\"", "over ", "join ", "on ", "=", "as ", "group by ", ".",
        ]
        for _ in 0..<300 {
            var text = ""
            for _ in 0..<30 {
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                text += pieces[Int(state % UInt64(pieces.count))]
            }
            _ = LineageResolver.lineage(of: text) { _ in ["a", "b"] }
        }
    }
}
