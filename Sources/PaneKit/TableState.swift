/// Where a table's cursor stands, what is in sight, and how its rows are sorted and filtered.
///
/// Rows are counted in the order in which they are shown; ``TableOrder`` makes that order. The
/// owner of the rows calls ``settle(count:height:)`` after rows came or went.
public struct TableState: Hashable, Sendable {
    /// Index of the highlighted row; meaningless while there are no rows.
    public var cursor = 0
    /// Index of the first row in sight.
    public var top = 0
    /// Index of the column that the sort keys and sideways moves are about.
    public var column = 0
    /// Cells scrolled sideways.
    public var leftCell = 0
    public var sort: TableSort?
    /// Only rows that hold this text are shown; a leading `!` inverts. Empty: all.
    public var filter = ""

    public init() {}

    /// Moves the cursor by rows; the ends stop.
    public mutating func move(by step: Int, count: Int, height: Int) {
        cursor += step
        settle(count: count, height: height)
    }

    /// Moves the cursor to a row; the ends stop.
    public mutating func move(to row: Int, count: Int, height: Int) {
        cursor = row
        settle(count: count, height: height)
    }

    /// Puts the cursor on a row that exists and that row into sight, moving as little as can be.
    public mutating func settle(count: Int, height: Int) {
        cursor = min(max(0, cursor), max(0, count - 1))
        top = PaneFrame.topRow(top, cursor: cursor, count: count, height: height)
    }

    /// Sorts by the column of that index; asked again, the other way round.
    public mutating func sort(by column: Int) {
        sort = TableSort(
            column: column, isAscending: sort?.column == column ? sort?.isAscending == false : true)
    }
}

/// By which column rows are sorted.
public struct TableSort: Hashable, Sendable {
    public var column: Int
    public var isAscending: Bool

    public init(column: Int, isAscending: Bool) {
        self.column = column
        self.isAscending = isAscending
    }
}

/// What a cell is sorted by.
public enum TableKey: Hashable, Sendable, Comparable {
    /// Sorts before everything else.
    case missing
    case number(Double)
    case text(String)
}

/// The rows of a table in the order in which they are shown.
public enum TableOrder {
    /// Indices of the rows that pass the filter, sorted; rows that compare alike keep their order.
    ///
    /// - Parameters:
    ///   - text: The text of a row that the filter looks at; asked only where there is a filter.
    ///   - key: What a row is sorted by in a column; asked once a row where there is a sort.
    /// - Complexity: O(rows × log rows).
    public static func rows(
        count: Int, _ state: TableState, text: (Int) -> String, key: (Int, Int) -> TableKey
    ) -> [Int] {
        var rows = Array(0..<count)
        let filter = TextFilter(state.filter)
        if !filter.isEmpty { rows = rows.filter { filter.passes(text($0)) } }
        guard let sort = state.sort else { return rows }
        let keyed = rows.map { (row: $0, key: key($0, sort.column)) }
        let sorted = keyed.sorted { left, right in
            if left.key == right.key { return left.row < right.row }
            return sort.isAscending ? left.key < right.key : right.key < left.key
        }
        return sorted.map(\.row)
    }
}
