public import Domain
import GraphPicture
public import PaneKit
import Screen

/// The tasks of a run as a graph, drawn left to right or top to bottom, live.
public enum GraphPane {
    public struct State: Sendable {
        /// Geometry of the graph shown; nil until it has been laid out.
        public internal(set) var drawing: GraphDrawing?
        /// What was asked to be laid out last; an answer to another request is dropped.
        var request: GraphRequest?
        /// The node that the cursor stands on.
        public internal(set) var cursor: GraphNodeID?
        /// The cursor goes where something happens, until the user moves it.
        public internal(set) var isFollowing = true
        /// A task that the cursor goes to as soon as it is drawn.
        var awaitedTask: TaskID?
        /// How the tasks are shown.
        public internal(set) var view = ViewKind.graph
        /// The chain of tasks that decided when the run ended; empty while it goes on.
        var criticalPath: [TaskID] = []
        var showsCriticalPath = true
        var showsMiniMap = true
        var mapCorner = MapCorner.bottomRight
        /// The rows of the timeline and the grid, and what both they and the graph filter by.
        var list = TaskList()
        /// Filter and cursor when a filter came to be typed: what Esc brings back.
        var filterBefore = ""
        var cursorBefore: GraphNodeID?
        /// What was read for the grid view.
        var grid: RunGrid?
        /// Attempts of tasks that have several, as far as they have been read.
        var attempts: [TaskID: [AttemptRow]] = [:]
        var attemptsRun: RunID?
        /// Cell of the drawing at the pane's upper left corner.
        var origin = Point(x: 0, y: 0)
        var options = GraphOptions()
        /// Room for the drawing when last drawn.
        var size = Size(width: 0, height: 0)
        var lastSearch = ""
        var serial = 0

        /// Tasks as a graph, over time, or over the recent runs.
        public enum ViewKind: String, Sendable { case graph, timeline, grid }

        /// The task under the cursor; nil on a folded group.
        public var cursorTask: TaskID? {
            if case .task(let task) = cursor { return task }
            return nil
        }
    }

    public enum Action: String, NamedAction {
        case parent = "go-parent"
        case child = "go-child"
        case nextSibling = "go-next-sibling"
        case previousSibling = "go-previous-sibling"
        case first = "first-task"
        case last = "last-task"
        case openLog = "open-log"
        case follow = "follow-activity"
        case nextFailed = "next-failed-task"
        case previousFailed = "previous-failed-task"
        case previousRun = "previous-run"
        case nextRun = "next-run"
        case fold = "fold-group"
        case foldAll = "fold-all-groups"
        case centre = "centre-task"
        case panLeft = "pan-left"
        case panRight = "pan-right"
        case panUp = "pan-up"
        case panDown = "pan-down"
        case timeline
        case grid = "recent-runs"
        case focus = "focus-task"
        case moreHops = "more-hops"
        case fewerHops = "fewer-hops"
        case upstream = "only-upstream"
        case downstream = "only-downstream"
        case criticalPath = "critical-path"
        case miniMap = "mini-map"
        case density = "change-density"
        case direction = "turn-graph"
        case trigger = "trigger-pipeline"
        case cancel = "cancel-task"
        case clear = "clear-task"
        case mark = "mark-task"
        case search = "find-task"
        case nextHit = "next-found-task"
        case previousHit = "previous-found-task"
        case copy = "copy-task-id"
        case pageDown = "graph-page-down"
        case pageUp = "graph-page-up"
        case halfPageDown = "graph-half-page-down"
        case halfPageUp = "graph-half-page-up"
        case filter = "filter-tasks"
    }

