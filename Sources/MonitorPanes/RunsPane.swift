public import Domain
public import PaneKit
import Screen

/// Pipelines, and under each its runs, newest first.
public enum RunsPane {
    public struct State: Hashable, Sendable {
        /// What the cursor stands on; it stays there while rows come and go around it.
        public internal(set) var cursor: Row.ID?
        public internal(set) var expanded: Set<PipelineName> = []
        /// Index of the first row in sight.
        var top = 0
        /// Only rows that hold this text are shown; after `!`, those that do not.
        public internal(set) var filter = ""
        var lastSearch = ""
        /// Filter and cursor when a filter came to be typed: what Esc brings back.
        var beforeFilter = Kept()
        /// Rows in sight when last drawn into; for paging.
        var pageHeight = 10
    }

    /// What a list was like before it was filtered.
    struct Kept: Hashable, Sendable {
        var filter = ""
        var cursor: Row.ID?
    }

    /// One line of the list.
    public enum Row: Hashable, Sendable {
        case pipeline(PipelineRow, isExpanded: Bool)
        case run(RunRow)

        public enum ID: Hashable, Sendable {
            case pipeline(PipelineName)
            case run(RunID, of: PipelineName)
        }

        var id: ID {
            switch self {
            case .pipeline(let row, _): .pipeline(row.name)
            case .run(let row): .run(row.id, of: row.pipeline)
            }
        }
    }

    public enum Action: String, NamedAction {
        case next = "next-row"
        case previous = "previous-row"
        case first = "first-row"
        case last = "last-row"
        case pageDown = "page-down"
        case pageUp = "page-up"
        case halfPageDown = "half-page-down"
        case halfPageUp = "half-page-up"
        case open = "open-run"
        case expand
        case collapse
        case trigger
        case cancel = "cancel-run"
        case rerunFailed = "rerun-failed"
        case pause = "pause-pipeline"
        case backfill = "backfill-pipeline"
        case undo = "undo-act"
        case profile = "profile-run"
        case nextProblem = "next-problem"
        case previousProblem = "previous-problem"
        case filter = "filter-runs"
        case search = "find-run"
        case nextHit = "next-found-run"
        case previousHit = "previous-found-run"
        case copy = "copy-run-id"
    }

    static let name: PaneName = "runs"
    static let filterPrompt = "filter-runs"
    static let findPrompt = "find-run"

    static let pane = Pane<Monitor.State, Monitor.Effect>(
        name, digit: "0", title: "Runs", keymap: keymap,
        update: { state, action, _ in update(&state, action) },
        draw: { state, area, context, grid in
            draw(state, in: area, context, on: &grid)
            return nil
        },
        caption: { state, _ in
            let filter = state.runs.filter
            let unread = state.model.unreadFiles ?? 0
            let parts = [
                filter.isEmpty ? nil : "only &" + filter,
                unread > 0 ? "\(unread) file\(unread == 1 ? "" : "s") to read" : nil,
            ]
            return PaneCaption("Runs", footer: parts.compactMap(\.self).joined(separator: " · "))
        },
        mouse: { state, event, _ in
            switch event.action {
            case .press(.left): moveCursor(&state.runs, state.model, toVisibleRow: event.at.y)
            case .wheelDown: moveCursor(&state.runs, state.model, by: 3)
            case .wheelUp: moveCursor(&state.runs, state.model, by: -3)
            default: return []
            }
            return Monitor.followCursor(&state).requested()
        },
        resized: { state, size, _ in
            state.runs.pageHeight = size.height
            return []
        },
        back: { state, _ in
            guard !state.runs.filter.isEmpty else { return nil }
            setFilter(&state.runs, "", state.model)
            return Monitor.followCursor(&state).requested()
        })

