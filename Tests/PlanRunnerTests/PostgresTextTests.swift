import Connections
import DatabasePeers
import PlanRunner
import QueryPlans
import Testing

/// Plans that were read are held node by node against what the server prints as text.
@Suite("PostgreSQL's plans against its own text", .enabled(if: PostgresServer.isInstalled))
struct PostgresTextTests {
    /// A node of the text: `->  Hash Join  (cost=… rows=5 …) (actual rows=5 loops=1)`.
    private struct TextNode {
        var title: String
        var estimate: Double
        var rows: Double
        var loops: Double
    }

    private static func nodes(_ text: [String]) -> [TextNode] {
        text.compactMap { line in
            guard let cost = line.firstRange(of: "  (cost=") else { return nil }
            let title = line[..<cost.lowerBound].drop { $0 == " " || $0 == "-" || $0 == ">" }
            func number(_ key: String, in part: Substring) -> Double {
                guard let found = part.firstRange(of: key) else { return 0 }
                return Double(part[found.upperBound...].prefix { $0.isNumber || $0 == "." }) ?? 0
            }
            let rest = line[cost.lowerBound...]
            let actual = rest.firstRange(of: "(actual ").map { rest[$0.upperBound...] } ?? ""
            return TextNode(
                title: String(title), estimate: number(" rows=", in: rest),
                rows: number("rows=", in: actual), loops: number("loops=", in: actual))
        }
    }

    @Test("every operator, row and loop is the server's", arguments: [false, true])
    func nodeByNode(isParallel: Bool) throws {
        let database = try #require(PostgresServer.shared).connect()
        let schema = isParallel ? "tpch_parallel" : "tpch_serial"
        try database.execute(
            "create schema \(schema); set search_path = \(schema);"
                + Warehouse.script(.postgresql, orders: 20_000) + "; analyze")
        if isParallel {
            try database.execute(
                "set parallel_setup_cost = 0; set parallel_tuple_cost = 0; "
                    + "set min_parallel_table_scan_size = 0; "
                    + "set max_parallel_workers_per_gather = 2")
        }
        for query in Warehouse.queries { try Self.check(query, on: database, isParallel) }
    }

    @Test("every operator of TPC-H's queries, and its rows and loops, is the server's")
    func tpch() throws {
        let database = try #require(PostgresServer.shared).connect()
        try database.execute(
            "create schema tpch_text; set search_path = tpch_text;"
                + TPCH.script(.postgresql, orders: 3_000) + "; analyze; "
                + "set max_parallel_workers_per_gather = 0")
        for query in TPCH.queries { try Self.check(query, on: database, false) }
    }

    /// Holds the plan of a query against the server's text of it.
    private static func check(
        _ query: String, on database: any DatabaseConnection, _ isParallel: Bool
    ) throws {
        let plan = try PlanRun.plan(of: query, on: database, isAnalyzing: true)
        let text = try database.rows("explain (analyze, timing off) " + query).compactMap {
            if case .text(let line)? = $0.first { line } else { nil }
        }
        let expected = nodes(text)
        #expect(plan.nodes.count == expected.count, "\(query)\n\(text)")
        for (node, line) in zip(plan.nodes, expected) {
            #expect(line.title.hasPrefix(node.operation), "\(line.title)")
            if let object = node.object { #expect(line.title.contains(object)) }
            // Which process takes which row is not the same twice.
            if !isParallel {
                #expect(node.estimatedRows == line.estimate * max(1, line.loops), "\(line.title)")
                #expect(node.loops == line.loops, "\(line.title)")
                #expect(node.actualRows == line.rows * line.loops, "\(line.title)")
            }
        }
        try checkTimes(plan, query)
    }

    /// Own times are parts of the whole: none below nothing, and together what the root took.
    private static func checkTimes(_ plan: QueryPlan, _ query: String) throws {
        let whole = try #require(plan.root.inclusiveMS)
        let sum = plan.nodes.reduce(0) { $0 + ($1.exclusiveMS ?? 0) }
        // Times are rounded to a microsecond a loop, and the processes of a gather take turns.
        let loops = plan.nodes.reduce(0) { $0 + ($1.loops ?? 0) }
        let slack = whole * 0.15 + loops * 0.001 + 0.1
        let isParallel = plan.nodes.contains { $0.operation.hasPrefix("Gather") }
        #expect(isParallel || abs(sum - whole) <= slack, "\(sum) of \(whole): \(query)")
        for node in plan.nodes {
            #expect((node.exclusiveMS ?? 0) <= (node.inclusiveMS ?? 0) + 1e-9)
        }
    }
}
