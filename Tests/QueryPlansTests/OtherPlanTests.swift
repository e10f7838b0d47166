import JSONText
import QueryPlans
import Testing

@Suite("SQLite's and DuckDB's plans")
struct OtherPlanTests {
    private func plan(
        _ lines: [(Int, Int, String)], _ query: String = "select",
        _ statistics: SQLitePlanReader.Statistics = .init()
    ) -> QueryPlan {
        SQLitePlanReader.read(
            lines.map { .init(id: $0.0, parent: $0.1, detail: $0.2) }, query: query,
            statistics: statistics)
    }

    @Test("operators, objects and details of SQLite's lines are told apart")
    func words() {
        let plan = plan([
            (3, 0, "CO-ROUTINE v"), (5, 3, "SCAN my table USING COVERING INDEX ix"),
            (9, 0, "SEARCH c USING AUTOMATIC COVERING INDEX (id=?)"), (11, 0, "SCAN (subquery-2)"),
            (20, 0, "USE TEMP B-TREE FOR ORDER BY"), (22, 0, "CORRELATED SCALAR SUBQUERY 3"),
            (24, 22, "SCAN t"), (30, 0, "SCAN 3 CONSTANT ROWS"), (33, 0, "SCAN TABLE old AS o"),
        ])
        #expect(
            plan.nodes.map(\.operation) == [
                "QUERY", "CO-ROUTINE", "SCAN", "SEARCH", "SCAN", "USE TEMP B-TREE",
                "CORRELATED SCALAR SUBQUERY 3", "SCAN", "SCAN", "SCAN",
            ])
        #expect(
            plan.nodes.map(\.object) == [
                nil, "v", "my table", "c", "(subquery-2)", nil, nil, "t", nil, "old",
            ])
        #expect(plan.nodes[2].detail == "USING COVERING INDEX ix")
        #expect(plan.nodes[3].badges == [.automaticIndex])
        #expect(plan.nodes[5].badges == [.temporarySort])
        #expect(plan.nodes[7].badges == [.repeatedScan])
        #expect(plan.nodes[7].depth == 2)
    }

    @Test("without statistics nothing is estimated, and nothing is no number")
    func noStatistics() {
        let plan = plan([
            (3, 0, "SCAN o"), (5, 0, "SEARCH c USING INTEGER PRIMARY KEY (rowid=?)"),
            (7, 0, "SCAN l"),
        ])
        #expect(plan.nodes.allSatisfy { $0.estimatedRows == nil })
        #expect(!plan.json.text.contains("nan"))
    }

    @Test("a plan has the same shape whatever the figures and the values in its conditions")
    func shape() {
        func plan(_ value: String, _ rows: Double) -> QueryPlan {
            var node = PlanNode(
                operation: "Seq Scan", object: "t", detail: "filter (day > '\(value)')")
            node.actualRows = rows
            var builder = PlanBuilder()
            builder.begin(node)
            return builder.plan(engine: "postgresql", query: "q")
        }
        #expect(plan("2026-01-01", 1).shape == plan("2026-02-02", 9).shape)
        var other = plan("2026-01-01", 1)
        #expect(PlanComparison(other, plan("2026-02-02", 1)).isChanged)
        var builder = PlanBuilder()
        builder.begin(PlanNode(operation: "Index Scan", object: "t", detail: "filter (day > '1')"))
        other = builder.plan(engine: "postgresql", query: "q")
        #expect(other.shape != plan("2026-01-01", 1).shape)
    }

    @Test("rows are estimated from statistics, each inner loop times the outer ones")
    func estimates() {
        let statistics = SQLitePlanReader.Statistics(
            rows: ["orders": 1_000, "items": 5_000], indexes: ["items_order": [5_000, 5, 1]])
        let plan = plan(
            [
                (2, 0, "SCAN o"), (4, 0, "SEARCH i USING INDEX items_order (order_id=?)"),
                (6, 0, "SEARCH p USING INTEGER PRIMARY KEY (rowid=?)"),
            ], "select * from orders o join items as i on i.order_id = o.id join p", statistics)
        #expect(plan.nodes.map(\.estimatedRows) == [nil, 1_000, 5_000, 5_000])
        #expect(plan.notes.contains { $0.contains("not known") })
    }

    @Test("lines that refer to each other in a circle or to nothing are no endless loop")
    func circle() {
        let plan = plan([(1, 2, "SCAN a"), (2, 1, "SCAN b"), (7, 7, "SCAN c"), (8, 99, "SCAN d")])
        #expect(plan.nodes.compactMap(\.object).contains("d"))
    }

    @Test("DuckDB's operators have their own time and, added up, that of all below")
    func duckDB() throws {
        let text = """
            {"latency": 0.02, "cumulative_cardinality": 1, "system_peak_temp_dir_size": 0, "children": [
             {"operator_name": "EXPLAIN_ANALYZE", "children": [
              {"operator_name": "HASH_JOIN", "operator_timing": 0.003, "operator_cardinality": 5,
               "extra_info": {"Join Type": "INNER", "Conditions": ["a = b", "c = d"],
               "Estimated Cardinality": "70"},
               "children": [
                {"operator_name": "SEQ_SCAN ", "operator_timing": 0.004, "operator_cardinality": 100,
                 "operator_rows_scanned": 40000,
                 "extra_info": {"Table": "memory.main.t", "Filters": "a=1"}, "children": []},
                {"operator_name": "RANGE", "operator_type": "TABLE_SCAN", "operator_timing": 0.001,
                 "operator_cardinality": 9, "extra_info": {"Function": "RANGE"}, "children": []}]}]}]}
            """
        let plan = try DuckDBPlanReader.read(JSONValue(reading: Array(text.utf8)), query: "q")
        #expect(
            plan.nodes.map(\.title) == ["HASH_JOIN", "SEQ_SCAN memory.main.t", "TABLE_SCAN RANGE"])
        #expect(plan.nodes.map { ($0.inclusiveMS ?? 0).rounded() } == [8, 4, 1])
        #expect(plan.nodes.map { ($0.exclusiveMS ?? 0).rounded() } == [3, 4, 1])
        #expect(plan.nodes[0].detail == "INNER; a = b, c = d")
        #expect(plan.nodes[0].badges == [.estimateOff10])
        #expect(plan.nodes[1].badges == [.selectiveScan])
        #expect(plan.totalMS == 20)
        #expect(plan.nodes.map(\.loops) == [nil, nil, nil])
    }

    @Test("plans of random shape never break a reader", arguments: 0..<300)
    func fuzz(seed: UInt64) throws {
        var random = Seeded(seed)
        let text = random.value(depth: 0)
        let json = try JSONValue(reading: Array(text.utf8))
        for plan in [
            try? PostgresPlanReader.read(json, query: "q"),
            try? DuckDBPlanReader.read(json, query: "q"),
            try? QueryPlan(reading: json),
        ].compactMap({ $0 }) {
            _ = PlanText.lines(plan)
            _ = PlanComparison(plan, plan).json.text
            #expect(plan.ranked(by: .time).count == plan.nodes.count)
            let again = try QueryPlan(reading: JSONValue(reading: Array(plan.json.text.utf8)))
            #expect(again.nodes.map(\.title) == plan.nodes.map(\.title))
            for node in plan.nodes { #expect((node.exclusiveMS ?? 0) >= 0) }
        }
        // And bytes that are no JSON at all.
        var bytes = Array(text.utf8)
        for _ in 0..<5 {
            bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(
                truncatingIfNeeded: random.next())
        }
        _ = try? JSONValue(reading: bytes)
    }
}

