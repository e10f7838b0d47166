import JSONText
import PaneKit
import Quality
import Screen

/// One view of the pane.
typealias QualityTable = RowTable

extension QualityTable {
    static func suites(_ suites: [SuiteRow], _ charset: Charset) -> QualityTable {
        var table = QualityTable()
        table.empty =
            "No suites: put one into checks/, or write a task 'check: FILE' into a pipeline."
        table.columns = [
            TableColumn("", .fixed(2)), TableColumn("SUITE", .flexible(least: 12, weight: 2)),
            TableColumn("DATA", .flexible(least: 8, weight: 2)),
            TableColumn("HELD", .fixed(7), .right), TableColumn("LAST RUN", .fixed(16)),
            TableColumn("ROWS", .fixed(8), .right),
            TableColumn("HISTORY", .fixed(Self.barCount)),
        ]
        table.rows = suites.map { suite in
            let last = suite.history.last
            let rows = last?.measures["row_count"]
            return [
                suite.problem == nil ? mark(last?.verdict, charset) : mark(.error, charset),
                Cell(suite.name, .strong), suite.problem.map { Cell($0, .error) } ?? data(suite),
                Cell(last.map { "\($0.passed)/\($0.total)" } ?? "-/\(suite.count)"),
                Cell(last.map { minute($0.at) } ?? "never", .dim),
                Cell(rows.map { Int($0) }), history(suite.history, charset),
            ]
        }
        return table
    }

    private static func data(_ suite: SuiteRow) -> Cell {
        let target = suite.target
        let place = target.csv ?? target.connection
        return Cell([place, target.table].compactMap { $0 }.joined(separator: " "), .dim)
    }

    /// As many bars as 80 columns have room for.
    private static let barCount = 12

    /// A time in ISO 8601 to its minute, as people write it.
    private static func minute(_ time: String) -> String {
        String(time.prefix(16)).replacing("T", with: " ")
    }

    /// One bar a run: how large a share of the expectations held.
    private static func history(_ records: [CheckRecord], _ charset: Charset) -> Cell {
        let marks = Array(charset == .unicode ? "▁▂▃▄▅▆▇█" : "12345678")
        let text = records.suffix(barCount).map { record -> Character in
            let share = record.total > 0 ? Double(record.passed) / Double(record.total) : 1
            return marks[min(marks.count - 1, Int(share * Double(marks.count - 1)))]
        }
        return Cell(String(text), .accent1)
    }

    private static func mark(_ verdict: Verdict?, _ charset: Charset) -> Cell {
        switch verdict {
        case .pass: Cell(charset == .unicode ? "✓" : "+", .stateSuccess, key: .number(0))
        case .warn: Cell("!", .warning, key: .number(1))
        case .error: Cell(charset == .unicode ? "✗" : "x", .stateFailed, key: .number(2))
        case nil: Cell(charset == .unicode ? "·" : ".", .stateNone, key: .missing)
        }
    }

    static func results(_ report: CheckReport, _ charset: Charset) -> QualityTable {
        var table = QualityTable()
        table.empty = "The suite holds no expectations."
        table.columns = [
            TableColumn("", .fixed(2)),
            TableColumn("EXPECTATION", .flexible(least: 20, weight: 3)),
            TableColumn("COLUMN, WANTED", .flexible(least: 12, weight: 3)),
            TableColumn("FAILING", .fixed(8), .right), TableColumn("OF", .fixed(8), .right),
            TableColumn("%", .fixed(6), .right),
            TableColumn("FOUND", .flexible(least: 10, weight: 3)),
        ]
        table.rows = report.results.map { result in
            let share = result.unexpectedPercent.map(percent) ?? ""
            return [
                mark(result.success ? .pass : result.verdict == .warn ? .warn : .error, charset),
                Cell(short(result.type), .strong),
                Cell(WantedText.of(result.kwargs)),
                Cell(result.unexpectedCount, result.success ? .plain : .error),
                Cell(result.elementCount.map { $0 - (result.missingCount ?? 0) }),
                Cell(share, key: result.unexpectedPercent.map { .number($0) }),
                Cell(found(result), result.exception == nil ? .dim : .error),
            ]
        }
        return table
    }

    private static func percent(_ value: Double) -> String {
        let tenths = Int((value * 100).rounded())
        let rest = tenths % 100
        return "\(tenths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }

    private static func short(_ type: String) -> String {
        for start in ["expect_column_values_to_", "expect_column_", "expect_"]
        where type.hasPrefix(start) {
            return String(type.dropFirst(start.count))
        }
        return type
    }

    private static func found(_ result: CheckResult) -> String {
        if let exception = result.exception { return exception }
        if let value = result.observedValue, value != .null { return value.text }
        return (result.partialUnexpectedCounts ?? []).prefix(5)
            .map { "\($0.value.text) ×\($0.count)" }.joined(separator: ", ")
    }

    static func history(_ records: [CheckRecord], _ charset: Charset) -> QualityTable {
        var table = QualityTable()
        table.empty = "No run of this suite is kept yet."
        let names = Set(records.flatMap { $0.measures.keys }).sorted()
        table.columns =
            [
                TableColumn("", .fixed(2)), TableColumn("AT", .fixed(20)),
                TableColumn("TABLE", .flexible(least: 8, weight: 1)),
                TableColumn("HELD", .fixed(9), .right),
            ]
            + names.map { TableColumn($0.uppercased(), .fixed(max(12, min(30, $0.count))), .right) }
        table.rows = records.reversed().map { record in
            [
                mark(record.verdict, charset), Cell(String(record.at.prefix(19)), .dim),
                Cell(record.table), Cell("\(record.passed)/\(record.total)"),
            ]
                + names.map { name in
                    guard let value = record.measures[name] else { return Cell("-", .dim) }
                    let text =
                        value == value.rounded() && abs(value) < 1e15
                        ? "\(Int(value))" : "\((value * 10_000).rounded() / 10_000)"
                    return Cell(text, key: .number(value))
                }
        }
        return table
    }

    static func rows(_ failing: FailingRows) -> QualityTable {
        var table = QualityTable()
        table.empty = "No row fails any more."
        table.columns = failing.columns.indices.map { index in
            let widest = failing.rows.prefix(200).map { row in
                index < row.count ? cell(row[index]).text.count : 0
            }.max()
            let isNumber = failing.rows.prefix(200).contains { row in
                guard index < row.count else { return false }
                switch row[index] {
                case .integer, .number: return true
                default: return false
                }
            }
            let title = failing.columns[index]
            return TableColumn(
                title, .fixed(min(32, max(title.count, widest ?? 0, 3))),
                isNumber ? .right : .left)
        }
        table.rows = failing.rows.map { $0.map(cell) }
        return table
    }

    private static func cell(_ value: JSONValue) -> Cell {
        switch value {
        case .null: Cell("NULL", .dim, key: .missing)
        case .integer(let number): Cell("\(number)", key: .number(Double(number)))
        case .number(let number): Cell("\(number)", key: .number(number))
        case .string(let text): Cell(text, key: .text(text))
        default: Cell(value.text)
        }
    }
}
