public import Domain
public import Screen

/// Everything the workbench knows and shows; ``Workbench/update(_:_:)`` alone changes it.
public struct WorkbenchState: Sendable {
    public internal(set) var size: Size
    public internal(set) var clock: LocalClock
    /// Name of the folder that is open, for the title bar.
    public internal(set) var workspaceName: String
    public internal(set) var model = Model()
    public internal(set) var runs = RunsPane.State()
    public internal(set) var graph = GraphPane.State()
    public internal(set) var log = LogPane.State()
    public internal(set) var focus = PaneID.runs
    /// The focused pane fills the screen.
    public internal(set) var isZoomed = false
    public internal(set) var overlay: Overlay?
    /// Keys of a sequence that is not complete yet.
    public internal(set) var pendingKeys: [Key] = []
    public internal(set) var notices = NoticeHistory()
    public internal(set) var alarm: String?
    public internal(set) var commandHistory: [String] = []
    /// Themes that the `theme` command can choose.
    public internal(set) var themeNames: [String] = []
    /// Whether seconds are being counted on screen.
    var isTicking = false
    /// When ^C was last pressed with nothing to cancel.
    var lastInterrupt: Instant?
    /// Loads that are under way, so that a burst of changes asks once more, not once each.
    var loads = LoadTracker()

    /// The time of day as of the last message.
    public var now: Instant { clock.now }

    public init(
        size: Size, clock: LocalClock, workspaceName: String, themeNames: [String] = []
    ) {
        self.themeNames = themeNames
        self.size = size
        self.clock = clock
        self.workspaceName = workspaceName
    }
}

/// The panes, in the order of Tab.
public enum PaneID: Int, Hashable, Sendable, CaseIterable {
    case runs, graph, log

    /// The digit that focuses the pane.
    public var digit: Character {
        switch self {
        case .runs: "0"
        case .graph: "1"
        case .log: "2"
        }
    }

    public var title: String {
        switch self {
        case .runs: "Runs"
        case .graph: "Graph"
        case .log: "Log"
        }
    }
}

/// What several panes show parts of.
public struct Model: Sendable {
    public internal(set) var pipelines: [PipelineRow] = []
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

    var pipelineRow: PipelineRow? { pipelines.first { $0.name == pipeline } }

    func task(_ id: TaskID) -> TaskRow? { tasks.first { $0.id == id } }
}

/// Which loads are under way and which must be repeated when they come back.
struct LoadTracker: Sendable {
    private var underWay: Set<Effect> = []
    private var repeated: Set<Effect> = []

    /// The effect to perform now: `effect`, or nothing while the same one is under way.
    mutating func begin(_ effect: Effect) -> [Effect] {
        if underWay.contains(effect) {
            repeated.insert(effect)
            return []
        }
        underWay.insert(effect)
        return [effect]
    }

    /// Takes note that `effect` was answered; gives it again where it was asked for meanwhile.
    mutating func end(_ effect: Effect) -> [Effect] {
        underWay.remove(effect)
        return repeated.remove(effect) != nil ? begin(effect) : []
    }
}

/// The newest notices, newest last; at most 200 are kept.
public struct NoticeHistory: Sendable {
    /// A notice and when it came.
    public struct Entry: Hashable, Sendable {
        public var notice: Notice
        public var at: Instant
    }

    public private(set) var entries: [Entry] = []
    /// Whether the newest one is still on show; any key takes it away.
    public internal(set) var isShowing = false

    mutating func add(_ notice: Notice, at: Instant) {
        entries.append(Entry(notice: notice, at: at))
        if entries.count > 200 { entries.removeFirst(entries.count - 200) }
        isShowing = true
    }
}

/// What lies above the panes and takes the keys.
public enum Overlay: Hashable, Sendable {
    case help(HelpState)
    case prompt(Prompt)
    case question(Question)
    case notices(scroll: Int)
    case palette(PaletteState)

    /// What has been typed, and which entry Enter takes.
    public struct PaletteState: Hashable, Sendable {
        public var line = LineEditor()
        public var cursor = 0
    }

    /// The list of keys, scrolled and filtered.
    public struct HelpState: Hashable, Sendable {
        public var scroll = 0
        public var filter = ""
        public var isFiltering = false
    }

    /// A line that is being typed at the bottom.
    public struct Prompt: Hashable, Sendable {
        public enum Purpose: Hashable, Sendable { case command, search(PaneID), filter }
        public var purpose: Purpose
        public var line: LineEditor
    }

    /// Something that changes state, asked before it is done.
    public struct Question: Hashable, Sendable {
        public var text: String
        public var effects: [Effect]
    }
}
