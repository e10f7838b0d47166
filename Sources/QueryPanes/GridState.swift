public import ResultStore
import Screen

/// One result as it is looked at.
public struct GridState: Sendable {
    public let id: Int
    /// The statement that gave it, or how it was made.
    public var title: String
    public let columns: [StoredColumn]
    public internal(set) var rowCount = 0
    public internal(set) var isComplete = false
    public internal(set) var problem: String?
    /// The columns shown, in their order.
    var order: [Int]
    /// How many of them stand still when the others are scrolled.
    var frozenCount = 0
    var widths: [Int: Int] = [:]
    /// Widths that were measured; the user may have changed them since.
    var measured: [Int: Int] = [:]
    /// The width that would show all that was in sight, at most 120.
    var natural: [Int: Int] = [:]
    /// The most bytes of a number from its point on, by column, of what was in sight.
    var fractions: [Int: Int] = [:]
    var humanised: Set<Int> = []
    public internal(set) var cursorRow = 0
    /// Index into `order`.
    var cursorColumn = 0
    var topRow = 0
    /// Index into `order` of the first column behind the frozen ones.
    var leftColumn = 0
    /// The other end of the marked rows; nil while none are.
    var anchor: Int?
    var isTransposed = false
    /// Whether its first column says what became of each row since another result.
    var isDifference = false
    var window: Window?
    var request: WindowRequest?
    /// What sorted or filtered it.
    var note = ""
    /// The result that is being made from this one.
    var deriving: Int?
    /// What it was made from: Esc goes back there.
    var parents: [GridState] = []
    var lastSearch: String?

    struct Window: Sendable {
        var rows: Range<Int>
        var columns: [Int]
        var cells: [[CellExcerpt]]
        /// Index into `columns` by column.
        var places: [Int: Int]
    }

    public init(id: Int, title: String, columns: [StoredColumn]) {
        self.id = id
        self.title = title
        self.columns = columns
        order = Array(columns.indices)
    }

    /// The column of the result under the cursor.
    var column: Int { order.indices.contains(cursorColumn) ? order[cursorColumn] : 0 }

    func cell(row: Int, column: Int) -> CellExcerpt? {
        guard let window, window.rows.contains(row), let place = window.places[column] else {
            return nil
        }
        let index = row - window.rows.lowerBound
        return window.cells.indices.contains(index) ? window.cells[index][place] : nil
    }

    func width(of column: Int) -> Int {
        widths[column] ?? min(24, max(4, columns[column].name.count))
    }

    /// Rows marked, or the one under the cursor.
    var chosenRows: Range<Int> {
        guard rowCount > 0 else { return 0..<0 }
        let other = anchor ?? cursorRow
        return min(other, cursorRow)..<max(other, cursorRow) + 1
    }

    /// Gives columns a width by what is in sight. It grows with what comes into sight, and never
    /// shrinks; a width that the user gave stays.
    mutating func measure() {
        guard let window, !window.cells.isEmpty else { return }
        for (place, column) in window.columns.enumerated() {
            let known = widths[column]
            var width = DisplayWidth.of(columns[column].name) + 1
            var (whole, fraction) = (0, fractions[column] ?? 0)
            for row in window.cells.prefix(200) {
                let bytes = GridText.bytes(of: row[place], isHumanised: false)
                if isNumber(row[place], in: column) {
                    let behind = GridText.fraction(bytes)
                    fraction = max(fraction, behind)
                    whole = max(whole, min(bytes.count, 120) - behind)
                }
                width = max(width, GridText.width(bytes.prefix(120)))
            }
            fractions[column] = fraction
            width = max(width, whole + fraction)
            natural[column] = max(natural[column] ?? 0, width)
            guard known == nil || measured[column] == known else { continue }
            let chosen = max(known ?? 3, min(max(3, width), columns.count == 1 ? 100 : 36))
            (widths[column], measured[column]) = (chosen, chosen)
        }
    }

