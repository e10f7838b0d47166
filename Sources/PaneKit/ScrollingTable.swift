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
    /// Whether it is left out before any other where not all fit: nothing stands in it.
    public var givesWay = false

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

    /// The cells that each column gets in `width`; columns that do not fit get 0: first those that give
    /// way, then from the right, but where `column` would be among them, those behind the first give
    /// way instead.
    public static func widths(
        _ columns: [TableColumn], in width: Int, showing column: Int = 0
    ) -> [Int] {
        func least(_ index: Int) -> Int {
            switch columns[index].width {
            case .fixed(let cells): cells
            case .flexible(let least, _): least
            }
        }
        func needed(_ shown: [Int]) -> Int {
            shown.reduce(0) { $0 + least($1) } + max(0, shown.count - 1) * gap
        }
        var shown = Array(columns.indices)
        while shown.count > 1, needed(shown) > width {
            let spare = shown.lastIndex { columns[$0].givesWay && $0 > 0 }
            shown.remove(at: spare ?? shown.count - 1)
        }
        if columns.indices.contains(column), !shown.contains(column) {
            // The first column tells which row it is.
            shown = [0] + Array(1...column)
            while shown.count > 2, needed(shown) > width { shown.remove(at: 1) }
            if needed(shown) > width { shown = [column] }
        }
        var rest = max(0, width - needed(shown))
        var weights = shown.reduce(0) { sum, index in
            if case .flexible(_, let weight) = columns[index].width { sum + weight } else { sum }
        }
        var cells = [Int](repeating: 0, count: columns.count)
        for index in shown {
            guard case .flexible(_, let weight) = columns[index].width, weights > 0 else {
                cells[index] = min(width, least(index))
                continue
            }
            let extra = rest * weight / weights
            rest -= extra
            weights -= weight
            cells[index] = min(width, least(index) + extra)
        }
        return cells
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
        let widths = widths(columns, in: area.width, showing: state.column)
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
    public static func column(
        at place: Point, _ columns: [TableColumn], width: Int, showing column: Int = 0
    ) -> Int? {
        guard place.y == 0 else { return nil }
        var start = 0
        for (index, cells) in widths(columns, in: width, showing: column).enumerated()
        where cells > 0 {
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
            // Where the column cursor was never moved, it is not spoken of.
            let isCursor = index == state.column && index > 0
            write(
                TableCell(title, .title, isCursor ? [.bold, .underline] : .bold), column, start,
                widths[index], line: 0, of: area, on: &grid)
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
