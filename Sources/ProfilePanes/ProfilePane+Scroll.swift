import PaneKit
import Screen

/// How a view lies in the pane: its lines above the table scroll away as those of a page, and where
/// they do not fit they are read first.
struct ProfileLayout: Equatable {
    /// Lines above the rows that are there, and the first of them in sight.
    var lines = 0
    var top = 0
    /// Lines in sight.
    var shown = 0
    /// Lines of the table, its heading counted.
    var table = 0
    var hasTabs = true

    /// One line shows either a line above the rows or the row under the cursor.
    static let lowest = 2

    init(header: Int, rows: Int, hasHeading: Bool, top wanted: Int?, height: Int) {
        lines = header
        guard height > Self.lowest else {
            // Rows are what is looked for; `k` at the first goes back to what stands above.
            hasTabs = height == Self.lowest
            top = max(0, min(wanted ?? (rows > 0 ? header : 0), rows > 0 ? header : header - 1))
            shown = top < header ? 1 : 0
            table = 1 - shown
            return
        }
        hasTabs = height > 5
        let room = height - (hasTabs ? 1 : 0)
        let least = hasHeading ? min(1 + max(1, rows), room > 9 ? 4 : room > 4 ? 3 : 2) : 0
        // As long as all fits, nothing scrolls away: so it is where the pane has become larger.
        let table = hasHeading ? 1 + max(1, rows) : 0
        top = max(0, min(wanted ?? 0, header, header + table - room))
        shown = min(header - top, max(0, room - least))
        self.table = room - shown
    }

    /// Rows of the table in sight.
    var height: Int { max(1, shown == 0 && table == 1 ? 1 : table - 1) }

    /// Lines above the rows that are not in sight yet.
    var below: Int { max(0, lines - top - shown) }
}

extension ProfilePane {
    static func layout(_ state: Profile.State, _ height: Int) -> ProfileLayout {
        ProfileLayout(
            header: state.shown.header.count, rows: state.order.count,
            hasHeading: !state.shown.columns.isEmpty && !state.shown.rows.isEmpty,
            top: state.headerTops[state.views.last], height: height)
    }

    /// Rows of the table in sight.
    static func height(_ state: Profile.State, _ size: Size?) -> Int {
        guard let size else { return 20 }
        return layout(state, size.height).height
    }

    /// Moves through the lines above the rows and then through the rows.
    ///
    /// - Returns: whether the rows are to be sorted anew.
    static func move(
        _ state: inout Profile.State, _ motion: TableMotion, _ size: Size?
    ) -> Bool {
        let now = layout(state, size?.height ?? 24)
        let page = max(1, now.shown)
        switch motion {
        case .next where now.below > 0: return scroll(&state, to: now.top + 1)
        case .pageDown where now.below > 0:
            return scroll(&state, to: now.top + min(page, now.below))
        case .previous where state.table.cursor == 0 || now.shown > 0 && now.table == 0:
            return scroll(&state, to: now.top - 1)
        case .pageUp where state.table.cursor == 0 || now.shown > 0 && now.table == 0:
            return scroll(&state, to: now.top - page)
        case .first: scroll(&state, to: 0)
        case .last: scroll(&state, to: now.table == 0 ? now.lines : now.top + now.below)
        default: break
        }
        // On a low screen the last line above the rows gives way to the first row.
        if now.table == 0, state.order.count > 0, motion == .next || motion == .pageDown {
            return scroll(&state, to: now.lines)
        }
        let top = state.table.top
        let isSorted = state.table.apply(
            motion, count: state.order.count, columns: state.shown.columns.count,
            height: now.height)
        makeRoom(&state, now, top, size)
        return isSorted
    }

    /// Lets lines above the rows scroll away rather than rows, as long as there are some.
    private static func makeRoom(
        _ state: inout Profile.State, _ before: ProfileLayout, _ topRow: Int, _ size: Size?
    ) {
        guard before.table > 1, let size else { return }
        let needed = state.table.cursor + 1 - layout(state, size.height).height
        if needed > 0 {
            scroll(&state, to: layout(state, size.height).top + needed)
            state.table.top = topRow
        }
        settle(&state, height: height(state, size))
    }

    @discardableResult
    private static func scroll(_ state: inout Profile.State, to line: Int) -> Bool {
        state.headerTops[state.views.last] = max(0, min(line, state.shown.header.count))
        return false
    }
}
