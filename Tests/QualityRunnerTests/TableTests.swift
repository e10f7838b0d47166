import Domain
public import JSONText
import Quality
import QualityRunner
import Testing

@Suite("Work on tables")
struct TableTests {
    private func suite(_ text: String) throws -> Suite {
        let (suite, problems) = SuiteReader.read(Array(text.utf8), file: "suite")
        #expect(problems.map(\.problem) == [])
        return try #require(suite)
    }

    @Test("all row checks of a table are one scan")
    func oneScan() throws {
        var plan = CheckPlan(
            suite: try SampleFiles.suite(),
            table: try SampleFiles.database().shape(of: "orders"), dialect: .sqlite)
        #expect(plan.nextQueries().count { $0.isScan } == 1)
    }

    @Test("a check that the database refuses fails alone, with the reason")
    func isolation() throws {
        let checks = try suite(
            """
            checks:
              - matches: {column: email, regex: "(["}
              - not_null: emial
              - not_null: email
              - no_rows: "DELETE FROM orders"
              - row_count_equals: 3000
            """)
        let report = try QualityRun.check(checks, table: "orders", on: SampleFiles.database())
        #expect(report.results.map(\.success) == [false, false, false, false, true])
        #expect(report.results.map { $0.exception != nil } == [true, true, false, true, false])
        #expect(
            report.results[1].exception
                == "the table has no column 'emial'; did you mean 'email'?")
        #expect(report.results[2].unexpectedCount == 41)
    }

    @Test("severity and thresholds decide the verdict")
    func verdicts() throws {
        let checks = try suite(
            """
            checks:
              - not_null: customer_id
              - {not_null: customer_id, severity: warn}
              - {not_null: customer_id, error_if: "> 33"}
              - {not_null: customer_id, error_if: ">= 1.1%"}
              - {not_null: customer_id, error_if: "> 5%", warn_if: "> 1%"}
              - {not_null: customer_id, severity: warn, warn_if: "> 100"}
              - not_null: order_id
            """)
        let report = try QualityRun.check(checks, table: "orders", on: SampleFiles.database())
        #expect(
            report.results.map(\.verdict) == [.error, .warn, .pass, .pass, .warn, .pass, .pass])
        #expect(report.verdict == .error)
        #expect(!report.success)
    }

    @Test("the report holds exactly the keys that programs read")
    func keys() throws {
        let report = try QualityRun.check(
            SampleFiles.suite(), table: "orders", on: SampleFiles.database())
        guard case .object(let members) = report.json(),
            case .array(let results)? = report.json()["results"],
            case .object(let first)? = results.first
        else {
            Issue.record("no object")
            return
        }
        #expect(members.map(\.key) == ["success", "statistics", "results"])
        #expect(
            first.map(\.key) == [
                "type", "kwargs", "success", "element_count", "missing_count",
                "unexpected_count", "unexpected_percent", "partial_unexpected_list",
                "observed_value",
            ])
    }

    @Test("failing rows go to a table of their own with what they failed, once each")
    func quarantine() throws {
        let database = try SampleFiles.database()
        let checks = try suite(
            """
            checks:
              - not_null: customer_id
              - unique: order_id
              - in_set: {column: status, value_set: [placed, packed, shipped, returned]}
              - {not_null: email, severity: warn}
            """)
        let report = try QualityRun.check(checks, table: "orders", on: database)
        let moved = try QualityRun.quarantine(
            report, table: "orders", into: "orders_failed", on: database)
        let counts = try database.rows(
            "SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM orders_failed),"
                + " (SELECT count(*) FROM orders_failed WHERE failed_checks LIKE '%unique%'),"
                + " (SELECT count(*) FROM orders_failed WHERE failed_checks = '')")
        #expect(counts == [[.integer(3_000 - Int64(moved)), .integer(Int64(moved)), 24, 0]])
        #expect((33 + 9...33 + 9 + 24).contains(moved))
        let again = try QualityRun.check(checks, table: "orders", on: database)
        #expect(again.results.map(\.success) == [true, true, true, false])
    }

    @Test("the suite proposed for a table is one that the table fulfils")
    func proposal() throws {
        let database = try SampleFiles.database()
        let profiles = try QualityRun.profile(table: "orders", on: database)
        #expect(profiles.count == 13)
        let email = profiles.first { $0.name == "email" }
        #expect(email?.nullCount == 41)
        #expect(profiles.first { $0.name == "country" }?.values?.count == 5)
        let yaml = SuiteProposal.yaml(name: "orders", table: "orders", profiles: profiles)
        let report = try QualityRun.check(suite(yaml), table: "orders", on: database)
        #expect(report.results.count > 20)
        #expect(report.results.filter { !$0.success }.map(\.type) == [])
    }
}

extension JSONValue: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int64) { self = .integer(value) }
}
