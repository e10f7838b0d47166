import JSONText
import Quality
import Testing

@Suite("Row conditions")
struct RowConditionTests {
    private func condition(_ text: String) -> String? {
        let suite = """
            {"expectations": [{"type": "expect_column_values_to_not_be_null",
            "kwargs": {"column": "a", "row_condition": \(JSONValue.string(text).text)}}]}
            """
        guard
            case .expectation(let expectation)? = SuiteReader.read(
                Array(suite.utf8), file: "s"
            ).0?.entries.first
        else { return nil }
        return expectation.condition?.sql(.sqlite)
    }

    @Test(
        "Great Expectations' and pandas' ways of writing become SQL",
        arguments: [
            ("col(\"a\") == \"x\"", "\"a\" = 'x'"), ("col('a').notNull()", "\"a\" IS NOT NULL"),
            ("a > 5 and b != -1.5", "((\"a\" > 5) AND (\"b\" <> -1.5))"),
            ("not (a in [1] or `b c`.isnull())", "NOT (((\"a\" IN (1)) OR (\"b c\" IS NULL)))"),
            ("~(a in [1, 2])", "NOT (\"a\" IN (1, 2))"), ("a not in ()", "(1=1)"),
            ("a == None", "\"a\" IS NULL"), ("a is not null", "\"a\" IS NOT NULL"),
        ])
    func forms(_ text: String, _ sql: String?) {
        #expect(condition(text) == sql)
    }

    @Test("nesting without end is refused, not obeyed")
    func nesting() {
        #expect(condition(String(repeating: "(", count: 100_000)) == nil)
    }
}
