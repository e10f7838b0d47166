import Domain
import PaneKit
import Screen
import TransformHistory

/// One view of the pane.
typealias ModelTable = RowTable

extension ModelTable {
    /// Runs whose bars are shown.
    private static let trendWidth = 16

    /// All nodes with what their last run left.
    static func nodes(_ project: ProjectView, now: Instant, _ charset: Charset) -> ModelTable {
        var table = ModelTable()
        table.empty = project.problem ?? "The project has no models."
        table.columns = [
            TableColumn("", .fixed(2)), TableColumn("NODE", .flexible(least: 16, weight: 2)),
            TableColumn("ROWS", .fixed(10), .right), TableColumn("TREND", .fixed(trendWidth)),
            TableColumn("FRESH", .fixed(8), .right), TableColumn("AGES", .fixed(10)),
            TableColumn("KIND", .fixed(12)),
            TableColumn("DESCRIPTION", .flexible(least: 12, weight: 4)),
        ]
        for node in project.nodes {
            let rows = node.history.last { $0.rows != nil }?.rows
            let isUnicode = charset == .unicode
            let trend = Sparkline.text(
                node.history.compactMap { $0.rows.map(Double.init) }, width: trendWidth,
                isUnicode: isUnicode)
            let ages = Sparkline.text(
                node.history.compactMap(\.ageSeconds), width: 10, isUnicode: isUnicode)
            table.rows.append([
                mark(node.history.last?.status, charset), Cell(node.name, .strong), Cell(rows),
                Cell(trend, .accent1), age(of: node, now: now), Cell(ages, .accent2),
                Cell(node.materialized.isEmpty ? node.kind : node.materialized, .dim),
                Cell(firstLine(node.description), .dim),
            ])
            table.hidden.append(
                ([node.kind, node.description] + node.tags
                    + node.columns.flatMap { [$0.name, $0.description] })
                    .joined(separator: " "))
        }
        return table
    }

    /// How old a source's newest row was, or how long ago a node was built.
    private static func age(of node: ProjectView.Node, now: Instant) -> Cell {
        if let seconds = node.history.last(where: { $0.ageSeconds != nil })?.ageSeconds {
            return Cell(brief(seconds), key: .number(seconds))
        }
        let built = node.history.last { $0.status == "success" }
        guard let built, let at = Instant(iso8601: built.at) else { return Cell("-", .dim) }
        let seconds = Double(now.microseconds - at.microseconds) / 1e6
        return Cell(brief(max(0, seconds)), .dim, key: .number(seconds))
    }

    /// `12s`, `5m`, `3h`, `9d`.
    private static func brief(_ seconds: Double) -> String {
        switch seconds {
        case ..<90: "\(Int(seconds))s"
        case ..<5_400: "\(Int(seconds / 60))m"
        case ..<129_600: "\(Int(seconds / 3_600))h"
        default: "\(Int(min(seconds / 86_400, 99_999)))d"
        }
    }

