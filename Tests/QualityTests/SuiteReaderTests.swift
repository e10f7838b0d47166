import Domain
import JSONText
import Quality
import Testing

@Suite("Suites as files")
struct SuiteReaderTests {
    @Test("parameters take their values from the suite or from outside; one without is named")
    func parameters() throws {
        let text = """
            {"suite_parameters": {"least": 1, "most": 5}, "expectations": [
              {"type": "expect_column_max_to_be_between", "kwargs":
                {"column": "i", "min_value": {"$PARAMETER": "least"},
                 "max_value": {"$PARAMETER": "most"}}},
              {"type": "expect_table_row_count_to_equal", "kwargs":
                {"value": {"$PARAMETER": "rows"}, "windows": [{"range": 5}]}}]}
            """
        let (suite, problems) = SuiteReader.read(
            Array(text.utf8), file: "s.json", parameters: SuiteParameters(["most": .integer(9)]))
        #expect(
            problems.map { "\($0.place.line): \($0.problem)" } == [
                "6: the parameter 'rows' has no value"
            ])
        guard case .expectation(let found)? = suite?.entries.first else {
            Issue.record("the first is refused")
            return
        }
        #expect(found.arguments["min_value"]?.number == 1)
        #expect(found.arguments["max_value"]?.number == 9)
    }

    private func read(_ text: String) -> (Suite?, [SourceProblem]) {
        SuiteReader.read(Array(text.utf8), file: "suite")
    }

    @Test("our own YAML, long and short, reads as the same expectations")
    func ownForm() throws {
        let (suite, problems) = read(
            """
            name: orders
            table: orders
            column_types: {postcode: text}
            checks:
              - not_null: email
                severity: warn
                error_if: "> 1%"
              - in_set: {column: status, value_set: [placed, packed], mostly: 0.9}
                where: country == "NL"
              - type: expect_table_row_count_to_equal
                kwargs: {value: 3}
            """)
        #expect(problems.isEmpty)
        let read = try #require(suite)
        let expectations = read.entries.compactMap { entry -> Quality.Expectation? in
            if case .expectation(let expectation) = entry { expectation } else { nil }
        }
        #expect(expectations.map(\.kind) == [.notNull, .inSet, .rowCountEqual])
        #expect(expectations[0].severity == .warn)
        #expect(expectations[0].errorIf == Threshold(.more, 1, isPercent: true))
        #expect(expectations[1].condition?.sql(.sqlite) == "\"country\" = 'NL'")
        #expect(read.columnTypes == ["postcode": "text"])
        #expect(read.textColumns == ["status"])
    }

    @Test("a column that is also calculated with is no text because of a pattern")
    func numbersWithPatterns() throws {
        let (suite, _) = read(
            """
            {"name": "s", "expectations": [
              {"type": "expect_column_values_to_match_regex", "kwargs": {"column": "a", "regex": "x"}},
              {"type": "expect_column_values_to_match_regex", "kwargs": {"column": "b", "regex": "x"}},
              {"type": "expect_column_values_to_match_regex", "kwargs": {"column": "c", "regex": "x"}},
              {"type": "expect_column_mean_to_be_between", "kwargs": {"column": "a", "min_value": 1}},
              {"type": "expect_column_values_to_be_between", "kwargs": {"column": "b", "max_value": 2}},
              {"type": "expect_column_values_to_be_between", "kwargs": {"column": "c", "min_value": "m"}}
            ]}
            """)
        #expect(try #require(suite).textColumns == ["c"])
    }

    @Test("an unknown expectation is named with the nearest one, and the rest is read")
    func unknown() {
        let (suite, problems) = read(
            """
            {"name": "s", "expectations": [
              {"type": "expect_column_values_to_be_unqiue", "kwargs": {"column": "a"}},
              {"type": "expect_column_to_exist", "kwargs": {"column": "a"}}
            ]}
            """)
        #expect(suite?.entries.count == 2)
        #expect(
            problems.map(\.problem) == [
                "there is no expectation 'expect_column_values_to_be_unqiue'"
            ])
        #expect(
            problems.map(\.remedy) == ["Write 'expect_column_values_to_be_unique' instead."])
        #expect(problems.map(\.place) == [SourcePlace(line: 2, column: 12)])
    }

    @Test(
        "arguments of a wrong type are told with their place, and the rest is read",
        arguments: [
            ("{\"column\": 5}", "'column' of 'expect_column_values_to_be_in_set' is 5", 68),
            (
                "{\"column\": \"a\", \"value_set\": \"x\"}",
                "'value_set' of 'expect_column_values_to_be_in_set' is a text", 86
            ),
            (
                "{\"column\": \"a\", \"value_set\": [1], \"mostly\": 2}",
                "'mostly' of 'expect_column_values_to_be_in_set' is 2", 101
            ),
            (
                "{\"column\": \"a\", \"values\": [1]}",
                "'expect_column_values_to_be_in_set' takes no 'values'", 73
            ),
            ("[1]", "the arguments of 'expect_column_values_to_be_in_set' are a list", 57),
        ])
    func wrongTypes(_ kwargs: String, _ problem: String, _ column: Int) {
        let type = "\"type\": \"expect_column_values_to_be_in_set\""
        let (suite, problems) = read(
            "{\"expectations\": [\n{\(type), \"kwargs\": \(kwargs)},\n{\"type\":"
                + " \"expect_table_row_count_to_equal\", \"kwargs\": {\"value\": 1}}]}")
        #expect(problems.map(\.problem) == [problem])
        #expect(problems.first?.place == SourcePlace(line: 2, column: column))
        let kinds = suite?.entries.map { entry -> Bool in
            if case .expectation = entry { true } else { false }
        }
        #expect(kinds == [false, true])
    }

    @Test(
        "whatever is no suite gives a problem, not a crash",
        arguments: [
            "", "{", "[]", "[1,2]", "{\"expectations\": 5}", "{\"expectations\": [null, 3, []]}",
            "{\"expectations\": [{}]}", "\u{FEFF}{}", "{\"a\": \"\\ud800\"}", "{\"a\": 1e999}",
            "- a\n- b", "a: [", "a: &x [*x]", "\t", "{\"name\": {\"$PARAMETER\": 1}}",
        ])
    func noSuite(_ text: String) {
        #expect(!read(text).1.isEmpty)
    }

    @Test("nesting without end is refused", arguments: ["[", "{\"a\":", "- ", "a: {b: "])
    func nesting(_ part: String) {
        #expect(!read(String(repeating: part, count: 200_000)).1.isEmpty)
    }

    @Test("any change of a byte of a suite is read or refused, never a crash", arguments: 1...20)
    func mutations(_ seed: UInt64) {
        let text = """
            {"name": "s", "expectations": [{"type": "expect_column_values_to_be_between",
            "kwargs": {"column": "a", "min_value": 1, "max_value": 9.5e1, "mostly": 0.5,
            "row_condition": "col(\\"b\\") == 'x' and c > 5", "condition_parser": "pandas"}}]}
            """
        var state = seed
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_866_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        for _ in 0..<50 {
            var bytes = Array(text.utf8)
            for _ in 0..<(1 + random(3)) { bytes[random(bytes.count)] = UInt8(random(256)) }
            let (suite, problems) = SuiteReader.read(bytes, file: "suite")
            #expect(suite != nil || !problems.isEmpty)
        }
    }
}
