/// What every pane that is a table can be told: to move its cursor, and to sort.
///
/// A pane's action for one is named by the pane and the raw value: `quality-next-row`.
public enum TableMotion: String, CaseIterable, Sendable {
    case next = "next-row"
    case previous = "previous-row"
    case pageDown = "page-down"
    case pageUp = "page-up"
    case first = "first-row"
    case last = "last-row"
    case nextColumn = "next-column"
    case previousColumn = "previous-column"
    case sortAscending = "sort"
    case sortDescending = "sort-descending"

    public static let ofRows: [TableMotion] = [
        .next, .previous, .pageDown, .pageUp, .first, .last,
    ]
    public static let ofColumns: [TableMotion] = [
        .nextColumn, .previousColumn, .sortAscending, .sortDescending,
    ]

    /// The motion that an action of the pane called `pane` is; nil for its other actions.
    public init?(_ action: some NamedAction, of pane: String) {
        guard action.rawValue.hasPrefix(pane + "-") else { return nil }
        self.init(rawValue: String(action.rawValue.dropFirst(pane.count + 1)))
    }

    private var keys: [String] {
        switch self {
        case .next: ["j", "down"]
        case .previous: ["k", "up"]
        case .pageDown: ["pgdn", "^d"]
        case .pageUp: ["pgup", "^u"]
        case .first: ["g g", "home"]
        case .last: ["G", "end"]
        case .nextColumn: ["l", "right"]
        case .previousColumn: ["h", "left"]
        case .sortAscending: ["s"]
        case .sortDescending: ["S"]
        }
    }

    private var title: String {
        switch self {
        case .next: "next row"
        case .previous: "previous row"
        case .pageDown: "page down"
        case .pageUp: "page up"
        case .first: "first row"
        case .last: "last row"
        case .nextColumn: "next column"
        case .previousColumn: "previous column"
        case .sortAscending: "sort by column"
        case .sortDescending: "sort, largest first"
        }
    }

    /// The usual keys of `motions` for the actions of the pane called `pane`.
    public static func bindings<Action: NamedAction>(
        _ motions: [TableMotion], of pane: String, inKeyBar shown: Set<TableMotion> = []
    ) -> [Binding<Action>] {
        motions.compactMap { motion in
            Action(rawValue: pane + "-" + motion.rawValue).map {
                Binding(motion.keys, $0, motion.title, inKeyBar: shown.contains(motion))
            }
        }
    }
}

extension TableState {
    /// Carries out a motion over `count` rows of which `height` are in sight; true where the rows are
    /// to be sorted anew.
    public mutating func apply(
        _ motion: TableMotion, count: Int, columns: Int, height: Int
    ) -> Bool {
        switch motion {
        case .next: move(by: 1, count: count, height: height)
        case .previous: move(by: -1, count: count, height: height)
        case .pageDown: move(by: height, count: count, height: height)
        case .pageUp: move(by: -height, count: count, height: height)
        case .first: move(to: 0, count: count, height: height)
        case .last: move(to: count - 1, count: count, height: height)
        case .nextColumn: column = max(0, min(columns - 1, column + 1))
        case .previousColumn: column = max(0, column - 1)
        case .sortAscending, .sortDescending:
            sort = TableSort(column: column, isAscending: motion == .sortAscending)
            return true
        }
        return false
    }

    /// Where the cursor stands and what is filtered, for a pane's frame: `3/8 &orders`.
    public func footer(count: Int) -> String {
        let place = count == 0 ? "" : "\(min(count, cursor + 1))/\(count)"
        return filter.isEmpty ? place : place + " &\(filter)"
    }
}
