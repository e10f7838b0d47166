import PaneKit
import Quality
import Screen

/// The one pane of checks: suites, the results of one, and rows that failed.
enum QualityPane {
    enum Action: String, NamedAction {
        case next = "quality-next-row"
        case previous = "quality-previous-row"
        case pageDown = "quality-page-down"
        case pageUp = "quality-page-up"
        case first = "quality-first-row"
        case last = "quality-last-row"
        case open = "open-checks"
        case check = "run-checks"
        case history = "checks-history"
        case query = "query-failing-rows"
        case nextFailed = "next-failed-check"
        case nextColumn = "quality-next-column"
        case previousColumn = "quality-previous-column"
        case sortAscending = "quality-sort"
        case sortDescending = "quality-sort-descending"
        case filter = "filter-quality"
        case copy = "copy-quality-row"
        case reload = "reload-suites"
    }

    static let keymap = Keymap<Action>(
        TableMotion.bindings(TableMotion.ofRows, of: "quality") + [
            Binding(["enter"], .open, "results, failing rows", inKeyBar: true),
            Binding(["x"], .check, "check again", inKeyBar: true),
            Binding(["H"], .history, "earlier runs", inKeyBar: true),
            Binding(["o"], .query, "failing rows in the editor", inKeyBar: true),
            Binding(["e"], .nextFailed, "next that failed"),
        ] + TableMotion.bindings(TableMotion.ofColumns, of: "quality") + [
            Binding(["&"], .filter, "filter rows"),
            Binding(["y"], .copy, "copy row"),
            Binding(["r"], .reload, "read the suites again"),
        ])

    // MARK: Update

    static func update(
        _ state: inout QualityDesk.State, _ action: Action, _ context: PaneContext
    ) -> QualityDesk.Requests {
        switch action {
        case .next, .previous, .pageDown, .pageUp, .first, .last, .nextColumn, .previousColumn,
            .sortAscending, .sortDescending:
            guard let motion = TableMotion(action, of: "quality") else { return [] }
            let isSorted = state.table.apply(
                motion, count: state.order.count, columns: state.shown.columns.count,
                height: height(context.size))
            if isSorted { sortRows(&state) }
        case .open: return enter(&state)
        case .check:
            guard let suite = suite(state) else { return [] }
            return check(&state, suite)
        case .history:
            guard let suite = suite(state) else { return [] }
            if state.opened?.suite.target != suite.target {
                state.opened = (suite, CheckReport(suite: suite.name, results: []))
            }
            state.views = [.history]
            show(&state, context)
        case .query: return query(state)
        case .nextFailed: nextFailed(&state, height(context.size))
        case .filter:
            return [.prompt(Prompt("filter", sign: "&", text: state.table.filter, isLive: true))]
        case .copy:
            guard let row = row(state) else { return [] }
            return [.copy(state.shown.copy(row))]
        case .reload: return [.perform(.list)]
        }
        return []
    }

    /// The row of the shown table under the cursor.
    private static func row(_ state: QualityDesk.State) -> Int? {
        state.order.indices.contains(state.table.cursor) ? state.order[state.table.cursor] : nil
    }

    /// The suite under the cursor, or the one that is open.
    private static func suite(_ state: QualityDesk.State) -> SuiteRow? {
        if !state.views.isEmpty { return state.opened?.suite }
        return row(state).map { state.suites[$0] }
    }

    static func check(
        _ state: inout QualityDesk.State, _ suite: SuiteRow
    ) -> QualityDesk.Requests {
        state.work = "checking \(suite.name)"
        return [.perform(.check(suite.target))]
    }

    private static func enter(_ state: inout QualityDesk.State) -> QualityDesk.Requests {
        guard let row = row(state) else { return [] }
        guard let view = state.views.last else { return check(&state, state.suites[row]) }
        guard view == .results, let opened = state.opened else { return [] }
        let result = opened.report.results[row]
        guard let predicate = result.failingRows else {
            let words =
                result.success
                ? "It holds: no row fails." : "It looks at the table as a whole: no rows fail it."
            return [.notice(Notice(.info, result.exception ?? words))]
        }
        state.work = "fetching rows"
        return [
            .perform(
                .rows(
                    opened.suite.target, index: row, table: opened.report.table,
                    predicate: predicate))
        ]
    }

    /// Hands the failing rows' query to the editor.
    private static func query(_ state: QualityDesk.State) -> QualityDesk.Requests {
        guard let opened = state.opened else { return [] }
        let index: Int?
        switch state.views.last {
        case .results: index = row(state)
        case .rows(let shown): index = shown
        default: index = nil
        }
        guard let index, let predicate = opened.report.results[index].failingRows else {
            return [.notice(Notice(.info, "Put the cursor on an expectation that rows fail."))]
        }
        guard let connection = opened.suite.target.connection else {
            return [.notice(Notice(.info, "The suite checks a file: there is no connection."))]
        }
        let sql = "SELECT * FROM \(opened.report.table)\nWHERE \(predicate);\n"
        return [.open(.statement(connection: connection, sql: sql))]
    }

    private static func nextFailed(_ state: inout QualityDesk.State, _ height: Int) {
        let count = state.order.count
        for step in stride(from: 1, through: count, by: 1) {
            let place = (state.table.cursor + step) % count
            let row = state.shown.rows[state.order[place]]
            if case .number(let rank)? = row.first?.key, rank > 0 {
                return state.table.move(to: place, count: count, height: height)
            }
        }
    }

    static func back(
        _ state: inout QualityDesk.State, _ context: PaneContext
    ) -> QualityDesk.Requests? {
        guard !state.views.isEmpty else { return nil }
        state.views.removeLast()
        show(&state, context)
        return state.views.isEmpty ? [.perform(.list)] : []
    }

    /// Builds the table of the view in sight.
    static func show(_ state: inout QualityDesk.State, _ context: PaneContext) {
        sortRows(&state)
        settle(&state, context.size)
    }

    private static func table(_ state: QualityDesk.State, _ charset: Charset) -> QualityTable {
        switch state.views.last {
        case .results:
            state.opened.map { .results($0.report, charset) } ?? QualityTable()
        case .history:
            state.opened.map { .history($0.suite.history, charset) } ?? QualityTable()
        case .rows: state.failing.map { .rows($0) } ?? QualityTable()
        case nil: .suites(state.suites, charset)
        }
    }

    static func sortRows(_ state: inout QualityDesk.State) {
        state.shown = table(state, .unicode)
        state.order = state.shown.order(state.table)
    }

    static func settle(_ state: inout QualityDesk.State, _ size: Size?) {
        state.table.settle(count: state.order.count, height: height(size))
    }

    private static func height(_ size: Size?) -> Int { max(1, (size?.height ?? 21) - 1) }

    // MARK: Draw

    static func caption(_ state: QualityDesk.State) -> PaneCaption {
        let footer = state.work ?? state.table.footer(count: state.order.count)
        guard let view = state.views.last, let opened = state.opened else {
            return PaneCaption("Quality", footer: footer)
        }
        return PaneCaption("Quality: \(opened.suite.name), \(view.title)", footer: footer)
    }

    static func draw(
        _ state: QualityDesk.State, in area: Rect, _ context: PaneContext, on grid: inout Grid
    ) {
        let shown = grid.charset == .unicode ? state.shown : table(state, grid.charset)
        shown.draw(
            state.order, state.table, waiting: state.work, in: area,
            isFocused: context.isFocused, on: &grid)
    }
}
