public import Domain
public import PaneKit

/// What is going on: the list of runs, the graph of the selected one, the log of its selected task.
///
/// The graph follows the cursor of the list, and the log follows the cursor of the graph.
public enum Monitor: PaneModule {
    /// What the three panes show.
    public struct State: Sendable {
        public internal(set) var model = Model()
        public internal(set) var runs = RunsPane.State()
        public internal(set) var graph = GraphPane.State()
        public internal(set) var log = LogPane.State()
        /// The tasks of all pipelines by name, as of when the palette was last opened.
        var outlines: [PipelineOutline] = []
        /// Loads that are under way.
        var loads = LoadTracker<Effect>()

        public init() {}
    }

    public static let panes: [Pane<State, Effect>] = [RunsPane.pane, GraphPane.pane, LogPane.pane]

    public static func start(_ state: inout State, _ context: PaneContext) -> Requests {
        state.loads.begin(.loadPipelines).requested()
    }

    public static func storeAdvanced(_ state: inout State, _ context: PaneContext) -> Requests {
        (state.loads.begin(.loadPipelines) + loadRun(&state)).requested()
    }

    public static func failed(
        _ state: inout State, _ effect: Effect, problem: String, _ context: PaneContext
    ) -> Requests {
        state.loads.fail(effect)
        switch effect {
        case .loadLog(let request): LogPane.giveUp(&state.log, .single(request))
        case .loadMergedLog(let request): LogPane.giveUp(&state.log, .merged(request))
        case .searchLog, .searchMergedLog: LogPane.giveUpSearch(&state.log)
        default: break
        }
        return []
    }

    public static func isTicking(_ state: State) -> Bool {
        state.model.detail?.run.state == .running || !state.model.running.isEmpty
    }

    public static func summary(_ state: State) -> String {
        let running = state.model.running.count
        return running == 0 ? "" : running == 1 ? "1 run going" : "\(running) runs going"
    }

    public static func unfinishedWork(_ state: State) -> String? {
        let running = state.model.running
        guard let first = running.first else { return nil }
        return running.count == 1
            ? "\(first.pipeline) is still running" : "\(running.count) runs are going on"
    }

    public static func interrupt(_ state: inout State, _ context: PaneContext) -> Requests? {
        guard let run = state.model.detail?.run, !run.state.isSettled else { return nil }
        return [.confirm("Cancel \(run.id) of \(run.pipeline)?", [.cancelRun(run.id)])]
    }

    /// Pipeline, run, task and attempt, as far as the focus has gone down.
    public static func crumbs(
        _ state: State, in pane: PaneName, _ context: PaneContext
    ) -> [String] {
        guard let pipeline = state.model.pipeline else { return [] }
        var crumbs = [pipeline.name]
        if let run = state.model.run { crumbs.append(RunText.shortName(run, context.clock)) }
        if pane != RunsPane.name, let task = state.graph.cursorTask { crumbs.append(task.name) }
        if pane == LogPane.name, let attempt = state.log.attempt, state.log.attempts.count > 1 {
            let isInstance = attempt.id.task != state.log.task?.task
            crumbs.append(isInstance ? attempt.id.task.name : "attempt \(attempt.id.number)")
        }
        return crumbs
    }
}

/// What several panes show parts of.
public struct Model: Sendable {
    public internal(set) var pipelines: [PipelineRow] = [] {
        didSet {
            running = pipelines.flatMap { $0.recentRuns.filter { $0.state == .running } }
        }
    }
    /// The runs of `pipelines` that go on.
    private(set) var running: [RunRow] = []
    /// Pipeline files that are still to be read; nil before the first answer.
    public internal(set) var unreadFiles: Int?
    /// Runs asked for of pipelines that are still to be read.
    var awaitedTriggers: [AwaitedTrigger] = []
    /// The pipeline and run that graph and log are about.
    public internal(set) var pipeline: PipelineName?
    public internal(set) var run: RunID?
    /// The run's row and tasks once they are loaded; its id equals `run`.
    public internal(set) var detail: RunDetail?
    /// A run made a moment ago that the cursor goes to once it is in the list.
    var awaitedRun: RunID?
    /// Tasks of `pipeline` while it has no run.
    public internal(set) var structure: [TaskRow] = []

    /// The tasks to draw: the run's, or the pipeline's where there is no run.
    var tasks: [TaskRow] { run == nil ? structure : detail?.tasks ?? [] }

    /// Whether `tasks` are those of the run, or of the pipeline that has none.
    var isLoaded: Bool { run == nil ? !structure.isEmpty : detail != nil }

    var pipelineRow: PipelineRow? { pipelines.first { $0.name == pipeline } }

    /// Where each task stands in `tasks`, as of when that list last changed its shape.
    private var places: [TaskID: Int] = [:]

    /// Takes note of which tasks there are; O(tasks).
    mutating func indexTasks() {
        places = Dictionary(
            tasks.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// What a task waits for, where its note does not say it. When it is tried again is told otherwise.
    func waiting(_ task: TaskRow) -> String? {
        task.state == .upForRetry
            ? nil : task.waitingFor(in: detail?.run.state) { self.task($0) }
    }

    func task(_ id: TaskID) -> TaskRow? {
        let tasks = tasks
        guard let place = places[id], tasks.indices.contains(place), tasks[place].id == id else {
            return nil
        }
        return tasks[place]
    }
}
