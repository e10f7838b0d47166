import PaneKit
import Screen

/// One view as lines of text above and a table below, ready to be drawn at any size.
struct ProfileTable: Sendable {
    enum Cell: Sendable {
        case text(String, Role)
        /// Right-aligned text, sorted by the number; where the text is rounded, in which unit the
        /// number is told exactly.
        case number(Double, String, Role, exactIn: String? = nil)
        /// A bar over a part of the column's width, by shares of it; sorted by where it begins.
        /// A faint one is told from others without colours.
        case bar(from: Double, to: Double, Role, isFaint: Bool = false)
        /// Stretches of time over the column's width; sorted by where the first begins.
        case gantt(GanttBar)
    }

    struct Row: Sendable {
        var cells: [Cell]
        /// Where Enter leads.
        var target: ProfileView?
        /// What `y` copies.
        var copy: String
        /// Where Enter leads outside the profiler.
        var link: Link?
    }

    /// The cells that each column needs, and whether nothing stands in it.
    struct Measures: Sendable {
        var cells: [Int] = []
        var isEmpty: [Bool] = []
        var isDrawn: [Bool] = []
    }

    /// Lines above the table.
    var header: [[TextRun]] = []
    var columns: [TableColumn] = []
    var rows: [Row] = []
    /// Where rows have one, those with a higher rank come first as long as nothing else is sorted by.
    var ranks: [Double] = []
    var measured = Measures()

    static func text(_ text: String, _ role: Role = .plain) -> Cell { .text(text, role) }

    func sortKey(_ row: Int, _ column: Int) -> TableKey {
        guard rows[row].cells.indices.contains(column) else { return .missing }
        switch rows[row].cells[column] {
        case .text(let text, _): return text.isEmpty ? .missing : .text(text)
        case .number(let number, _, _, _): return .number(number)
        case .bar(let from, _, _, _): return .number(from)
        case .gantt(let bar): return bar.parts.first.map { .number($0.from) } ?? .missing
        }
    }

    func filterText(_ row: Int) -> String {
        rows[row].cells.map { $0.text ?? "" }.joined(separator: " ")
    }

    /// The cells of a row, bars drawn for the widths that the columns have.
    func cells(_ row: Int, widths: [Int], charset: Charset) -> [TableCell] {
        rows[row].cells.enumerated().map { column, cell in
            switch cell {
            case .text(let text, let role), .number(_, let text, let role, _):
                return TableCell(text, role)
            case .bar(let from, let to, let role, let isFaint):
                let width = widths.indices.contains(column) ? widths[column] : 0
                let mark =
                    isFaint ? charset.pick("▒", ascii: "=") : charset.pick("█", ascii: "#")
                return Self.bar(from: from, to: to, role, width: width, mark)
            case .gantt(let bar):
                let width = widths.indices.contains(column) ? widths[column] : 0
                return TableCell(bar.runs(width: width, charset))
            }
        }
    }

    private static func bar(
        from: Double, to: Double, _ role: Role, width: Int, _ mark: String
    ) -> TableCell {
        guard width > 0 else { return TableCell("") }
        let start = min(width - 1, Int(from.share * Double(width)))
        let end = min(width, max(start + 1, Int((to.share * Double(width)).rounded(.up))))
        return TableCell([
            TextRun(String(repeating: " ", count: start), .plain),
            TextRun(String(repeating: mark, count: end - start), role),
        ])
    }
}

extension ProfileTable {
    /// A histogram of values in `buckets` steps, one line a step, the tail named in the role of a
    /// warning.
    static func histogram(
        _ values: [Int64], buckets: Int, width: Int, charset: Charset, text: (Int64) -> String
    ) -> [[TextRun]] {
        guard let least = values.min(), let most = values.max(), most > least else {
            return values.first.map { [[TextRun("all \(text($0))", .dim)]] } ?? []
        }
        let span = Double(most) - Double(least) + 1
        // No step is smaller than what is told apart.
        let buckets = span < Double(buckets) ? max(1, Int(span)) : buckets
        var counts = [Int](repeating: 0, count: buckets)
        for value in values {
            counts[
                min(buckets - 1, Int((Double(value) - Double(least)) / span * Double(buckets)))] +=
                1
        }
        let largest = counts.max() ?? 1
        let sorted = values.sorted()
        let median = Double(sorted[sorted.count / 2])
        return counts.enumerated().map { place, count in
            let low = (Double(least) + Double(place) * span / Double(buckets)).whole
            let high = (Double(least) + Double(place + 1) * span / Double(buckets)).whole
            // A tail is what lies beyond three times the middle.
            let isTail = count > 0 && Double(low) > 3 * max(1, median)
            let cells = Int((Double(count) / Double(largest) * Double(width)).rounded(.up))
            let label = Double(high) - Double(low) <= 1 ? text(low) : "\(text(low)) – \(text(high))"
            let padded = label + String(repeating: " ", count: max(0, 22 - label.count))
            return [
                TextRun(padded, .dim),
                TextRun(
                    String(repeating: charset.pick("█", ascii: "#"), count: cells),
                    isTail ? .warning : .accent1),
                TextRun(count > 0 ? " \(count)\(isTail ? " tail" : "")" : "", .plain),
            ]
        }
    }
}
