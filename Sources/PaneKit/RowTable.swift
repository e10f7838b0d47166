public import Screen

/// A table whose cells are known before it is drawn, with what it is sorted and filtered by.
public struct RowTable: Sendable {
    public struct Cell: Sendable {
        public var text: String
        public var role: Role
        public var key: TableKey

        /// - Parameter key: what it is sorted by; nil: the text.
        public init(_ text: String, _ role: Role = .plain, key: TableKey? = nil) {
            self.text = text
            self.role = role
            self.key = key ?? (text.isEmpty ? .missing : .text(text))
        }

        /// A number, or a dash for none.
        public init(_ number: Int?, _ role: Role = .plain) {
            text = number.map { "\($0)" } ?? "-"
            self.role = number == nil ? .dim : role
            key = number.map { .number(Double($0)) } ?? .missing
        }
    }

    public var columns: [TableColumn] = []
    public var rows: [[Cell]] = []
    /// Text that the filter looks at beside the cells, by row; may be shorter than `rows`.
    public var hidden: [String] = []
    /// Lines above the table.
    public var heading: [(text: String, role: Role)] = []
    /// What stands where there are no rows.
    public var empty = ""

    public init() {}

    /// The rows that pass the filter in the order in which they are shown.
    public func order(_ state: TableState) -> [Int] {
        TableOrder.rows(
            count: rows.count, state,
            text: { row in
                rows[row].map(\.text).joined(separator: " ")
                    + (hidden.indices.contains(row) ? " " + hidden[row] : "")
            },
            key: { row, column in
                rows[row].indices.contains(column) ? rows[row][column].key : .missing
            })
    }

    /// A row as it is copied: its cells with tabs between them.
    public func copy(_ row: Int) -> String { rows[row].map(\.text).joined(separator: "\t") }

    /// Lines that the heading takes of `height`: the table keeps at least half the room.
    public func headingHeight(in height: Int) -> Int { min(heading.count, height / 2) }

    /// Draws heading and rows.
    ///
    /// - Parameters:
    ///   - order: as ``order(_:)`` made it.
    ///   - waiting: stands in the place of ``empty`` while something is under way.
    public func draw(
        _ order: [Int], _ state: TableState, waiting: String?, in area: Rect, isFocused: Bool,
        on grid: inout Grid
    ) {
        guard area.height > 0, area.width > 0 else { return }
        let lines = headingHeight(in: area.height)
        for (row, line) in heading.prefix(lines).enumerated() {
            grid.write(line.text, row: row, of: area, role: line.role, overflow: .ellipsis)
        }
        let rest = Rect(
            x: area.x, y: area.y + lines, width: area.width, height: area.height - lines)
        guard !rows.isEmpty else {
            grid.write(waiting ?? empty, row: 0, of: rest, role: .dim, overflow: .ellipsis)
            return
        }
        ScrollingTable.draw(
            columns, count: order.count, state, in: rest, isFocused: isFocused, on: &grid
        ) { row in rows[order[row]].map { TableCell($0.text, $0.role) } }
    }
}
