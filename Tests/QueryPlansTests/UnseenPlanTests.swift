import JSONText
import QueryPlans
import Testing

/// What engines of other versions and rarer queries print: nothing of it may be dropped.
@Suite("Plans of kinds and versions that are rarer")
struct UnseenPlanTests {
    private func json(_ text: String) throws -> JSONValue {
        try JSONValue(reading: Array(text.utf8))
    }

    private func fact(_ name: String, of node: PlanNode) -> String? {
        node.facts.first { $0.name == name }?.value
    }

    @Test(
        "PostgreSQL: incremental sort, memoize, pruned branches, workers, settings, JIT, custom nodes"
    )
    func postgres() throws {
        let plan = try PostgresPlanReader.read(
            json(
                """
                [{"Plan": {"Node Type": "ModifyTable", "Operation": "Merge", "Relation Name": "t",
                  "Target Tables": [{"Relation Name": "t", "Alias": "t_1"}, {"Relation Name": "u"}],
                  "Actual Rows": 0, "Actual Loops": 1, "Actual Total Time": 20, "WAL Records": 7,
                  "WAL Bytes": 812, "Disabled": true, "Plans": [
                   {"Node Type": "Gather Merge", "Workers Planned": 2, "Workers Launched": 1,
                    "Actual Loops": 1, "Actual Rows": 10, "Actual Total Time": 19, "Plans": [
                    {"Node Type": "Incremental Sort", "Sort Key": ["a", "b"], "Presorted Key": ["a"],
                     "Actual Loops": 2, "Actual Rows": 5, "Actual Total Time": 8,
                     "Full-sort Groups": {"Group Count": 3, "Sort Methods Used": ["quicksort"],
                      "Sort Space Memory": {"Average Sort Space Used": 26, "Peak Sort Space Used": 30}},
                     "Pre-sorted Groups": {"Group Count": 1, "Sort Methods Used": ["external merge"],
                      "Sort Space Disk": {"Average Sort Space Used": 40, "Peak Sort Space Used": 50}},
                     "Workers": [{"Worker Number": 0, "Actual Rows": 4, "Full-sort Groups":
                      {"Sort Space Memory": {"Peak Sort Space Used": 2}}}],
                     "Plans": [
                     {"Node Type": "Append", "Subplans Removed": 3, "Actual Loops": 2,
                      "Actual Rows": 5, "Actual Total Time": 6, "Plans": [
                      {"Node Type": "Memoize", "Cache Key": "x.id", "Cache Mode": "logical",
                       "Cache Hits": 90, "Peak Memory Usage": 12, "Actual Loops": 0,
                       "Actual Rows": 0, "Actual Total Time": 0},
                      {"Node Type": "Custom Scan", "Custom Plan Provider": "ColumnarScan",
                       "Columnar Projected Columns": "a"},
                      {"Node Type": "WindowAgg", "Run Condition": "(row_number() <= 3)"},
                      {"Node Type": "Aggregate", "Strategy": "Mixed", "Grouping Sets":
                       [{"Hash Keys": [["a", "b"]]}, {"Group Keys": [["c"]]}]},
                      {"Node Type": "Quantum Scan", "Alias": "q"}]}]}]}]},
                  "Settings": {"work_mem": "64kB", "jit": "on"},
                  "Planning": {"Memory Used": 12}, "Planning Time": 0.2,
                  "Serialization": {"Time": 1.5, "Output Volume": 9, "Format": "text"},
                  "JIT": {"Functions": 4, "Timing": {"Generation": {"Deform": 1, "Total": 2},
                   "Total": 7.25}}, "Execution Time": 21}]
                """), query: "q")
        #expect(
            plan.nodes.map(\.operation) == [
                "Merge", "Gather Merge", "Incremental Sort", "Append", "Memoize", "Custom Scan",
                "WindowAgg", "MixedAggregate", "Quantum Scan",
            ])
        #expect(
            fact("Target Tables", of: plan.nodes[0])
                == "(Relation Name t, Alias t_1), Relation Name u")
        #expect(fact("WAL Bytes", of: plan.nodes[0]) == "812")
        #expect(fact("Disabled", of: plan.nodes[0]) == "yes")
        let sort = plan.nodes[2]
        #expect(sort.memoryBytes == 32_768)
        #expect(sort.spillBytes == 51_200)
        #expect(sort.badges.contains(.sortSpilled))
        #expect(fact("Pre-sorted Groups", of: sort)?.contains("external merge") == true)
        #expect(fact("Worker 0", of: sort)?.hasPrefix("Actual Rows 4") == true)
        #expect(plan.nodes[3].detail == "subplans pruned: 3")
        #expect(plan.nodes[4].isNeverExecuted)
        #expect(plan.nodes[4].detail == "keyed by x.id")
        #expect(plan.nodes[5].object == "ColumnarScan")
        #expect(plan.nodes[6].detail == "while (row_number() <= 3)")
        #expect(fact("Grouping Sets", of: plan.nodes[7]) == "Hash Keys a, b, Group Keys c")
        #expect(fact("Alias", of: plan.nodes[8]) == "q")
        for words in ["JIT) took 7.25 ms", "SERIALIZE) took 1.5 ms", "work_mem 64kB"] {
            #expect(plan.notes.contains { $0.contains(words) }, "\(words): \(plan.notes)")
        }
    }

    @Test("DuckDB: the names and the texts of version 1.0 and before")
    func oldDuckDB() throws {
        let plan = try DuckDBPlanReader.read(
            json(
                """
                {"name": "Query", "result": 0.02, "timing": 0.02, "cardinality": 0,
                 "extra-info": "select 1", "children": [
                 {"name": "HASH_JOIN", "timing": 0.004, "cardinality": 10,
                  "extra_info": "INNER\\na = b\\n[INFOSEPARATOR]\\nEC: 400\\n", "children": [
                  {"name": "SEQ_SCAN ", "timing": 0.001, "cardinality": 100,
                   "extra_info": "orders\\n[INFOSEPARATOR]\\nid\\ntotal\\n[INFOSEPARATOR]\\nEC: 90",
                   "timings": [], "children": []},
                  {"name": "ODD_THING", "timing": 0, "cardinality": 5, "extra_info": "\\n",
                   "vectors": 3, "children": []}]}]}
                """), query: "q")
        #expect(plan.nodes.map(\.title) == ["HASH_JOIN", "SEQ_SCAN orders", "ODD_THING"])
        #expect(plan.nodes.map(\.detail) == ["INNER, a = b", "id, total", nil])
        #expect(plan.nodes.map(\.estimatedRows) == [400, 90, nil])
        #expect(plan.nodes.map(\.actualRows) == [10, 100, 5])
        #expect(plan.nodes.map { ($0.exclusiveMS ?? -1).rounded() } == [4, 1, 0])
        #expect(plan.totalMS == 20)
        #expect(fact("vectors", of: plan.nodes[2]) == "3")
    }

    @Test(
        "DuckDB: an operator that has a type but no name, and objects within its words, are shown")
    func nestedDuckDB() throws {
        let plan = try DuckDBPlanReader.read(
            json(
                """
                [{"name": "PROJECTION", "extra_info": {"Projections": ["a", "b"],
                  "Estimated Cardinality": 12}, "children": [
                  {"operator_type": "STREAMING_WINDOW", "extra_info": {"Bounds": {"from": 1, "to":
                   {"kind": "row"}}}}]}]
                """), query: "q")
        #expect(plan.nodes.map(\.operation) == ["PROJECTION", "STREAMING_WINDOW"])
        #expect(plan.nodes[0].estimatedRows == 12)
        #expect(fact("Bounds", of: plan.nodes[1]) == "from 1, to kind row")
    }

    /// Every kind of line in SQLite's sources (where.c, wherecode.c, select.c, expr.c), 3.7 to 3.49.
    private static let lines = [
        "SCAN t", "SCAN t USING INDEX i", "SCAN t USING COVERING INDEX i LEFT-JOIN",
        "SEARCH t USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
        "SEARCH t USING PRIMARY KEY (a=?)",
        "SEARCH t USING AUTOMATIC PARTIAL COVERING INDEX (a=?)", "SEARCH t EXISTS",
        "SCAN f VIRTUAL TABLE INDEX 3:abc", "SCAN TABLE t AS u",
        "SEARCH SUBQUERY 1 AS s USING x (a=?)",
        "SCAN CONSTANT ROW", "SCAN 2 CONSTANT ROWS", "SCAN 4-ROW VALUES CLAUSE", "MULTI-INDEX OR",
        "INDEX 1", "CO-ROUTINE (subquery-3)", "MATERIALIZE cte", "COMPOUND QUERY",
        "LEFT-MOST SUBQUERY", "UNION USING TEMP B-TREE", "UNION ALL", "MERGE (EXCEPT)", "LEFT",
        "RIGHT",
        "RIGHT-JOIN t", "BLOOM FILTER ON t (a=?)", "SCALAR SUBQUERY 2",
        "CORRELATED LIST SUBQUERY 4",
        "REUSE LIST SUBQUERY 4", "LIST SUBQUERY 5", "USING INDEX i FOR IN-OPERATOR",
        "USING ROWID SEARCH ON TABLE t FOR IN-OPERATOR", "SETUP", "RECURSIVE STEP",
        "USE TEMP B-TREE FOR GROUP BY", "USE TEMP B-TREE FOR count(DISTINCT)",
        "USE TEMP B-TREE FOR LAST 2 TERMS OF ORDER BY", "USE TEMP B-TREE FOR DISTINCT",
        "EXECUTE CORRELATED SCALAR SUBQUERY 1", "a line that no version has written yet", "SCAN",
        "SEARCH", "CO-ROUTINE", " ", "",
    ]

    @Test("SQLite: every word of every kind of line is still there")
    func sqlite() {
        let plan = SQLitePlanReader.read(
            Self.lines.enumerated().map { .init(id: $0 + 1, parent: $0 / 2, detail: $1) },
            query: "q")
        #expect(plan.nodes.count == Self.lines.count + 1)
        var left = plan.nodes.dropFirst().map { node in
            [node.operation, node.object, node.detail].compactMap { $0 }.joined(separator: " ")
                .split(separator: " ").sorted()
        }
        for line in Self.lines {
            // Words of old versions that say what is said anyway, and the alias.
            let noise: Set<Substring> = ["TABLE", "SUBQUERY", "AS", "u", "s"]
            let words = line.split(separator: " ").sorted()
            let found = left.firstIndex { Set(words).symmetricDifference($0).isSubset(of: noise) }
            #expect(found != nil, "\(line)")
            if let found { left.remove(at: found) }
        }
    }

    @Test("numbers beyond all bounds and nesting beyond all sense are no crash")
    func hostile() throws {
        let huge = ["1e300", "-1e300", "9223372036854775807", "-9223372036854775808", "1e400"]
        let keys = [
            "Shared Hit Blocks", "Local Hit Blocks", "Temp Read Blocks", "Temp Written Blocks",
            "Peak Memory Usage", "Sort Space Used", "Disk Usage", "Hash Batches", "Heap Fetches",
            "Workers Planned", "Workers Launched", "Lossy Heap Blocks", "Actual Rows",
            "Actual Loops",
            "Actual Total Time", "Plan Rows", "Rows Removed by Filter", "operator_timing",
            "operator_cardinality", "operator_rows_scanned", "system_peak_temp_dir_size",
            "system_peak_buffer_memory", "latency", "Execution Time", "estimated_rows",
            "actual_rows",
            "exclusive_ms", "inclusive_ms", "loops", "total_ms",
        ]
        for number in huge {
            let figures = keys.map { "\"\($0)\": \(number)" }.joined(separator: ",")
            let node =
                "{\"Node Type\": \"Sort\", \"operator_name\": \"X\", \"operator\": \"Y\", \(figures), "
                + "\"Workers\": [{\(figures)}, {\(figures)}]"
            let text =
                "{\"engine\": \"e\", \(figures), \"root\": \(node)}, \"Plan\": \(node), \"Plans\": "
                + "[\(node)}]}, \"children\": [\(node), \"children\": [\(node)}]}]}"
            guard let json = try? json(text) else { continue }
            for plan in [
                try PostgresPlanReader.read(json, query: "q"),
                try DuckDBPlanReader.read(json, query: "q"), try QueryPlan(reading: json),
            ] {
                _ = PlanText.lines(plan)
                _ = plan.json.text
                _ = PlanComparison(plan, plan).json.text
                _ = plan.hotPath
            }
        }
        let deep = String(repeating: "[", count: 4_000) + String(repeating: "]", count: 4_000)
        let nested = try json("{\"Plan\": {\"Node Type\": \"Sort\", \"Filter\": \(deep)}}")
        let plan = try PostgresPlanReader.read(nested, query: "q")
        #expect(fact("Filter", of: plan.nodes[0]) == "…")
    }

    @Test("a plan that ends anywhere is refused with words, and never half shown")
    func truncated() throws {
        let text =
            "[{\"Plan\": {\"Node Type\": \"Hash Join\", \"Plan Rows\": 12, \"Plans\": [{\"Node Type\": "
            + "\"Seq Scan\", \"Relation Name\": \"t\\u00e9\\ud83d\\ude00\"}]}}]"
        let bytes = Array(text.utf8)
        for end in bytes.indices {
            #expect(throws: JSONSyntaxError.self) {
                _ = try JSONValue(reading: Array(bytes[..<end]))
            }
        }
        #expect(try PostgresPlanReader.read(json(text), query: "q").nodes[1].object == "té😀")
    }

    @Test("plans of different kinds are compared, and each node of both is in the comparison")
    func compared() throws {
        let before = SQLitePlanReader.read(
            Self.lines.enumerated().map { .init(id: $0 + 1, parent: $0 / 3, detail: $1) },
            query: "q")
        let after = SQLitePlanReader.read(
            Self.lines.reversed().enumerated().map {
                .init(id: $0 + 1, parent: $0 / 2, detail: $1)
            },
            query: "q")
        let comparison = PlanComparison(before, after)
        #expect(comparison.isChanged)
        #expect(Set(comparison.pairs.compactMap(\.before)) == Set(before.nodes.indices))
        #expect(Set(comparison.pairs.compactMap(\.after)) == Set(after.nodes.indices))
    }
}
