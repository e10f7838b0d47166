import ByteText
import Connections
import Domain
import Screen

/// Rows as an aligned table, printed while they come.
///
/// Widths are those of the first rows (200, or all of a smaller result): a later value that is wider
/// pushes its line to the right and loses nothing. A cell shows at most 200 columns of its text.
struct StreamingTable {
    private static let measuredRows = 200
    private static let widestCell = 200

    private let columns: [ResultColumn]
    private var waiting: [[String]] = []
    private var widths: [Int]?

    init(_ columns: [ResultColumn]) { self.columns = columns }

    mutating func add(_ batch: RowBatch, to out: inout ByteSink) {
        for row in 0..<batch.rowCount {
            let cells = columns.indices.map { Self.text(batch, row, $0) }
            if widths == nil {
                waiting.append(cells)
                if waiting.count >= Self.measuredRows { release(to: &out) }
            } else {
                append(cells, to: &out)
            }
        }
    }

    mutating func end(to out: inout ByteSink) {
        if widths == nil { release(to: &out) }
    }

    private mutating func release(to out: inout ByteSink) {
        let heading = columns.map { Self.short($0.name) }
        widths = columns.indices.map { column in
            (waiting + [heading]).map { DisplayWidth.of($0[column]) }.max() ?? 0
        }
        append(heading, to: &out)
        append((widths ?? []).map { String(repeating: "-", count: $0) }, to: &out)
        for cells in waiting { append(cells, to: &out) }
        waiting = []
    }

    private func append(_ cells: [String], to out: inout ByteSink) {
        var line = ""
        for (column, cell) in cells.enumerated() {
            let gap = String(
                repeating: " ", count: max(0, (widths?[column] ?? 0) - DisplayWidth.of(cell)))
            if column > 0 { line += "  " }
            if columns[column].kind.isNumeric {
                line += gap + cell
            } else {
                line += column == cells.count - 1 ? cell : cell + gap
            }
        }
        out.append(text: line)
        out.append(10)
    }

    private static func text(_ batch: RowBatch, _ row: Int, _ column: Int) -> String {
        switch batch.kind(row: row, column: column) {
        case .text:
            // A cell may hold 100 MB; what is shown does not.
            let start = batch.withBytes(row: row, column: column) { bytes in
                String(decoding: bytes.prefix(Self.widestCell * 4), as: UTF8.self)
            }
            return short(start ?? "")
        case .blob:
            let count = batch.withBytes(row: row, column: column) { $0.count } ?? 0
            return "<\(count) bytes>"
        case .null: return "NULL"
        case .boolean, .integer, .real:
            switch batch[row, column] {
            case .boolean(let value): return "\(value)"
            case .integer(let value): return "\(value)"
            case .real(let value): return "\(value)"
            case .null, .text, .blob: return ""
            }
        }
    }

    private static func short(_ text: String) -> String {
        let shown = String(text.prefix(widestCell)).printable
        return text.count > widestCell ? shown + "…" : shown
    }
}
