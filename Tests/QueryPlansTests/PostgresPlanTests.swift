import JSONText
import QueryPlans
import Testing

@Suite("PostgreSQL's plans")
struct PostgresPlanTests {
    private func plan(_ json: String) throws -> QueryPlan {
        try PostgresPlanReader.read(
            JSONValue(reading: Array("[{\"Plan\": \(json), \"Execution Time\": 100.5}]".utf8)),
            query: "select 1")
    }

    private func node(
        _ type: String, _ total: Double, loops: Int = 1, rows: Int = 1, estimate: Int = 1,
        _ more: String = "", _ children: [String] = []
    ) -> String {
        "{\"Node Type\": \"\(type)\", \"Actual Total Time\": \(total), \"Actual Loops\": \(loops), "
            + "\"Actual Rows\": \(rows), \"Plan Rows\": \(estimate)"
            + (more.isEmpty ? "" : ", " + more)
            + (children.isEmpty ? "" : ", \"Plans\": [\(children.joined(separator: ","))]") + "}"
    }

    @Test("a node's time is its loops' together, its own is without its children's")
    func loops() throws {
        let plan = try plan(
            node(
                "Nested Loop", 50, rows: 20, "\"Join Type\": \"Left\"",
                [
                    node("Seq Scan", 5, rows: 10, estimate: 12, "\"Relation Name\": \"a\""),
                    node(
                        "Index Scan", 4, loops: 10, rows: 2, estimate: 1, "\"Relation Name\": \"b\""
                    ),
                ]))
        #expect(plan.nodes.map(\.operation) == ["Nested Loop Left Join", "Seq Scan", "Index Scan"])
        #expect(plan.nodes.map(\.inclusiveMS) == [50, 5, 40])
        #expect(plan.nodes.map(\.exclusiveMS) == [5, 5, 40])
        #expect(plan.nodes.map(\.actualRows) == [20, 10, 20])
        #expect(plan.nodes.map(\.estimatedRows) == [1, 12, 10])
        #expect(plan.hotPath == [0, 2])
        #expect(plan.totalMS == 100.5)
    }

    @Test("below a gather the time is that of a mean process")
    func parallel() throws {
        let scan = node("Seq Scan", 30, loops: 3, rows: 100, "\"Parallel Aware\": true")
        let inner = node("Index Scan", 0.1, loops: 300, rows: 1)
        let join = node("Nested Loop", 45, loops: 3, rows: 100, "", [scan, inner])
        let plan = try plan(
            node(
                "Gather", 50, rows: 300, "\"Workers Planned\": 2, \"Workers Launched\": 1", [join]))
        #expect(plan.nodes.map(\.inclusiveMS) == [50, 45, 30, 0.1 * 300 / 3])
        #expect(plan.nodes[0].exclusiveMS == 5)
        #expect(abs((plan.nodes[1].exclusiveMS ?? 0) - 5) < 1e-9)
        #expect(plan.nodes[2].actualRows == 300)
        #expect(plan.nodes[2].operation == "Parallel Seq Scan")
        #expect(plan.nodes[0].badges.contains(.workersMissing))
    }

    @Test("a CTE's time belongs to the scans that read it, not to the node that it hangs on")
    func commonTable() throws {
        let cte = node(
            "Seq Scan", 60, "\"Parent Relationship\": \"InitPlan\", \"Subplan Name\": \"CTE w\"")
        let first = node("CTE Scan", 70, "\"CTE Name\": \"w\"")
        let second = node("CTE Scan", 10, "\"CTE Name\": \"w\"")
        let plan = try plan(node("Append", 85, "", [cte, first, second]))
        #expect(plan.nodes[0].exclusiveMS == 5)
        #expect(plan.nodes[1].exclusiveMS == 60)
        #expect(abs((plan.nodes[2].exclusiveMS ?? 0) - (70 - 52.5)) < 1e-9)
        #expect(abs((plan.nodes[3].exclusiveMS ?? 0) - (10 - 7.5)) < 1e-9)
        let whole = plan.nodes.reduce(0) { $0 + ($1.exclusiveMS ?? 0) }
        #expect(abs(whole - 85) < 1e-9)
    }

    @Test("an InitPlan's time belongs to the node that uses its value")
    func initPlan() throws {
        let initial = node(
            "Aggregate", 40,
            "\"Parent Relationship\": \"InitPlan\", \"Subplan Name\": \"InitPlan 1 (returns $0)\"")
        let scan = node("Seq Scan", 55, "\"Filter\": \"(a > $0)\"")
        let other = node("Seq Scan", 3, "\"Filter\": \"(a > $01)\"")
        let plan = try plan(node("Hash Join", 62, "", [initial, scan, other]))
        #expect(plan.nodes.map(\.exclusiveMS) == [4, 40, 15, 3])
    }

    @Test("what never ran, spilled, was estimated badly or filtered away is badged")
    func badges() throws {
        let never = node("Index Scan", 0, loops: 0, rows: 0, estimate: 500)
        let sort = node(
            "Sort", 20, rows: 20, estimate: 30_000,
            "\"Sort Space Type\": \"Disk\", \"Sort Space Used\": 2048, \"Sort Method\": \"external merge\"",
            [
                node(
                    "Seq Scan", 10, rows: 20, estimate: 30_000,
                    "\"Rows Removed by Filter\": 99980, \"Relation Name\": \"t\"")
            ])
        let hash = node(
            "Hash", 3, "\"Hash Batches\": 4, \"Peak Memory Usage\": 100")
        let plan = try plan(node("Append", 40, rows: 20, estimate: 20, "", [never, sort, hash]))
        #expect(plan.nodes[1].badges == [.neverExecuted])
        #expect(plan.nodes[2].badges == [.estimateOff1000, .sortSpilled])
        #expect(plan.nodes[2].spillBytes == Int64(2_097_152))
        #expect(plan.nodes[3].badges == [.estimateOff1000, .selectiveScan])
        #expect(plan.nodes[4].badges == [.hashSpilled])
    }

    @Test("a scan that a limit ended early is not called badly estimated")
    func limited() throws {
        let plan = try plan(
            node(
                "Limit", 1, rows: 10, estimate: 10, "",
                [node("Seq Scan", 1, rows: 10, estimate: 90_000)]))
        #expect(plan.nodes[1].badges == [])
    }

    @Test("a plan that was not run has no times, and says so by null")
    func estimates() throws {
        let json = "{\"Node Type\": \"Result\", \"Plan Rows\": 1}"
        let plan = try PostgresPlanReader.read(
            JSONValue(reading: Array("[{\"Plan\": \(json)}]".utf8)), query: "select 1")
        #expect(
            plan.json.text
                == "{\"engine\":\"postgresql\",\"query\":\"select 1\",\"total_ms\":null,\"root\":"
                + "{\"operator\":\"Result\",\"object\":null,\"detail\":null,\"estimated_rows\":1,"
                + "\"actual_rows\":null,\"exclusive_ms\":null,\"inclusive_ms\":null,\"loops\":null,"
                + "\"children\":[],\"badges\":[]}}")
    }

    @Test("what is no plan is refused", arguments: ["[]", "{}", "[{\"Plan\": 3}]", "7", "[[]]"])
    func refused(text: String) throws {
        let json = try JSONValue(reading: Array(text.utf8))
        #expect(throws: PlanReadingError.self) {
            _ = try PostgresPlanReader.read(json, query: "")
        }
    }
}
