import Domain
import Screen

/// Rows of text in aligned columns, for people who read a command's output.
struct TextTable {
    private let headings: [String]
    private var rows: [[String]] = []

    init(_ headings: [String]) { self.headings = headings }

    mutating func add(_ cells: [String]) { rows.append(cells.map(\.printable)) }

    /// The table, its last column not padded; text from outside is made harmless.
    var text: String {
        let all = [headings] + rows
        let widths = headings.indices.map { column in
            all.map { DisplayWidth.of($0[column]) }.max() ?? 0
        }
        return all.map { row in
            row.enumerated().map { column, cell in
                let isLast = column == row.count - 1
                let gap = isLast ? 0 : widths[column] - DisplayWidth.of(cell) + 2
                return cell + String(repeating: " ", count: gap)
            }.joined()
        }.joined(separator: "\n")
    }
}