    public static let keymap = Keymap<Action>([
        Binding(["h", "left"], .parent, "what it needs"),
        Binding(["l", "right"], .child, "what needs it"),
        Binding(["j", "down"], .nextSibling, "task below"),
        Binding(["k", "up"], .previousSibling, "task above"),
        Binding(["g g", "home"], .first, "first task"),
        Binding(["G", "end"], .last, "last task"),
        Binding(["pgdn", "^f"], .pageDown, "page down"),
        Binding(["pgup", "^b"], .pageUp, "page up"),
        Binding(["^d"], .halfPageDown, "half a page down"),
        Binding(["^u"], .halfPageUp, "half a page up"),
        Binding(["enter"], .openLog, "log", inKeyBar: true),
        Binding(["F"], .follow, "follow what happens", inKeyBar: true),
        Binding(["e"], .nextFailed, "next failed", inKeyBar: true),
        Binding(["E"], .previousFailed, "previous failed"),
        Binding(["["], .previousRun, "run before"),
        Binding(["]"], .nextRun, "run after"),
        Binding(["space"], .fold, "fold group", inKeyBar: true),
        Binding(["*"], .foldAll, "fold or unfold all"),
        Binding(["c"], .centre, "centre"),
        Binding(["shift-left", "H"], .panLeft, "pan left"),
        Binding(["shift-right", "L"], .panRight, "pan right"),
        Binding(["shift-up", "K"], .panUp, "pan up"),
        Binding(["shift-down", "J"], .panDown, "pan down"),
        Binding(["t"], .timeline, "over time", inKeyBar: true),
        Binding(["r"], .grid, "recent runs", inKeyBar: true),
        Binding(["f"], .focus, "neighbours only", inKeyBar: true),
        Binding([">"], .moreHops, "one hop more"),
        Binding(["<"], .fewerHops, "one hop less"),
        Binding(["U"], .upstream, "only upstream"),
        Binding(["D"], .downstream, "only downstream"),
        Binding(["p"], .criticalPath, "critical path on/off"),
        Binding(["w"], .miniMap, "mini-map on/off"),
        Binding(["v"], .density, "boxes, lines or cells"),
        Binding(["o"], .direction, "left-right or top-down"),
        Binding(["T"], .trigger, "trigger", inKeyBar: true),
        Binding(["x"], .cancel, "cancel task", inKeyBar: true),
        Binding(["C"], .clear, "run again", inKeyBar: true),
        Binding(["M"], .mark, "mark success, failed or skipped"),
        Binding(["&"], .filter, "filter tasks (! inverts)"),
        Binding(["/"], .search, "find task"),
        Binding(["n"], .nextHit, "next found"),
        Binding(["N"], .previousHit, "previous found"),
        Binding(["y"], .copy, "copy task id"),
    ])

    static let name: PaneName = "graph"
    static let findPrompt = "find-task"
    static let filterPrompt = "filter-tasks"

    static let pane = Pane<Monitor.State, Monitor.Effect>(
        name, digit: "1", title: "Graph", keymap: keymap,
        update: { state, action, _ in
            let requests = update(&state, action)
            return requests + Monitor.settleTask(&state).requested()
        },
        draw: { state, area, context, grid in
            draw(state, in: area, context, on: &grid)
            return nil
        },
        caption: caption,
        mouse: { state, event, context in
            switch event.action {
            case .press(.left):
                return click(&state, event.at, context)
            case .wheelDown: return wheel(&state, rows: 3)
            case .wheelUp: return wheel(&state, rows: -3)
            case .wheelRight: pan(&state.graph, columns: 6, rows: 0)
            case .wheelLeft: pan(&state.graph, columns: -6, rows: 0)
            default: break
            }
            return []
        },
        resized: { state, size, _ in
            resize(&state.graph, to: size)
            return []
        },
        back: { state, _ in
            if !state.graph.list.filter.isEmpty {
                setFilter(&state.graph, "", state.model)
                return []
            }
            if state.graph.view != .graph {
                state.graph.view = .graph
                return Monitor.settleTask(&state).requested()
            }
            guard state.graph.options.focus != nil else { return nil }
            return leaveFocus(&state.graph, state.model).requested()
        })