    /// Whether a cell is aligned as a number.
    func isNumber(_ excerpt: CellExcerpt, in column: Int) -> Bool {
        switch excerpt.cell {
        case .integer, .real: true
        case .text: columns[column].isNumeric
        case .null, .boolean, .blob: false
        }
    }

    // MARK: Room

    static let gap = 2

    /// Cells for row numbers.
    func gutter(_ width: Int) -> Int {
        width >= 40 ? GridText.grouped(max(rowCount, 1)).count + 1 : 0
    }

    /// The columns in sight and where they begin, counted from the grid's left edge.
    func visibleColumns(width: Int) -> [(index: Int, x: Int, width: Int)] {
        var result: [(Int, Int, Int)] = []
        var x = gutter(width)
        for index in order.indices where index < frozenCount || index >= leftColumn {
            guard x < width else { break }
            var cells = self.width(of: order[index])
            // The last one takes the room that is left, where its cells need it.
            if index == order.count - 1, measured[order[index]] == widths[order[index]] {
                cells = max(cells, natural[order[index]] ?? 0)
            }
            result.append((index, x, min(cells, width - x)))
            x += cells + Self.gap
        }
        return result
    }

    /// Moves as little as keeps the cursor in sight.
    mutating func scroll(to size: Size) {
        let height = max(1, size.height - 1)
        cursorRow = min(max(0, cursorRow), max(0, rowCount - 1))
        cursorColumn = min(max(0, cursorColumn), max(0, order.count - 1))
        if let anchor { self.anchor = min(anchor, max(0, rowCount - 1)) }
        frozenCount = min(frozenCount, max(0, order.count - 1))
        guard !isTransposed else {
            topRow = min(topRow, cursorRow)
            let perRow = max(1, (size.width - 24) / 26)
            if cursorRow >= topRow + perRow { topRow = cursorRow - perRow + 1 }
            return
        }
        if cursorRow < topRow { topRow = cursorRow }
        if cursorRow >= topRow + height { topRow = cursorRow - height + 1 }
        topRow = max(0, min(topRow, max(0, rowCount - height)))
        leftColumn = max(leftColumn, frozenCount)
        guard cursorColumn >= frozenCount else { return }
        if cursorColumn < leftColumn { leftColumn = cursorColumn }
        while leftColumn < cursorColumn {
            let shown = visibleColumns(width: size.width).first { $0.index == cursorColumn }
            if let shown, shown.width >= min(width(of: order[cursorColumn]), size.width / 2) {
                break
            }
            leftColumn += 1
        }
    }

    /// The cells that must be there for the screen, if they are not.
    mutating func needed(_ size: Size) -> WindowRequest? {
        let height = max(1, size.height - 1)
        let shownRows = isTransposed ? max(1, (size.width - 24) / 26) : height
        let rows = topRow..<min(rowCount, topRow + shownRows)
        let all = isTransposed || order.count <= 40
        let shown = all ? order : visibleColumns(width: size.width).map { order[$0.index] }
        guard !rows.isEmpty else { return nil }
        if let window, window.rows.lowerBound <= rows.lowerBound,
            window.rows.upperBound >= rows.upperBound,
            shown.allSatisfy({ window.places[$0] != nil })
        {
            return nil
        }
        let first = max(0, topRow - shownRows)
        let last = min(rowCount, topRow + 2 * shownRows)
        // Some columns more, so that a step to the side finds them there.
        var columns = shown
        if !all, let last = visibleColumns(width: size.width).last?.index {
            columns += order[min(last + 1, order.count)..<min(last + 9, order.count)]
            let before = max(frozenCount, leftColumn - 8)
            columns += order[before..<max(before, leftColumn)]
        }
        let wanted = WindowRequest(result: id, rows: first..<last, columns: columns)
        guard wanted != request else { return nil }
        request = wanted
        return wanted
    }
}