    public static let keymap = Keymap<Action>([
        Binding(["j", "down"], .next, "next"),
        Binding(["k", "up"], .previous, "previous"),
        Binding(["g g", "home"], .first, "first"),
        Binding(["G", "end"], .last, "last"),
        Binding(["pgdn", "^f"], .pageDown, "page down"),
        Binding(["pgup", "^b"], .pageUp, "page up"),
        Binding(["^d"], .halfPageDown, "half a page down"),
        Binding(["^u"], .halfPageUp, "half a page up"),
        Binding(["enter"], .open, "open", inKeyBar: true),
        Binding(["l", "right"], .expand, "show runs"),
        Binding(["h", "left"], .collapse, "hide runs"),
        Binding(["T"], .trigger, "trigger", inKeyBar: true),
        Binding(["x"], .cancel, "cancel", inKeyBar: true),
        Binding(["C"], .rerunFailed, "re-run failed", inKeyBar: true),
        Binding(["P"], .pause, "pause", inKeyBar: true),
        Binding(["B"], .backfill, "backfill"),
        Binding(["U"], .undo, "take back what you did last"),
        Binding(["p"], .profile, "where its time went", inKeyBar: true),
        Binding(["e"], .nextProblem, "next failed run"),
        Binding(["E"], .previousProblem, "previous failed run"),
        Binding(["&"], .filter, "filter (! inverts)"),
        Binding(["/"], .search, "find"),
        Binding(["n"], .nextHit, "next found"),
        Binding(["N"], .previousHit, "previous found"),
        Binding(["y"], .copy, "copy run id"),
    ])

    /// The lines of the list, in order.
    static func rows(_ state: State, _ model: Model) -> [Row] {
        let filter = TextFilter(state.filter)
        return model.pipelines.flatMap { pipeline -> [Row] in
            let isExpanded = state.expanded.contains(pipeline.name)
            let head = Row.pipeline(pipeline, isExpanded: isExpanded)
            var runs = isExpanded ? pipeline.recentRuns.map(Row.run) : []
            if !filter.passes(pipeline.name.name) {
                runs.removeAll { !filter.passes($0.words) }
                if runs.isEmpty { return [] }
            }
            return [head] + runs
        }
    }

    /// Goes to the next row that holds `text`, or the one before; false where there is none.
    static func find(_ state: inout State, _ text: String, _ model: Model, step: Int) -> Bool {
        state.lastSearch = text
        let rows = rows(state, model)
        let current = rows.firstIndex { $0.id == state.cursor } ?? -1
        let wanted = TextFilter(text)
        let hits = rows.indices.filter { wanted.passes(rows[$0].words) }
        let next =
            step > 0
            ? hits.first { $0 > current } ?? hits.first : hits.last { $0 < current } ?? hits.last
        guard let next, !text.isEmpty else { return false }
        state.cursor = rows[next].id
        return true
    }

    /// Shows only the rows that hold `text`; none is shown where none does.
    ///
    /// The cursor stays on its row where that is shown; where none was, it goes back to where it
    /// stood before the filter.
    static func setFilter(_ state: inout State, _ text: String, _ model: Model) {
        state.filter = text
        if state.cursor == nil { state.cursor = state.beforeFilter.cursor }
        settle(&state, model)
    }

    /// What becomes of the list while a filter is typed, and after it.
    static func typeFilter(_ state: inout State, _ event: PromptEvent, _ model: Model) {
        let before = state.beforeFilter
        state.cursor = before.cursor
        switch event {
        case .changed(let text), .accepted(let text): setFilter(&state, text, model)
        case .dismissed: setFilter(&state, before.filter, model)
        }
    }

    /// Puts the cursor on a row that exists, as near as can be to where it was: row `place` of what
    /// the list was before.
    static func settle(_ state: inout State, _ model: Model, near place: Int = 0) {
        let rows = rows(state, model)
        if state.cursor == nil || !rows.contains(where: { $0.id == state.cursor }) {
            if case .run(_, let pipeline) = state.cursor {
                state.cursor = .pipeline(pipeline)
            }
            if !rows.contains(where: { $0.id == state.cursor }) {
                state.cursor = rows.isEmpty ? nil : rows[min(place, rows.count - 1)].id
            }
        }
    }

