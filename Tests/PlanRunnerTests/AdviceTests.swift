import Connections
import DatabasePeers
import PlanRunner
import QueryPlans
import Testing

@Suite("Advice with evidence")
struct AdviceTests {
    private func advice(
        _ query: String, _ database: any DatabaseConnection
    ) throws -> [PlanAdvice] {
        try PlanAdvisor.advice(for: query, on: database)
    }

    @Test("SQLite: the index that helps is found in a copy, and the database stays as it is")
    func sqliteIndex() throws {
        let database = try ConnectionAddress.sqlite(path: nil).open()
        try database.execute(Warehouse.script(.sqlite, orders: 20_000))
        let found = try advice("select count(*) from orders where o_customer = 77", database)
        let first = try #require(found.first { $0.kind == .index })
        #expect(
            first.action == "CREATE INDEX \"idx_orders_o_customer\" ON \"orders\" (\"o_customer\")")
        #expect((first.speedup ?? 0) > 2)
        #expect(first.after?.nodes.contains { $0.operation == "SEARCH" } == true)
        #expect(
            try database.rows("select count(*) from sqlite_master where type = 'index'")
                == [[.integer(0)]])
    }

    @Test("an index that is there, or brings nothing, is not advised")
    func nothing() throws {
        let database = try ConnectionAddress.sqlite(path: nil).open()
        try database.execute(
            Warehouse.script(.sqlite, orders: 5_000)
                + "; create index i on orders(o_customer); analyze")
        #expect(try advice("select * from orders where o_customer = 77", database) == [])
        #expect(try advice("select count(*) from orders", database) == [])
    }

    @Test("what is written in an expensive way is told")
    func rewrites() throws {
        let database = try ConnectionAddress.sqlite(path: nil).open()
        try database.execute("create table t(a text, b int)")
        func kinds(_ query: String) throws -> Int {
            try advice(query, database).count { $0.kind == .rewrite }
        }
        #expect(try kinds("select * from t where a like '%x'") == 1)
        #expect(try kinds("select * from t where a like 'x%'") == 0)
        #expect(try kinds("select * from t where upper(a) = 'X'") == 1)
        #expect(try kinds("select * from t where b not in (select b from t)") == 1)
        #expect(try kinds("select * from t limit 5 offset 50000") == 1)
        #expect(try kinds("select count(b) from t") == 0)
    }

    @Test(
        "PostgreSQL: indexes are tried in a transaction that is rolled back",
        .enabled(if: PostgresServer.isInstalled))
    func postgres() throws {
        let database = try #require(PostgresServer.shared).connect()
        try database.execute(
            "create schema advice; set search_path = advice;"
                + Warehouse.script(.postgresql, orders: 50_000) + "; analyze")
        let found = try advice(
            "select o.o_id from orders o where o.o_customer = 78 and o.o_day > 300", database)
        let first = try #require(found.first { $0.kind == .index })
        #expect(first.action.contains("\"orders\""))
        #expect((first.speedup ?? 0) > 1.2)
        #expect(
            try database.rows("select count(*) from pg_indexes where indexname like 'idx_%'")
                == [[.integer(0)]])
    }
}
