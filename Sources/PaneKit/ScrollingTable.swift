public import Screen

/// A column of a table.
public struct TableColumn: Hashable, Sendable {
    public enum Width: Hashable, Sendable {
        /// Always so many cells.
        case fixed(Int)
        /// Shares what the fixed columns leave, in proportion to `weight`; at least `least` cells.
        case flexible(least: Int, weight: Int)
    }
    public enum Alignment: Hashable, Sendable { case left, right }

    public var title: String
    public var width: Width
    public var alignment: Alignment

    public init(_ title: String, _ width: Width, _ alignment: Alignment = .left) {
        self.title = title
        self.width = width
        self.alignment = alignment
    }
}

/// The contents of one cell of a table.
public struct TableCell: Hashable, Sendable {
    public var runs: [TextRun]

    public init(_ runs: [TextRun]) { self.runs = runs }

    public init(_ text: String, _ role: Role = .plain, _ emphasis: Emphasis = []) {
        runs = [TextRun(text, role, emphasis)]
    }

    var text: String { runs.count == 1 ? runs[0].text : runs.map(\.text).joined() }
}

/// A table with a heading, columns of set widths, a cursor and a mark at the sorted column. Only the
/// rows in sight are asked for, so that its cost depends on the screen and not on the rows.
public enum ScrollingTable {
    /// Blanks between columns.
    public static let gap = 2

    /// The cells that each column gets in `width`; columns that do not fit get 0, from the right.
    public static func widths(_ columns: [TableColumn], in width: Int) -> [Int] {
        var shown = columns.count
        func least(_ column: TableColumn) -> Int {
            switch column.width {
            case .fixed(let cells): cells
            case .flexible(let least, _): least
            }
        }
        func needed(_ count: Int) -> Int {
            columns.prefix(count).reduce(0) { $0 + least($1) } + max(0, count - 1) * gap
        }
        while shown > 1, needed(shown) > width { shown -= 1 }
        var rest = max(0, width - needed(shown))
        var weights = columns.prefix(shown).reduce(0) { sum, column in
            if case .flexible(_, let weight) = column.width { sum + weight } else { sum }
        }
        return columns.indices.map { index in
            guard index < shown else { return 0 }
            guard case .flexible(let least, let weight) = columns[index].width, weights > 0 else {
                return min(width, least(columns[index]))
            }
            let extra = rest * weight / weights
            rest -= extra
            weights -= weight
            return min(width, least + extra)
        }
    }

    /// Draws the heading and the rows in sight.
    ///
    /// - Parameters:
    ///   - count: How many rows there are.
    ///   - row: The cells of a row, by its index among the `count`; asked for rows in sight only.
    public static func draw(
        _ columns: [TableColumn], count: Int, _ state: TableState, in area: Rect, isFocused: Bool,
        on grid: inout Grid, row: (Int) -> [TableCell]
    ) {
        let widths = widths(columns, in: area.width)
        drawHeading(columns, widths, state, in: area, on: &grid)
        let list = list(of: area)
        let top = PaneFrame.topRow(
            state.top, cursor: state.cursor, count: count, height: list.height)
        for line in 0..<max(0, min(list.height, count - top)) {
            draw(row(top + line), columns, widths, line: line, of: list, on: &grid)
            if top + line == state.cursor {
                grid.highlight(
                    row: line, of: list, surface: isFocused ? .selected : .selectedUnfocused)
            }
        }
    }

    /// The part of `area` that holds the rows: all but the heading.
    public static func list(of area: Rect) -> Rect { area.split(top: 1).rest }

    /// The row at a place of the table's area: a click; nil on the heading and below the last row.
    public static func row(at place: Point, _ state: TableState, count: Int, size: Size) -> Int? {
        guard place.y >= 1, place.y < size.height else { return nil }
        let top = PaneFrame.topRow(
            state.top, cursor: state.cursor, count: count, height: size.height - 1)
        let row = top + place.y - 1
        return row < count ? row : nil
    }

    /// The column at a place of the heading: a click that sorts; nil anywhere else.
    public static func column(at place: Point, _ columns: [TableColumn], width: Int) -> Int? {
        guard place.y == 0 else { return nil }
        var start = 0
        for (index, cells) in widths(columns, in: width).enumerated() where cells > 0 {
            if (start..<start + cells).contains(place.x) { return index }
            start += cells + gap
        }
        return nil
    }

    private static func drawHeading(
        _ columns: [TableColumn], _ widths: [Int], _ state: TableState, in area: Rect,
        on grid: inout Grid
    ) {
        var start = 0
        for (index, column) in columns.enumerated() where widths[index] > 0 {
            var title = column.title
            if let sort = state.sort, sort.column == index {
                title +=
                    sort.isAscending
                    ? grid.charset.pick("▲", ascii: "^") : grid.charset.pick("▼", ascii: "v")
            }
            write(
                TableCell(title, .title, .bold), column, start, widths[index], line: 0, of: area,
                on: &grid)
            start += widths[index] + gap
        }
    }

    private static func draw(
        _ cells: [TableCell], _ columns: [TableColumn], _ widths: [Int], line: Int, of area: Rect,
        on grid: inout Grid
    ) {
        var start = 0
        for (index, column) in columns.enumerated() where widths[index] > 0 {
            if cells.indices.contains(index) {
                write(cells[index], column, start, widths[index], line: line, of: area, on: &grid)
            }
            start += widths[index] + gap
        }
    }

    private static func write(
        _ cell: TableCell, _ column: TableColumn, _ start: Int, _ width: Int, line: Int,
        of area: Rect, on grid: inout Grid
    ) {
        let slack =
            column.alignment == .right
            ? max(0, width - DisplayWidth.of(cell.text, charset: grid.charset)) : 0
        grid.write(
            cell.runs, row: line, of: area, column: start + slack, width: width - slack,
            overflow: .ellipsis)
    }
}
