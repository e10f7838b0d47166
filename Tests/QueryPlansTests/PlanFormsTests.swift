import JSONText
import QueryPlans
import Testing

@Suite("The forms in which plans are kept")
struct PlanFormsTests {
    private func read(_ text: String) throws -> QueryPlan {
        try QueryPlan(inAnyForm: JSONValue(reading: Array(text.utf8)))
    }

    @Test("our own, PostgreSQL's, its log's and DuckDB's are told apart")
    func forms() throws {
        let postgres =
            #"{"Plan": {"Node Type": "Seq Scan", "Relation Name": "t", "Plan Rows": 7}}"#
        let logged = #"{"Query Text": "select 1", "# + postgres.dropFirst()
        let duckdb = #"{"name": "SEQ_SCAN ", "children": [], "extra_info": {"Table": "t"}}"#
        let plans = try [postgres, "[\(postgres)]", logged, duckdb, "[\(duckdb)]"].map(read)
        #expect(
            plans.map(\.engine) == ["postgresql", "postgresql", "postgresql", "duckdb", "duckdb"])
        #expect(plans.allSatisfy { $0.root.object == "t" })
        #expect(plans[2].query == "select 1")
        for plan in plans { #expect(try read(plan.json.text).shape == plan.shape) }
    }

    @Test("what is no plan is refused, and says what would be one")
    func others() {
        for text in ["1", "[]", "{}", "[[]]", #"{"nodes": []}"#, #"{"Plan": 3}"#] {
            #expect(throws: PlanReadingError.self) { try read(text) }
        }
    }
}