    private static func firstLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    }

    private static func mark(_ status: String?, _ charset: Charset) -> Cell {
        let isUnicode = charset == .unicode
        return switch status {
        case "success", "pass": Cell(isUnicode ? "✓" : "+", .stateSuccess, key: .number(0))
        case "no-op": Cell(isUnicode ? "·" : ".", .stateNone, key: .number(1))
        case "warn", "partial success": Cell("!", .warning, key: .number(2))
        case "skipped": Cell(isUnicode ? "↷" : "-", .stateUpstreamFailed, key: .number(3))
        case nil: Cell(isUnicode ? "·" : ".", .stateNone, key: .missing)
        default: Cell(isUnicode ? "✗" : "x", .stateFailed, key: .number(4))
        }
    }

    // MARK: One node

    /// A node's documentation and columns.
    static func columns(
        of node: ProjectView.Node, _ names: [String: String], width: Int
    ) -> ModelTable {
        var table = ModelTable()
        let facts = [node.kind, node.materialized, node.path] + node.tags.map { "#" + $0 }
        table.heading = [(facts.filter { !$0.isEmpty }.joined(separator: "  "), .dim)]
        if let problem = node.problem { table.heading.append((problem, .warning)) }
        if !node.description.isEmpty {
            table.heading += LineWrapping.pieces(of: node.description, width: width)
                .map { ($0, .plain) }
        }
        table.heading.append(("", .plain))
        table.empty = "No columns are known; a run or 'transform docs generate' finds them."
        table.columns = [
            TableColumn("COLUMN", .flexible(least: 14, weight: 2)), TableColumn("TYPE", .fixed(12)),
            TableColumn("COMES FROM", .flexible(least: 16, weight: 3)),
            TableColumn("TESTS", .flexible(least: 10, weight: 2)),
            TableColumn("DESCRIPTION", .flexible(least: 12, weight: 4)),
        ]
        table.rows = node.columns.map { column in
            let origins = column.origins.map {
                "\(names[$0.place.node] ?? $0.place.node).\($0.place.column)"
            }
            return [
                Cell(column.name, .strong), Cell(column.type.lowercased(), .syntaxType),
                Cell(origins.joined(separator: ", ")), Cell(column.tests.joined(separator: ", ")),
                Cell(firstLine(column.description), .dim),
            ]
        }
        return table
    }

    /// Every column of the project.
    static func everyColumn(_ project: ProjectView) -> ModelTable {
        var table = ModelTable()
        table.empty = "No columns are known; a run or 'transform docs generate' finds them."
        table.columns = [
            TableColumn("COLUMN", .flexible(least: 14, weight: 2)),
            TableColumn("NODE", .flexible(least: 14, weight: 2)), TableColumn("TYPE", .fixed(12)),
            TableColumn("DESCRIPTION", .flexible(least: 12, weight: 4)),
        ]
        for node in project.nodes {
            for column in node.columns {
                table.rows.append([
                    Cell(column.name, .strong), Cell(node.name),
                    Cell(column.type.lowercased(), .syntaxType),
                    Cell(firstLine(column.description), .dim),
                ])
                table.hidden.append(column.description)
            }
        }
        return table
    }

    /// What a column comes from, the column, and what comes from it.
    static func lineage(
        _ steps: [ColumnPaths.Step], _ project: ProjectView, _ names: [String: String],
        _ charset: Charset
    ) -> ModelTable {
        var table = ModelTable()
        let (up, down, here) = charset == .unicode ? ("↑", "↓", "●") : ("^", "v", "*")
        table.columns = [
            TableColumn("", .fixed(4), .right),
            TableColumn("COLUMN", .flexible(least: 34, weight: 4)),
            TableColumn("HOW", .fixed(14)), TableColumn("KIND", .fixed(12)),
            TableColumn("DESCRIPTION", .flexible(least: 12, weight: 3)),
        ]
        let kinds = Dictionary(
            project.nodes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        table.rows = steps.map { step in
            let node = kinds[step.place.node]
            let column = node?.columns.first {
                $0.name.lowercased() == step.place.column.lowercased()
            }
            let sign = step.distance < 0 ? up : step.distance > 0 ? down : here
            let far = abs(step.distance)
            let title = "\(names[step.place.node] ?? step.place.node).\(step.place.column)"
            return [
                Cell(
                    far > 1 ? "\(far)\(sign)" : sign, step.distance == 0 ? .accent1 : .dim,
                    key: .number(Double(step.distance))),
                Cell(
                    String(repeating: "  ", count: min(far, 12)) + title,
                    step.distance == 0 ? .strong : .plain),
                Cell(step.how, .dim),
                Cell(
                    node.map { $0.materialized.isEmpty ? $0.kind : $0.materialized }
                        ?? "outside", .dim),
                Cell(firstLine(column?.description ?? ""), .dim),
            ]
        }
        return table
    }

    /// Earlier runs of a node, the newest first.
    static func history(of node: ProjectView.Node, _ charset: Charset) -> ModelTable {
        var table = ModelTable()
        table.empty = "No run of it is kept yet."
        let isUnicode = charset == .unicode
        for (title, values) in [
            ("rows", node.history.map { $0.rows.map(Double.init) }),
            ("age", node.history.map(\.ageSeconds)),
        ] {
            let bars = Sparkline.text(values, width: 60, isUnicode: isUnicode)
            if !bars.isEmpty { table.heading.append(("\(title)  \(bars)", .accent1)) }
        }
        if !table.heading.isEmpty { table.heading.append(("", .plain)) }
        table.columns = [
            TableColumn("", .fixed(2)), TableColumn("AT", .fixed(20)),
            TableColumn("STATUS", .fixed(16)), TableColumn("ROWS", .fixed(12), .right),
            TableColumn("CHANGE", .fixed(12), .right), TableColumn("TOOK", .fixed(10), .right),
            TableColumn("AGE", .fixed(8), .right),
        ]
        var earlier: Int?
        var rows: [[Cell]] = []
        for record in node.history {
            let change = record.rows.flatMap { rows in earlier.map { rows - $0 } }
            earlier = record.rows ?? earlier
            rows.append([
                mark(record.status, charset), Cell(String(record.at.prefix(19)), .dim),
                Cell(record.status), Cell(record.rows),
                Cell(
                    change.map { $0 > 0 ? "+\($0)" : "\($0)" } ?? "", .dim,
                    key: change.map { .number(Double($0)) }),
                Cell(
                    Span(microseconds: Int64(record.seconds * 1e6)).humanText,
                    key: .number(record.seconds)),
                Cell(
                    record.ageSeconds.map(brief) ?? "",
                    key: record.ageSeconds.map { .number($0) }),
            ])
        }
        table.rows = rows.reversed()
        return table
    }
}
