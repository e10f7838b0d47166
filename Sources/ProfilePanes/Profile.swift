import Domain
public import PaneKit
import Screen
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
        public var isUnicode = true
        /// Whether the folder was looked at: not before the pane is first in sight.
        var isListed = false
        var shown = ProfileTable()
        var order: [Int] = []

        public init() {}

        /// The table state of the view in sight.
        public var table: TableState {
            get { tables[views.last] ?? TableState() }
            set { tables[views.last] = newValue }
        }
    }

    public enum Effect: Hashable, Sendable {
        /// Lists the event logs of a folder by their heads and tails.
        case list(folder: String)
        /// Reads and analyses one log, telling how far it is.
        case load(path: String)
    }

    public enum Answer: Sendable {
        case listed(folder: String, [ApplicationRow])
        case progress(path: String, Double)
        case loaded(ProfiledApplication)
    }

    public static let panes: [Pane<State, Effect>] = [
        Pane(
            "profile", digit: "6", title: "Profiler", keymap: ProfilePane.keymap,
            update: { ProfilePane.update(&$0, $1, $2) },
            draw: { state, area, context, grid in
                ProfilePane.draw(state, in: area, context, on: &grid)
                return nil
            },
            caption: { state, _ in ProfilePane.caption(state) },
            resized: { state, size, _ in
                ProfilePane.settle(&state, height: ProfilePane.height(state, size))
                guard !state.isListed else { return [] }
                state.isListed = true
                return [.perform(.list(folder: state.folder))]
            },
            back: { ProfilePane.back(&$0, $1) })
    ]

    public static func take(
        _ state: inout State, _ answer: Answer, _ context: PaneContext
    ) -> Requests {
        switch answer {
        case .listed(let folder, let rows):
            guard folder == state.folder else { return [] }
            state.rows = rows
            if state.views.isEmpty { ProfilePane.show(&state, context) }
        case .progress(let path, let share):
            if state.loading?.path == path { state.loading = (path, share) }
        case .loaded(let application):
            guard state.loading?.path == application.path else { return [] }
            state.loading = nil
            state.opened = application
            state.tables = state.tables.filter { $0.key == nil }
            state.views = [.overview]
            ProfilePane.show(&state, context)
        }
        return []
    }

    public static func failed(
        _ state: inout State, _ effect: Effect, problem: String, _ context: PaneContext
    ) -> Requests {
        if case .load(let path) = effect, state.loading?.path == path { state.loading = nil }
        return []
    }

    public static func open(
        _ state: inout State, _ link: Link, _ context: PaneContext
    ) -> Requests? {
        switch link {
        case .sparkApplication(let path), .sparkStage(let path, _):
            return [.focus("profile")] + ProfilePane.open(&state, path: path, context)
        default: return nil
        }
    }

    public static var words: [CommandWord] {
        [CommandWord("spark", "LOG", "profile a Spark event log, or list those of a folder")]
    }

    public static func run(
        _ state: inout State, word: String, _ arguments: [String], _ context: PaneContext
    ) -> Requests {
        guard let path = arguments.first else {
            return [.focus("profile"), .perform(.list(folder: state.folder))]
        }
        return [.focus("profile")] + ProfilePane.open(&state, path: path, context)
    }

    public static func candidates(
        _ state: State, word: String, _ arguments: [String]
    ) -> [String] {
        state.rows.map(\.path)
    }

    public static func crumbs(
        _ state: State, in pane: PaneName, _ context: PaneContext
    ) -> [String] {
        guard let opened = state.opened, !state.views.isEmpty else { return [] }
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
        guard state.loading != nil else { return nil }
        state.loading = nil
        return [.notice(Notice(.info, "The log is no longer waited for."))]
    }
}
