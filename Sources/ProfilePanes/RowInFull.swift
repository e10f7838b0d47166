import PaneKit
import Screen

/// One row of a table with all that is known of it, a line a column: nothing is cut, figures are exact.
struct RowInFull {
    /// The table that the row stands in, and its place there.
    let table: ProfileTable
    let row: Int
    /// What the table has no columns for.
    var details: [(name: String, value: String)] = []
    /// Where it leads.
    var leads: [(name: String, view: ProfileView)] = []
    let charset: Charset

    func table(width: Int) -> ProfileTable {
        var lines = ProfileTable()
        guard table.rows.indices.contains(row) else { return lines }
        let told = Set(details.map(\.name))
        let pairs = columns.filter { !told.contains($0.name) } + details
        let longest = (pairs.map(\.name) + ["LEADS TO"]).map { DisplayWidth.of($0) }.max() ?? 0
        let names = max(4, min(longest, max(8, width / 3)))
        lines.columns = [
            TableColumn("FIELD", .fixed(names)),
            TableColumn("VALUE", .flexible(least: 4, weight: 1)),
        ]
        let room = max(8, width - names - ScrollingTable.gap)
        for (name, value) in pairs {
            let pieces = LineWrapping.pieces(of: value, width: room)
            for (place, piece) in pieces.enumerated() {
                lines.rows.append(
                    ProfileTable.Row(
                        cells: [.text(place == 0 ? name : "", .dim), .text(piece, .plain)],
                        target: nil, copy: value))
            }
        }
        let mark = charset.pick("→ ", ascii: "> ")
        lines.rows += leads.map { lead in
            ProfileTable.Row(
                cells: [.text("leads to", .dim), .text(mark + lead.name, .link)],
                target: lead.view, copy: lead.name)
        }
        return lines
    }

    private var columns: [(name: String, value: String)] {
        zip(table.columns, table.rows[row].cells).compactMap { column, cell in
            guard let text = cell.text, !column.title.isEmpty else { return nil }
            let value = text.drop { $0 == " " }
            guard case .number(let number, _, _, let unit?) = cell, abs(number) >= 1 else {
                return (column.title.lowercased(), value.isEmpty ? "-" : String(value))
            }
            let exact = "\(number.whole) \(unit)"
            return (
                column.title.lowercased(),
                value.hasSuffix(exact) ? String(value) : "\(value) (\(exact))"
            )
        }
    }
}