    private static func click(
        _ monitor: inout Monitor.State, _ place: Point, _ context: PaneContext
    ) -> Monitor.Requests {
        guard monitor.graph.view == .graph else {
            guard let size = context.size else { return [] }
            if let row = row(at: place, monitor.graph, monitor.model, size) {
                Self.place(&monitor.graph, monitor.model, onRow: row)
            }
            guard monitor.graph.view == .grid,
                let run = RunGridView.run(at: place, monitor, width: size.width),
                let pipeline = monitor.model.pipeline
            else { return Monitor.settleTask(&monitor).requested() }
            let task = monitor.graph.cursorTask
            let requests = Monitor.goTo(&monitor, .run(run, of: pipeline))
            (monitor.graph.awaitedTask, monitor.graph.isFollowing) = (task, task == nil)
            return requests + Monitor.settleTask(&monitor).requested()
        }
        guard moveCursor(&monitor.graph, to: place) else { return [] }
        return Monitor.settleTask(&monitor).requested()
    }

    /// Scrolls the graph; in the lists it moves the cursor.
    private static func wheel(_ monitor: inout Monitor.State, rows: Int) -> Monitor.Requests {
        guard monitor.graph.view != .graph else {
            pan(&monitor.graph, columns: 0, rows: rows)
            return []
        }
        moveInList(&monitor.graph, monitor.model, step: rows)
        return Monitor.settleTask(&monitor).requested()
    }

    static func update(_ monitor: inout Monitor.State, _ action: Action) -> Monitor.Requests {
        let model = monitor.model
        switch action {
        case .openLog:
            if case .group = monitor.graph.cursor { break }
            // The log must be that of the cursor's task before it is shown.
            return Monitor.settleTask(&monitor).requested() + [.focus(LogPane.name)]
        case .previousRun: return otherRun(&monitor, -1)
        case .nextRun: return otherRun(&monitor, 1)
        case .parent where monitor.graph.view == .grid: return otherRun(&monitor, -1)
        case .child where monitor.graph.view == .grid: return otherRun(&monitor, 1)
        case .trigger: return model.pipeline.map { Monitor.trigger(&monitor, $0) } ?? []
        case .cancel: return monitor.graph.cursorTask.map { Monitor.cancelTask(monitor, $0) } ?? []
        case .clear: return Monitor.clear(monitor, withDependents(monitor.graph, model))
        case .mark: return monitor.graph.cursorTask.map { Monitor.askToMark(monitor, $0) } ?? []
        case .search: return [.prompt(Prompt(findPrompt, sign: "/"))]
        case .filter:
            let text = monitor.graph.list.filter.text
            (monitor.graph.filterBefore, monitor.graph.cursorBefore) = (text, monitor.graph.cursor)
            return [.prompt(Prompt(filterPrompt, sign: "&", text: text, isLive: true))]
        case .copy: return monitor.graph.cursor.map { [.copy($0.text)] } ?? []
        default: break
        }
        return update(&monitor.graph, action, model).requested()
    }

    /// Another run of the pipeline; in the grid the task stays the same.
    private static func otherRun(_ monitor: inout Monitor.State, _ step: Int) -> Monitor.Requests {
        let task = monitor.graph.cursorTask
        let requests = Monitor.otherRun(&monitor, step)
        if monitor.graph.view == .grid, let task {
            (monitor.graph.awaitedTask, monitor.graph.isFollowing) = (task, false)
        }
        return requests
    }

