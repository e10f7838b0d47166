import Connections
import DatabasePeers
import Domain
import Foundation
import JSONText
import PlanRunner
import QueryPlans
import Testing

@Suite("Plans of real engines")
struct PlanRunTests {
    private static let engines: [DatabaseEngine] =
        DuckDBPeer.isInstalled ? [.sqlite, .duckdb] : [.sqlite]

    private func open(_ engine: DatabaseEngine) throws -> any DatabaseConnection {
        let database =
            engine == .duckdb
            ? try ConnectionAddress.duckdb(path: nil).open()
            : try ConnectionAddress.sqlite(path: nil).open()
        try database.execute(Warehouse.script(engine, orders: 2_000))
        return database
    }

    @Test(
        "every query has a plan, estimated and measured, that JSON brings back", arguments: engines)
    func allQueries(engine: DatabaseEngine) throws {
        let database = try open(engine)
        for query in Warehouse.queries {
            let estimated = try PlanRun.plan(of: query, on: database, isAnalyzing: false)
            #expect(estimated.totalMS == nil)
            #expect(estimated.nodes.allSatisfy { $0.inclusiveMS == nil && $0.actualRows == nil })
            let measured = try PlanRun.plan(of: query, on: database, isAnalyzing: true)
            #expect((measured.totalMS ?? 0) > 0)
            let again = try QueryPlan(reading: JSONValue(reading: Array(measured.json.text.utf8)))
            #expect(again.nodes.map(\.title) == measured.nodes.map(\.title))
            #expect(again.nodes.map(\.badges) == measured.nodes.map(\.badges))
        }
    }

    @Test("every line of SQLite's plan is a node, in its place", arguments: [false, true])
    func sqliteLines(isTPCH: Bool) throws {
        let database = try ConnectionAddress.sqlite(path: nil).open()
        try database.execute(
            isTPCH
                ? TPCH.script(.sqlite, orders: 1_500) + "; analyze"
                : Warehouse.script(.sqlite, orders: 2_000))
        for query in isTPCH ? TPCH.queries : Warehouse.queries {
            let plan = try PlanRun.plan(of: query, on: database, isAnalyzing: false)
            let lines = try database.rows("explain query plan " + query)
            #expect(plan.nodes.count == lines.count + 1)
            for (node, line) in zip(plan.nodes.dropFirst(), lines) {
                guard case .text(let detail) = line[3] else { continue }
                let text = [node.operation, node.object, node.detail].compactMap { $0 }
                #expect(text.joined(separator: " ") == detail)
            }
            guard isTPCH else { continue }
            let measured = try PlanRun.plan(of: query, on: database, isAnalyzing: true)
            let rows = try database.rows("select count(*) from (\(query))")
            #expect(rows == [[.integer(Int64(measured.root.actualRows ?? -1))]])
        }
    }

    @Test("SQLite's estimates follow its statistics, and its slow spots are badged")
    func sqliteBadges() throws {
        let database = try open(.sqlite)
        try database.execute("create index l_o on lineitem(l_order); analyze")
        let plan = try PlanRun.plan(
            of: "select * from orders o join lineitem l on l.l_order = o.o_id", on: database,
            isAnalyzing: true)
        #expect(plan.nodes.dropFirst().map(\.object).count == 2)
        #expect(plan.root.actualRows == 8_000)
        let nested = try PlanRun.plan(
            of: "select count(*) from orders, part where o_day + 0 = p_size + 0", on: database,
            isAnalyzing: false)
        #expect(nested.nodes.contains { $0.badges.contains(.repeatedScan) })
        let automatic = try PlanRun.plan(
            of: "select count(*) from part a join orders on o_customer = a.p_size", on: database,
            isAnalyzing: false)
        #expect(automatic.nodes.contains { $0.badges.contains(.automaticIndex) })
    }

    @Test("a plan that changed between two runs is found, on the same connection only")
    func history() throws {
        let folder = NSTemporaryDirectory() + "spillway-history-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let database = try open(.sqlite)
        let history = PlanHistory(stateFolder: folder)
        func add(_ day: Int, _ connection: String, at seconds: Int64) throws -> PlanHistory.Entry? {
            let plan = try PlanRun.plan(
                of: "select * from orders where o_day = \(day)", on: database, isAnalyzing: false)
            return try history.add(plan, connection: connection, at: Instant(seconds: seconds))
        }
        #expect(try add(1, "a", at: 1) == nil)
        #expect(try add(2, "b", at: 2) == nil)
        #expect(try add(3, "a", at: 3)?.at == Instant(seconds: 1))
        try database.execute("create index o_d on orders(o_day)")
        #expect(try add(4, "a", at: 4)?.at == Instant(seconds: 3))
        let queries = history.queries()
        #expect(queries.count == 1)
        #expect(queries.first?.entries.map(\.isChanged) == [false, false, false, true])
        #expect(queries.first?.text == "select * from orders where o_day = ?")
        let attributes = try FileManager.default.attributesOfItem(
            atPath: folder + "/plans/" + (queries.first?.fingerprint ?? "") + ".jsonl")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
}
