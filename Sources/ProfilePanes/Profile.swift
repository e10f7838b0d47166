public import Domain
public import PaneKit
public import RunProfiles
import Screen
public import SparkAdvice
import SparkLog

/// The profiler of Spark applications: event logs of a folder, and one of them in depth.
public enum Profile: PaneModule {
    public struct State: Sendable {
        /// Where applications are looked for.
        public var folder = "."
        public var rows: [ApplicationRow] = []
        public var opened: ProfiledApplication?
        /// The log that is being read, and how much of it was.
        public var loading: (path: String, share: Double)?
        /// Views from the outermost to the one in sight; empty: the list of applications.
        public var views: [ProfileView] = []
        /// Cursor, sort and filter of every view that was looked at; nil stands for the list.
        public var tables: [ProfileView?: TableState] = [:]
        /// What the histogram of a stage shows.
        var distribution = StageDistribution.run
        /// The log whose task is being run again to prove a finding.
        public var proving: String?
        /// Whether that run is being ended.
        var isEndingProof = false
        /// Two runs side by side, where some were compared.
        public var compared: ComparedRuns?
        /// Whether the folder was looked at: not before the pane is first in sight.
        var listing = Listing.unasked
        /// Newest first, of all pipelines.
        public var recentRuns: [RunRow] = []
        /// The run that is open.
        public var run: RunProfile?
        /// The name of the run that is being read.
        var loadingRun: String?
        /// Two runs side by side, where some were compared.
        public var runPair: RunPair?
        /// Where the tasks of the open run lead that were looked at.
        public var leads: [TaskID: [TaskLead]] = [:]
        /// When the runs that go on are going to end, in words; empty where none does.
        public var forecast = ""
        var isForecasting = false
        /// Whether the log that is being read is in sight already, as far as it was read.
        var isSharpening = false
        var shown = ProfileTable()
        /// The view that ``shown`` is of; nil before any was shown.
        var shownView: ProfileView??
        /// The columns of ``shown``, no wider than what stands in them.
        var columns: [TableColumn] = []
        /// How many of the lines above the rows have scrolled away, where they were moved through.
        var headerTops: [ProfileView?: Int] = [:]
        var order: [Int] = []

        public init() {}

        /// The table state of the view in sight.
        public var table: TableState {
            get { tables[views.last] ?? TableState() }
            set { tables[views.last] = newValue }
        }
    }

    enum Listing: Sendable { case unasked, asked, answered }

    public enum Effect: Hashable, Sendable {
        /// Lists the event logs of a folder by their heads and tails.
        case list(folder: String)
        /// Reads and analyses one log, telling how far it is.
        case load(path: String)
        /// Reads two logs and sets them side by side.
        case compare(before: String, after: String)
        /// Corrects what is simulated of one log by those of others that did the same work on other
        /// executors.
        case correct(path: String, by: [String])
        /// Runs the task of a log again with the settings of a finding, and compares.
        case prove(path: String, FindingRule, stage: Int?)
        case cancelProof
        /// Gives up the log that is being read.
        case cancelLoad
        /// The newest runs of all pipelines.
        case listRuns
        /// Where the time of a run went; it is named by its id, a beginning of it, or `latest`.
        case loadRun(String)
        case compareRuns(before: String, after: String)
        /// What a task leads to, beside its logs.
        case leads(RunID, TaskID)
        /// When the runs that go on are going to end.
        case forecast
    }

    public enum Answer: Sendable {
        case listed(folder: String, [ApplicationRow])
        case progress(path: String, Double)
        case loaded(ProfiledApplication)
        /// A log as far as it was read by now: it is long, or it is still being written.
        case sharpened(ProfiledApplication)
        case compared(ComparedRuns)
        /// What is simulated of the log at `path` by now.
        case simulated(path: String, SparkSimulation)
        /// The task of the log at `path` is being run again.
        case proving(path: String)
        /// It was run again; `summary` tells what became of all proofs of the rule by now.
        case proved(path: String, ComparedRuns, summary: String? = nil)
        case runsListed([RunRow])
        /// The run that was asked for by that name.
        case runLoaded(name: String, RunProfile)
        case runsCompared(RunPair)
        case leads(RunID, TaskID, [TaskLead])
        case forecast([RunForecast])
    }

    public static let panes: [Pane<State, Effect>] = [
        Pane(
            "profile", digit: "6", title: "Profiler", keymap: ProfilePane.keymap,
            update: { ProfilePane.update(&$0, $1, $2) },
            draw: { state, area, context, grid in
                ProfilePane.draw(state, in: area, context, on: &grid)
                return nil
            },
            caption: { ProfilePane.caption($0, $1) },
            resized: { state, _, context in
                ProfilePane.show(&state, context)
                guard state.listing == .unasked else { return [] }
                state.listing = .asked
                return [.perform(.list(folder: state.folder)), .perform(.listRuns)]
            },
            back: { ProfilePane.back(&$0, $1) })
    ]

    /// A run that goes on is read again whenever the store holds more of it.
    public static func storeAdvanced(_ state: inout State, _ context: PaneContext) -> Requests {
        var requests = askForForecast(&state)
        if state.views == [.runs] { requests.append(.perform(.listRuns)) }
        if case .run? = state.views.last, let run = state.run, !run.run.state.isSettled,
            state.loadingRun == nil, context.size != nil
        {
            requests += ProfilePane.openRun(&state, run.run.id.name)
        }
        return requests
    }