    /// What moves the cursor, or changes how the graph is drawn.
    private static func update(
        _ state: inout State, _ action: Action, _ model: Model
    ) -> [Effect] {
        switch action {
        case .nextSibling where state.view != .graph: moveInList(&state, model, step: 1)
        case .previousSibling where state.view != .graph: moveInList(&state, model, step: -1)
        case .first where state.view != .graph: place(&state, model, onRow: 0)
        case .last where state.view != .graph: place(&state, model, onRow: model.tasks.count - 1)
        case .pageDown: page(&state, model, state.size.height - 2)
        case .pageUp: page(&state, model, 2 - state.size.height)
        case .halfPageDown: page(&state, model, state.size.height / 2)
        case .halfPageUp: page(&state, model, -state.size.height / 2)
        case .timeline:
            state.view = state.view == .timeline ? .graph : .timeline
            return loadForView(&state, model)
        case .grid:
            state.view = state.view == .grid ? .graph : .grid
            return loadForView(&state, model)
        case .focus: return toggleFocus(&state, .hops(1), model)
        case .moreHops: return changeHops(&state, by: 1, model)
        case .fewerHops: return changeHops(&state, by: -1, model)
        case .upstream: return toggleFocus(&state, .upstream, model)
        case .downstream: return toggleFocus(&state, .downstream, model)
        case .criticalPath: state.showsCriticalPath.toggle()
        case .miniMap:
            state.showsMiniMap.toggle()
            settleMiniMap(&state)
        case .parent: move(&state, .parent)
        case .child: move(&state, .child)
        case .nextSibling: move(&state, .nextSibling)
        case .previousSibling: move(&state, .previousSibling)
        case .first: state.drawing.flatMap(\.nodes.first).map { place(&state, on: $0) }
        case .last: state.drawing.flatMap(\.nodes.last).map { place(&state, on: $0) }
        case .follow: state.isFollowing.toggle()
        case .nextFailed: moveToFailed(&state, model, step: 1)
        case .previousFailed: moveToFailed(&state, model, step: -1)
        case .fold, .openLog: return toggleFold(&state, model)
        case .foldAll:
            let groups = Set(model.tasks.compactMap(\.group))
            state.options.folded = state.options.folded.isEmpty ? groups : []
            return show(&state, model)
        case .centre: centre(&state)
        case .panLeft: pan(&state, columns: -state.size.width / 3, rows: 0)
        case .panRight: pan(&state, columns: state.size.width / 3, rows: 0)
        case .panUp: pan(&state, columns: 0, rows: -state.size.height / 3)
        case .panDown: pan(&state, columns: 0, rows: state.size.height / 3)
        case .density:
            state.options.density = state.options.density.next
            return show(&state, model)
        case .direction:
            state.options.direction = state.options.direction.other
            return show(&state, model)
        case .nextHit: _ = find(&state, state.lastSearch, model, step: 1)
        case .previousHit: _ = find(&state, state.lastSearch, model, step: -1)
        case .previousRun, .nextRun, .trigger, .cancel, .clear, .mark, .search, .filter, .copy:
            break
        }
        return []
    }

    /// Pans the graph by rows; in the lists it moves the cursor by as many.
    private static func page(_ state: inout State, _ model: Model, _ rows: Int) {
        guard state.view != .graph else { return pan(&state, columns: 0, rows: rows) }
        moveInList(&state, model, step: rows)
    }

    /// The task under the cursor and everything that needs it.
    private static func withDependents(_ state: State, _ model: Model) -> [TaskID] {
        guard let task = state.cursorTask, model.run != nil else { return [] }
        var cleared: Set<TaskID> = [task]
        for row in model.detail?.downstreamOrder ?? []
        where row.needs.contains(where: cleared.contains) {
            cleared.insert(row.id)
        }
        return model.tasks.map(\.id).filter(cleared.contains)
    }

    private static func toggleFold(_ state: inout State, _ model: Model) -> [Effect] {
        let group: GroupID?
        switch state.cursor {
        case .group(let id, _): group = id
        case .task(let id): group = model.task(id)?.group
        case nil: group = nil
        }
        guard let group else { return [] }
        if state.options.folded.remove(group) != nil {
            let first = model.tasks.first { $0.group == group }
            state.cursor = first.map { .task($0.id) }
        } else {
            state.options.folded.insert(group)
            state.cursor = .group(group, part: 0)
        }
        state.isFollowing = false
        return show(&state, model)
    }
}