/// Plans with the readers' own keys and any values.
private struct Seeded {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }

    mutating func pick(_ choices: [String]) -> String {
        choices[Int(next() % UInt64(choices.count))]
    }

    mutating func value(depth: Int) -> String {
        let keys = [
            "Plan", "Node Type", "Plans", "Actual Rows", "Actual Loops", "Actual Total Time",
            "Plan Rows", "Subplan Name", "Parent Relationship", "CTE Name", "Filter", "children",
            "operator_name", "operator_timing", "operator_cardinality", "extra_info", "latency",
            "root",
            "operator", "engine", "Workers", "Sort Space Used", "Hash Batches", "Triggers", "name",
            "timing", "cardinality", "operator_type", "Full-sort Groups", "Sort Space Disk",
            "Peak Sort Space Used", "Settings", "Serialization", "Time", "Shared Hit Blocks",
            "Workers Planned", "Peak Memory Usage", "Custom Plan Provider", "result", "latency",
        ]
        switch next() % (depth > 6 ? 4 : 8) {
        case 0: return pick(["1", "-3", "1e300", "0", "9223372036854775807", "0.5"])
        case 1:
            return pick([
                "\"Gather\"", "\"CTE w\"", "\"CTE Scan\"", "\"InitPlan 1 (returns $0)\"",
                "\"a\\n[INFOSEPARATOR]\\nEC: 1e999\"", "\"SEQ_SCAN\"",
            ])
        case 2: return pick(["null", "true", "\"w\"", "\"InitPlan\"", "\"Seq Scan\"", "\"$0\""])
        case 3, 4:
            let count = next() % 4
            return "[" + (0..<count).map { _ in value(depth: depth + 1) }.joined(separator: ",")
                + "]"
        default:
            let count = next() % 7
            let members = (0..<count).map { _ in
                "\"\(pick(keys))\":" + value(depth: depth + 1)
            }
            let base =
                "\"Node Type\":\"Sort\",\"operator_name\":\"X\",\"operator\":\"Y\",\"engine\":\"e\""
            return "{" + ([base] + members).joined(separator: ",") + "}"
        }
    }
}
