public import Domain

/// Pipelines, and under each its runs, newest first.
public enum RunsPane {
    public struct State: Hashable, Sendable {
        /// What the cursor stands on; it stays there while rows come and go around it.
        public internal(set) var cursor: Row.ID?
        public internal(set) var expanded: Set<PipelineName> = []
        /// Index of the first row in sight.
        var top = 0
        /// Rows in sight when last drawn into; for paging.
        var pageHeight = 10
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
        case nextProblem = "next-problem"
        case previousProblem = "previous-problem"
        case copy = "copy-run-id"
    }

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
        Binding(["e"], .nextProblem, "next failed run"),
        Binding(["E"], .previousProblem, "previous failed run"),
        Binding(["y"], .copy, "copy run id"),
    ])

    /// The lines of the list, in order.
    static func rows(_ state: State, _ model: Model) -> [Row] {
        model.pipelines.flatMap { pipeline -> [Row] in
            let isExpanded = state.expanded.contains(pipeline.name)
            let head = Row.pipeline(pipeline, isExpanded: isExpanded)
            return isExpanded ? [head] + pipeline.recentRuns.map(Row.run) : [head]
        }
    }

    /// Puts the cursor on a row that exists, as near as can be to where it was.
    static func settle(_ state: inout State, _ model: Model) {
        let rows = rows(state, model)
        if state.cursor == nil || !rows.contains(where: { $0.id == state.cursor }) {
            if case .run(_, let pipeline) = state.cursor {
                state.cursor = .pipeline(pipeline)
            }
            if !rows.contains(where: { $0.id == state.cursor }) { state.cursor = rows.first?.id }
        }
    }

    static func update(_ state: inout State, _ action: Action, _ model: Model) -> RunsOutcome {
        let rows = rows(state, model)
        guard let index = rows.firstIndex(where: { $0.id == state.cursor }) else { return .none }
        func move(to target: Int) {
            state.cursor = rows[min(max(0, target), rows.count - 1)].id
        }
        switch action {
        case .next: move(to: index + 1)
        case .previous: move(to: index - 1)
        case .first: move(to: 0)
        case .last: move(to: rows.count - 1)
        case .pageDown: move(to: index + max(1, state.pageHeight - 1))
        case .pageUp: move(to: index - max(1, state.pageHeight - 1))
        case .halfPageDown: move(to: index + max(1, state.pageHeight / 2))
        case .halfPageUp: move(to: index - max(1, state.pageHeight / 2))
        case .nextProblem:
            if let found = rows.indices.first(where: { $0 > index && rows[$0].isProblem }) {
                move(to: found)
            }
        case .previousProblem:
            if let found = rows.indices.last(where: { $0 < index && rows[$0].isProblem }) {
                move(to: found)
            }
        case .expand, .collapse, .open:
            return fold(&state, action, rows[index])
        case .trigger: return .trigger(rows[index].pipeline)
        case .cancel: return rows[index].run(in: model).map { .cancel($0) } ?? .none
        case .rerunFailed: return rows[index].run(in: model).map { .rerunFailed($0) } ?? .none
        case .pause: return .pause(rows[index].pipeline)
        case .copy:
            return .copy(rows[index].run(in: model)?.id.name ?? rows[index].pipeline.name)
        }
        return .none
    }

    private static func fold(_ state: inout State, _ action: Action, _ row: Row) -> RunsOutcome {
        switch (action, row) {
        case (.open, _): return .open
        case (.expand, .pipeline(let pipeline, _)): state.expanded.insert(pipeline.name)
        case (.collapse, _):
            state.expanded.remove(row.pipeline)
            state.cursor = .pipeline(row.pipeline)
        default: return .open
        }
        return .none
    }
}

/// What an action in the list of runs asks of the workbench.
enum RunsOutcome: Hashable, Sendable {
    case none
    case open
    case trigger(PipelineName)
    case cancel(RunRow)
    case rerunFailed(RunRow)
    case pause(PipelineName)
    case copy(String)
}

extension RunsPane.Row {
    var pipeline: PipelineName {
        switch self {
        case .pipeline(let row, _): row.name
        case .run(let row): row.pipeline
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
