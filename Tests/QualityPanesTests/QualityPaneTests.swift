import Domain
import Foundation
import JSONText
import PaneHarness
import PaneKit
import Quality
import Screen
import Testing

@testable import QualityPanes

@Suite("The quality pane")
struct QualityPaneTests {
    private static let target = SuiteTarget(path: "checks/orders.yml", connection: "shop")

    /// What a check of a table with five rows found: one expectation fails on rows, one on the
    /// table, one holds.
    private static func report() throws -> CheckReport {
        let text = """
            name: orders
            checks:
              - not_null: id
              - in_set: {column: state, value_set: [new, paid]}
              - row_count_equals: 9
            """
        let (suite, problems) = SuiteReader.read(Array(text.utf8), file: "orders.yml")
        #expect(problems.isEmpty)
        var plan = CheckPlan(
            suite: try #require(suite),
            table: TableShape(
                sqlName: "\"orders\"",
                columns: [.init(name: "id", type: "INTEGER"), .init(name: "state", type: "TEXT")]),
            dialect: .postgres)
        while case let queries = plan.nextQueries(), !queries.isEmpty {
            for query in queries {
                // Numbers of rows, then NULLs and failing rows; samples are two texts.
                let row: [JSONValue] =
                    query.isScan
                    ? query.sql.split(separator: ",").map { part in
                        part.contains("NOT IN")
                            ? .integer(2) : part.contains("FILTER") ? .integer(0) : .integer(5)
                    } : [.string("l\u{1b}[2Jost")]
                _ = plan.take(.success(query.isScan ? [row] : [row, row]), of: query)
            }
        }
        return plan.report
    }

    private static func record(_ passed: Int, at: String) throws -> CheckRecord {
        try #require(
            CheckRecord(
                line: Array(
                    """
                    {"at":"\(at)","table":"orders","verdict":"\(passed == 3 ? "pass" : "error")",\
                    "passed":\(passed),"total":3,"measures":{"row_count":5}}
                    """.utf8)))
    }

    private func pane() throws -> PaneHarness<QualityDesk> {
        var pane = PaneHarness(
            QualityDesk.self, .init(), pane: "quality", width: 110, height: 12)
        #expect(pane.effects == [.list])
        let history = try [
            Self.record(3, at: "2026-01-01T00:00:00Z"), Self.record(1, at: "2026-01-02T00:00:00Z"),
        ]
        pane.answer(
            .listed([SuiteRow(name: "orders", target: Self.target, count: 3, history: history)]))
        return pane
    }

    @Test("suites show their last verdict, how many expectations held, and their history")
    func list() throws {
        let text = try pane().screen.text
        #expect(text.contains("✗"))
        #expect(text.contains("1/3") && text.contains("2026-01-02 00:00"))
        #expect(text.contains("█▃"))
    }

    @Test("Enter checks the suite, Enter on what failed asks for its rows, Esc goes back")
    func rows() throws {
        var pane = try pane()
        pane.requests = []
        pane.press("enter")
        #expect(pane.effects == [.check(Self.target)])
        #expect(pane.screen.text.contains("checking orders"))
        pane.answer(.checked(Self.target, try Self.report(), history: []))
        #expect(pane.screen.text.contains("be_in_set"))
        #expect(pane.screen.text.contains("state  new, paid"))
        // The escape sequence of the data never reaches the screen as one.
        #expect(!pane.screen.text.unicodeScalars.contains("\u{1b}"))
        pane.requests = []
        pane.press("e", "enter")
        guard case .rows(let target, 1, let table, let predicate)? = pane.effects.first else {
            Issue.record("\(pane.effects)")
            return
        }
        #expect(target == Self.target && table == "\"orders\"")
        #expect(predicate == "\"state\" NOT IN ('new', 'paid')")
        pane.answer(
            .rows(
                target,
                FailingRows(
                    index: 1, columns: ["id", "state"],
                    rows: [[.integer(7), .string("lost")], [.integer(8), .null]])))
        #expect(pane.screen.text.contains("lost") && pane.screen.text.contains("NULL"))
        pane.press("esc")
        #expect(pane.screen.text.contains("be_in_set"))
    }

    @Test("what holds has no failing rows, and says so")
    func holds() throws {
        var pane = try pane()
        pane.press("enter")
        pane.answer(.checked(Self.target, try Self.report(), history: []))
        pane.requests = []
        pane.press("enter")
        #expect(pane.effects.isEmpty)
        #expect(pane.requests == [.notice(Notice(.info, "It holds: no row fails."))])
    }

    @Test("o hands the failing rows to the editor, on the suite's connection")
    func editor() throws {
        var pane = try pane()
        pane.press("enter")
        pane.answer(.checked(Self.target, try Self.report(), history: []))
        pane.requests = []
        pane.press("e", "o")
        #expect(
            pane.requests == [
                .open(
                    .statement(
                        connection: "shop",
                        sql: """
                            SELECT * FROM "orders"
                            WHERE "state" NOT IN ('new', 'paid');

                            """))
            ])
    }

    @Test("the history shows each run with its measures, newest first")
    func history() throws {
        var pane = try pane()
        pane.press("H")
        let text = pane.screen.text
        #expect(text.contains("ROW_COUNT") && text.contains("2026-01-01"))
        let first = try #require(text.range(of: "2026-01-02"))
        let second = try #require(text.range(of: "2026-01-01"))
        #expect(first.lowerBound < second.lowerBound)
    }

    @Test("a workspace without suites says how to begin")
    func empty() {
        var pane = PaneHarness(
            QualityDesk.self, .init(), pane: "quality", width: 110, height: 12)
        pane.answer(.listed([]))
        #expect(pane.screen.text.contains("put one into checks/"))
    }
}