    static func update(_ monitor: inout Monitor.State, _ action: Action) -> Monitor.Requests {
        switch action {
        case .filter:
            let filter = monitor.runs.filter
            monitor.runs.beforeFilter = Kept(filter: filter, cursor: monitor.runs.cursor)
            return [.prompt(Prompt(filterPrompt, sign: "&", text: filter, isLive: true))]
        case .search: return [.prompt(Prompt(findPrompt, sign: "/"))]
        case .nextHit, .previousHit:
            let step = action == .nextHit ? 1 : -1
            _ = find(&monitor.runs, monitor.runs.lastSearch, monitor.model, step: step)
            return Monitor.followCursor(&monitor).requested()
        default: break
        }
        let rows = rows(monitor.runs, monitor.model)
        guard let index = rows.firstIndex(where: { $0.id == monitor.runs.cursor }) else {
            return []
        }
        let row = rows[index]
        let page = monitor.runs.pageHeight
        func move(to target: Int) {
            monitor.runs.cursor = rows[min(max(0, target), rows.count - 1)].id
        }
        switch action {
        case .next: move(to: index + 1)
        case .previous: move(to: index - 1)
        case .first: move(to: 0)
        case .last: move(to: rows.count - 1)
        case .pageDown: move(to: index + max(1, page - 1))
        case .pageUp: move(to: index - max(1, page - 1))
        case .halfPageDown: move(to: index + max(1, page / 2))
        case .halfPageUp: move(to: index - max(1, page / 2))
        case .nextProblem:
            if let found = rows.indices.first(where: { $0 > index && rows[$0].isProblem }) {
                move(to: found)
            }
        case .previousProblem:
            if let found = rows.indices.last(where: { $0 < index && rows[$0].isProblem }) {
                move(to: found)
            }
        case .expand:
            guard case .pipeline = row else { return [.focus(GraphPane.name)] }
            monitor.runs.expanded.insert(row.pipeline)
        case .collapse:
            monitor.runs.expanded.remove(row.pipeline)
            monitor.runs.cursor = .pipeline(row.pipeline)
        case .open:
            return Monitor.followCursor(&monitor).requested() + [.focus(GraphPane.name)]
        case .trigger: return Monitor.trigger(&monitor, row.pipeline)
        case .cancel: return row.run(in: monitor.model).map(Monitor.cancel) ?? []
        case .rerunFailed: return row.run(in: monitor.model).map(Monitor.rerunFailed) ?? []
        case .pause: return Monitor.togglePause(monitor, row.pipeline)
        case .backfill: return Monitor.askToBackfill(monitor, row.pipeline)
        case .undo: return [.perform(.findLastAct)]
        case .profile:
            guard let run = row.run(in: monitor.model) else {
                return Monitor.say("\(row.pipeline) has no run yet.")
            }
            return [.open(.runProfile(run.id))]
        case .filter, .search, .nextHit, .previousHit: return []
        case .copy:
            return [.copy(row.run(in: monitor.model)?.id.name ?? row.pipeline.name)]
        }
        return Monitor.followCursor(&monitor).requested()
    }
}

extension RunsPane.Row {
    var pipeline: PipelineName {
        switch self {
        case .pipeline(let row, _): row.name
        case .run(let row): row.pipeline
        }
    }

    /// What the row says, for filters and searches.
    var words: String {
        switch self {
        case .pipeline(let row, _): row.name.name
        case .run(let row): "\(row.pipeline) \(row.id) \(row.state.rawValue)"
        }
    }

    var isProblem: Bool {
        switch self {
        case .pipeline(let row, let isExpanded):
            !row.problems.isEmpty || (!isExpanded && row.recentRuns.first?.state == .failed)
        case .run(let row): row.state == .failed
        }
    }

    /// The run that the row stands for: itself, or the newest of its pipeline.
    func run(in model: Model) -> RunRow? {
        switch self {
        case .pipeline(let row, _): row.recentRuns.first
        case .run(let row): row
        }
    }
}
