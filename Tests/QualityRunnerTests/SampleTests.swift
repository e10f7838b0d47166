import Domain
import JSONText
import Quality
import QualityRunner
import Testing

@Suite("What failing rows hold")
struct SampleTests {
    private func report(_ checks: String, on database: SQLiteDatabase) throws -> CheckReport {
        let (suite, problems) = SuiteReader.read(Array(checks.utf8), file: "suite")
        #expect(problems.map(\.problem) == [])
        return try QualityRun.check(try #require(suite), table: "t", on: database)
    }

    private func database(_ statements: String...) throws -> SQLiteDatabase {
        let database = try SQLiteDatabase(path: ":memory:", mode: .write)
        for statement in statements { try database.execute(statement) }
        return database
    }

    @Test(
        "values come along with the scan as they are: every kind, to the last digit, no more than 200"
    )
    func kinds() throws {
        let database = try database(
            "CREATE TABLE t (a)",
            """
            INSERT INTO t VALUES (9007199254740993), (0.1), (9e999), (-9e999), (x'00ff'),
              ('é "' || char(10)), (5.0), ('{"number":"1"}')
            """)
        let checks = "checks: [{expect_column_values_to_be_null: {column: a}}]"
        let found = try report(checks, on: database).results[0]
        #expect(found.unexpectedCount == 8)
        #expect(
            found.partialUnexpectedList == [
                .integer(9_007_199_254_740_993), .number(0.1), .number(.infinity),
                .number(-.infinity), .string("x'00FF'"), .string("é \"\n"), .number(5),
                .string(#"{"number":"1"}"#),
            ])
        try database.execute(
            """
            INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000)
              SELECT i FROM n
            """)
        let more = try report(checks, on: database).results[0]
        #expect(more.unexpectedCount == 5_008)
        #expect(more.partialUnexpectedList?.count == 20)
        #expect(more.partialUnexpectedList?.last == .integer(12))
    }

    @Test("of more repeated values than a sample holds all rows are counted")
    func repeated() throws {
        for groups in [199, 200, 201, 1_000] {
            let database = try database(
                "CREATE TABLE t (a)",
                """
                INSERT INTO t WITH RECURSIVE n(i) AS
                    (SELECT 0 UNION ALL SELECT i + 1 FROM n LIMIT \(groups * 3))
                  SELECT i % \(groups) FROM n
                """)
            let found = try report("checks: [{unique: a}]", on: database).results[0]
            #expect(found.unexpectedCount == groups * 3)
            #expect(
                found.partialUnexpectedList?.prefix(4)
                    == [.integer(0), .integer(0), .integer(0), .integer(1)])
            #expect(found.partialUnexpectedCounts?.first?.count == 3)
        }
    }

    @Test("median and quantiles of a column are read in one pass over its ordered values")
    func ranks() throws {
        let (suite, _) = SuiteReader.read(
            Array(
                """
                checks:
                  - expect_column_median_to_be_between: {column: a, min_value: 50.5, max_value: 50.5}
                  - expect_column_quantile_values_to_be_between:
                      column: a
                      quantile_ranges:
                        {quantiles: [0.1, 0.5, 1.0], value_ranges: [[10, 10], [50, 50], [100, 100]]}
                """.utf8), file: "suite")
        let database = try database(
            "CREATE TABLE t (a)",
            """
            INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100)
              SELECT 101 - i FROM n UNION ALL SELECT NULL
            """)
        var plan = CheckPlan(
            suite: try #require(suite), table: try database.shape(of: "t"), dialect: .sqlite)
        var passes: [[Int]] = []
        while case let queries = plan.nextQueries(), !queries.isEmpty {
            for query in queries {
                guard let places = query.places else {
                    _ = plan.take(.success(try database.rows(query.sql)), of: query)
                    continue
                }
                passes.append(places)
                _ = plan.take(.success(try database.rows(query.sql, at: places)), of: query)
            }
        }
        #expect(passes == [[9, 49, 50, 99]])
        #expect(plan.report.results.map(\.success) == [true, true])
    }
}