    public static func start(_ state: inout State, _ context: PaneContext) -> Requests {
        askForForecast(&state)
    }

    private static func askForForecast(_ state: inout State) -> Requests {
        guard !state.isForecasting else { return [] }
        state.isForecasting = true
        return [.perform(.forecast)]
    }

    public static func summary(_ state: State) -> String { state.forecast }

    public static func unfinishedWork(_ state: State) -> String? {
        state.proving == nil ? nil : "A task is being run again to prove a finding"
    }

    static func endProof(_ state: inout State) {
        state.proving = nil
        state.isEndingProof = false
    }

    public static func failed(
        _ state: inout State, _ effect: Effect, problem: String, _ context: PaneContext
    ) -> Requests {
        if case .load(let path) = effect, state.loading?.path == path { state.loading = nil }
        // One proof at a time: whichever failed, none is under way.
        if case .prove = effect { endProof(&state) }
        if case .loadRun(let name) = effect, state.loadingRun == name { state.loadingRun = nil }
        if effect == .forecast { state.isForecasting = false }
        return []
    }

    public static func open(
        _ state: inout State, _ link: Link, _ context: PaneContext
    ) -> Requests? {
        switch link {
        case .sparkApplication(let path), .sparkStage(let path, _):
            return [.focus("profile")] + ProfilePane.open(&state, path: path, context)
        case .runProfile(let run):
            return [.focus("profile")] + ProfilePane.openRun(&state, run.name)
        default: return nil
        }
    }

    public static func paletteEntries(
        _ state: State, _ context: PaneContext
    ) -> [PaletteEntry] {
        state.recentRuns.map { run in
            PaletteEntry(
                .runProfile(run.id), name: "\(run.pipeline) \(run.listName(context.clock))",
                note: "profile of a run")
        }
    }

    public static var words: [CommandWord] {
        [
            CommandWord("spark", "LOG", "profile an event log, or what a server tells"),
            CommandWord("spark-diff", "BEFORE AFTER", "compare two Spark event logs"),
            CommandWord("profile", "RUN", "tell where the time of a run went ('latest')"),
            CommandWord("profile-diff", "BEFORE AFTER", "set two runs side by side"),
        ]
    }

    public static func run(
        _ state: inout State, word: String, _ arguments: [String], _ context: PaneContext
    ) -> Requests {
        if word == "spark-diff" {
            guard arguments.count == 2 else {
                return [.notice(Notice(.warning, "Name two logs: spark-diff BEFORE AFTER"))]
            }
            return [
                .focus("profile"), .perform(.compare(before: arguments[0], after: arguments[1])),
            ]
        }
        if word == "profile" {
            guard let name = arguments.first else {
                state.views = [.runs]
                ProfilePane.show(&state, context)
                return [.focus("profile"), .perform(.listRuns)]
            }
            return [.focus("profile")] + ProfilePane.openRun(&state, name)
        }
        if word == "profile-diff" {
            guard arguments.count == 2 else {
                return [.notice(Notice(.warning, "Name two runs: profile-diff BEFORE AFTER"))]
            }
            return [
                .focus("profile"),
                .perform(.compareRuns(before: arguments[0], after: arguments[1])),
            ]
        }
        guard let path = arguments.first else {
            state.folder = "."
            return [.focus("profile"), .perform(.list(folder: state.folder))]
        }
        return [.focus("profile")] + ProfilePane.open(&state, path: path, context)
    }

    public static func candidates(
        _ state: State, word: String, _ arguments: [String]
    ) -> [String] {
        word.hasPrefix("profile")
            ? ["latest"] + state.recentRuns.map(\.id.name) : state.rows.map(\.path)
    }

    public static func crumbs(
        _ state: State, in pane: PaneName, _ context: PaneContext
    ) -> [String] {
        if case .run? = state.views.last, let run = state.run {
            return [run.run.pipeline.name, run.run.id.name] + state.views.map(\.title)
        }
        guard let opened = state.opened, state.views.last?.isOfApplication ?? false else {
            return []
        }
        return [opened.application.name ?? opened.application.id ?? opened.path]
            + state.views.map(\.title)
    }

    public static func typed(
        _ state: inout State, _ purpose: String, _ event: PromptEvent, _ context: PaneContext
    ) -> Requests {
        switch event {
        case .changed(let text), .accepted(let text):
            state.table.filter = text
        case .dismissed: state.table.filter = ""
        }
        ProfilePane.sortRows(&state)
        ProfilePane.settle(&state, height: ProfilePane.height(state, context.size))
        return []
    }

    public static func interrupt(_ state: inout State, _ context: PaneContext) -> Requests? {
        if state.proving != nil {
            state.isEndingProof = true
            return [
                .perform(.cancelProof),
                .notice(Notice(.info, "The task that was run again is being ended.")),
            ]
        }
        guard state.loading != nil else { return nil }
        state.loading = nil
        return [
            .perform(.cancelLoad), .notice(Notice(.info, "The log is no longer waited for.")),
        ]
    }
}
