public import Domain
public import PaneKit
import Screen
import TextSearch

/// The log of one attempt of the selected task, live; or the logs of all tasks of the run, in the
/// order of the times that their lines state.
///
/// Only the lines around the window are held; a place is a byte offset, so that it stays while the
/// file grows and nothing has to be counted to open a log at its end.
public enum LogPane {
    public struct State: Sendable {
        /// The task whose log is shown.
        public internal(set) var task: Target?
        public internal(set) var attempts: [AttemptRow] = []
        /// The attempt shown; nil: the newest, also when a newer one begins.
        public internal(set) var chosenAttempt: Int?
        /// The logs of all tasks, where they are read as one; nil: one attempt is shown.
        public internal(set) var merged: Merged?
        var window: LogWindow?
        /// The file was cut off, or is another than the one first read.
        var hasBegunAnew = false
        /// The end stays in sight as the log grows.
        public internal(set) var isFollowing = true
        /// The first line in sight, unless following.
        var top = LogPlace(offset: 0) { didSet { topPart = 0 } }
        /// Rows of that line that lie above the pane, where lines are wrapped.
        var topPart = 0
        /// The line that stands out: the hit or error gone to last, or one that was clicked.
        public internal(set) var marked: LogPlace?
        /// The hit gone to is still to be brought into sight within its line.
        var isHitAwaited = false
        /// Of several logs, a place to be shown that is not in the window yet.
        var awaited: MergedLogRequest.Anchor?
        /// Columns scrolled sideways, unless wrapping.
        public internal(set) var leftColumn = 0
        public internal(set) var view = View()
        public internal(set) var search: Search?
        /// Only lines that pass are shown.
        public internal(set) var filter = LineFilter()
        /// The error line gone to last, and of several logs where they are cut before it.
        public internal(set) var problemLine: LogPlace?
        var problemCut: MergedLogCut?
        /// Steps to errors asked for and not taken yet: forward, or backward below 0.
        var problemSteps = 0
        /// The request whose answer is awaited.
        var request: Request?
        /// The line that is shown whole, instead of the others.
        public internal(set) var detail: LogDetail?
        /// A file grew while a request was under way.
        var hasGrown = false
        /// Room for lines when last drawn.
        var height = 20
        var width = 80
    }

    /// How lines are shown.
    public struct View: Hashable, Sendable {
        /// Long lines take several rows.
        public internal(set) var isWrapping = false
        /// A column with the time that each line states.
        public internal(set) var showsTimes = false
        /// Indented lines that go on with what the line above says stand in one row.
        public internal(set) var foldsTraces = false
        /// Lines that are JSON objects are shown as their fields.
        public internal(set) var showsFields = false
    }

    /// The logs of a run's tasks, read as one.
    public struct Merged: Hashable, Sendable {
        public internal(set) var run: RunID
        /// Nil until they are known.
        public internal(set) var sources: [LogSource]?
    }

    enum Request: Hashable, Sendable {
        case single(LogRequest)
        case merged(MergedLogRequest)
    }

    public struct Target: Hashable, Sendable {
        public var run: RunID
        public var task: TaskID
    }

    /// What is being looked for.
    public struct Search: Sendable {
        public let pattern: String
        /// Nil where the pattern cannot be read.
        let matcher: TextPattern?
        /// The line found last.
        public var hit: LogPlace?
        /// Of several logs, where they are cut before that line.
        var hitCut: MergedLogCut?
        public var result: LogSearchResult?
        /// How many lines match in the whole log, as far as it has been counted.
        public var count: HitCount?
        /// Steps asked for and not taken yet: forward, or backward below 0.
        var steps = 0

        init(pattern: String) {
            self.pattern = pattern
            matcher = try? TextPattern(pattern)
        }
    }

    public enum Action: String, NamedAction {
        case lineDown = "line-down"
        case lineUp = "line-up"
        case top
        case follow
        case pageDown = "log-page-down"
        case pageUp = "log-page-up"
        case halfPageDown = "log-half-page-down"
        case halfPageUp = "log-half-page-up"
        case columnsRight = "columns-right"
        case columnsLeft = "columns-left"
        case previousAttempt = "previous-attempt"
        case nextAttempt = "next-attempt"
        case allTasks = "all-tasks"
        case wrap = "wrap-lines"
        case times = "show-times"
        case goToTime = "go-to-time"
        case fields = "show-fields"
        case foldTraces = "fold-traces"
        case toggleFollow = "toggle-follow"
        case search = "search-log"
        case filter = "filter-log"
        case raiseLevel = "raise-level"
        case lowerLevel = "lower-level"
        case nextHit = "next-hit"
        case previousHit = "previous-hit"
        case nextProblem = "next-error-line"
        case previousProblem = "previous-error-line"
        case copy = "copy-line"
        case detail = "show-line"
    }

    static let name: PaneName = "log"
    static let searchPrompt = "search-log"
    static let filterPrompt = "filter-log"
    static let timePrompt = "go-to-time"

    static let pane = Pane<Monitor.State, Monitor.Effect>(
        name, digit: "2", title: "Log", keymap: keymap,
        update: { state, action, context in update(&state, action, context) },
        draw: { state, area, context, grid in
            draw(state, in: area, context, on: &grid)
            return nil
        },
        caption: { state, _ in PaneCaption(title(state.log), footer: footer(state.log)) },
        mouse: { state, event, _ in
            switch event.action {
            case .wheelDown where state.log.detail != nil:
                state.log.detail?.scroll(by: 3, height: state.log.height)
            case .wheelUp where state.log.detail != nil:
                state.log.detail?.scroll(by: -3, height: state.log.height)
            case .press(.left):
                if state.log.detail == nil { mark(&state.log, atRow: event.at.y) }
            case .wheelDown: return scroll(&state.log, by: 3).requested()
            case .wheelUp: return scroll(&state.log, by: -3).requested()
            case .wheelRight: state.log.leftColumn += 6
            case .wheelLeft: state.log.leftColumn = max(0, state.log.leftColumn - 6)
            default: break
            }
            return []
        },
        resized: { state, size, _ in
            state.log.width = size.width
            state.log.detail?.fit(size.width)
            guard size.height != state.log.height else { return [] }
            state.log.height = max(1, size.height)
            return state.log.window == nil || size.height > state.log.entries.count
                ? load(&state.log).requested() : []
        },
        back: { state, _ in
            if state.log.detail != nil {
                state.log.detail = nil
                return []
            }
            if state.log.search != nil {
                state.log.search = nil
                return []
            }
            if !state.log.filter.isEmpty {
                return setFilter(&state.log, LineFilter()).requested()
            }
            return state.log.merged == nil ? nil : showAttempt(&state.log).requested()
        })

    public static let keymap = Keymap<Action>([
        Binding(["j", "down"], .lineDown, "line down"),
        Binding(["k", "up"], .lineUp, "line up"),
        Binding(["g g", "home"], .top, "start"),
        Binding(["G", "end"], .follow, "end, follow", inKeyBar: true),
        Binding(["pgdn", "^f", "space"], .pageDown, "page down"),
        Binding(["pgup", "^b"], .pageUp, "page up"),
        Binding(["^d"], .halfPageDown, "half a page down"),
        Binding(["^u"], .halfPageUp, "half a page up"),
        Binding(["l", "right"], .columnsRight, "scroll right"),
        Binding(["h", "left"], .columnsLeft, "scroll left"),
        Binding(["["], .previousAttempt, "previous attempt", inKeyBar: true),
        Binding(["]"], .nextAttempt, "next attempt", inKeyBar: true),
        Binding(["a"], .allTasks, "all tasks", inKeyBar: true),
        Binding(["/"], .search, "search", inKeyBar: true),
        Binding(["&"], .filter, "filter lines (! leaves out)"),
        Binding([">"], .raiseLevel, "worse levels only"),
        Binding(["<"], .lowerLevel, "lesser levels too"),
        Binding(["n"], .nextHit, "next hit"),
        Binding(["N"], .previousHit, "previous hit"),
        Binding(["e"], .nextProblem, "next error", inKeyBar: true),
        Binding(["E"], .previousProblem, "previous error"),
        Binding(["w"], .wrap, "wrap lines", inKeyBar: true),
        Binding(["t"], .times, "time column"),
        Binding(["@"], .goToTime, "go to a time"),
        Binding(["f"], .fields, "fields of JSON lines"),
        Binding(["o"], .foldTraces, "fold stack traces"),
        Binding(["F"], .toggleFollow, "follow on/off"),
        Binding(["enter"], .detail, "the whole line"),
        Binding(["y"], .copy, "copy line"),
    ])

    static func update(
        _ monitor: inout Monitor.State, _ action: Action, _ context: PaneContext
    ) -> Monitor.Requests {
        if action == .copy, let detail = monitor.log.detail { return [.copy(detail.original)] }
        if let effects = updateDetail(&monitor.log, action) { return effects.requested() }
        switch action {
        case .search: return [.prompt(Prompt(searchPrompt, sign: "/"))]
        case .filter:
            return [.prompt(Prompt(filterPrompt, sign: "&", text: monitor.log.filter.text))]
        case .goToTime: return [.prompt(Prompt(timePrompt, sign: "@"))]
        case .copy:
            let lines = chosenRow(monitor.log)
            guard !lines.isEmpty else { return [] }
            let texts = lines.map { String(decoding: $0.line.bytes, as: UTF8.self) }
            return [.copy(texts.joined(separator: "\n"))]
        case .allTasks:
            if monitor.log.merged != nil { return showAttempt(&monitor.log).requested() }
            guard let run = monitor.model.run else { return [] }
            return showAll(&monitor.log, run).requested()
        default: return update(&monitor.log, action).requested()
        }
    }

    private static func update(_ state: inout State, _ action: Action) -> [Effect] {
        let page = max(1, state.height - 1)
        switch action {
        case .lineDown: return scroll(&state, by: 1)
        case .lineUp: return scroll(&state, by: -1)
        case .pageDown: return scroll(&state, by: page)
        case .pageUp: return scroll(&state, by: -page)
        case .halfPageDown: return scroll(&state, by: max(1, state.height / 2))
        case .halfPageUp: return scroll(&state, by: -max(1, state.height / 2))
        case .top: return goToStart(&state)
        case .follow: return follow(&state)
        case .toggleFollow:
            if !state.isFollowing { return follow(&state) }
            stay(&state)
        case .columnsRight: state.leftColumn = state.view.isWrapping ? 0 : state.leftColumn + 8
        case .columnsLeft: state.leftColumn = max(0, state.leftColumn - 8)
        case .wrap:
            stay(&state, unlessFollowing: true)
            state.view.isWrapping.toggle()
            (state.leftColumn, state.topPart) = (0, 0)
        case .times: state.view.showsTimes.toggle()
        case .fields: state.view.showsFields.toggle()
        case .foldTraces:
            stay(&state)
            state.view.foldsTraces.toggle()
            state.request = nil
            return load(&state)
        case .raiseLevel, .lowerLevel: return changeLevel(&state, action)
        case .previousAttempt: return choose(&state, attemptAt: (state.attemptIndex ?? 0) - 1)
        case .nextAttempt: return choose(&state, attemptAt: (state.attemptIndex ?? 0) + 1)
        case .nextHit: return step(&state, 1)
        case .previousHit: return step(&state, -1)
        case .nextProblem: return stepToProblem(&state, 1)
        case .previousProblem: return stepToProblem(&state, -1)
        case .detail: showDetail(&state)
        case .copy, .search, .filter, .goToTime, .allTasks: break
        }
        return []
    }

    /// What `y` copies and Enter shows: the marked line where it is in sight, else the first one in
    /// sight; of a folded trace all of it.
    static func chosenRow(_ state: State) -> ArraySlice<LogEntry> {
        guard let visible = visibleRange(state) else { return [] }
        let index =
            state.marked.flatMap { marked in
                state.entries[visible].firstIndex { $0.place == marked }
            } ?? visible.lowerBound
        let row = state.rows.first { $0.contains(index) }
        return row.map { state.entries[$0] } ?? []
    }

    /// Marks the line that stands in a row of the pane; a marked one is no longer marked.
    private static func mark(_ state: inout State, atRow row: Int) {
        let rows = state.rows
        guard let top = topRow(state, rows), row >= 0 else { return }
        var line = top + row
        if state.view.isWrapping {
            let wrapping = LogWrapping(state, rows, text(state))
            let wanted = wrapping.top(state) + row
            line = wanted < wrapping.count ? wrapping.place(ofRow: wanted).line : rows.count
        }
        guard rows.indices.contains(line) else { return }
        let place = state.entries[rows[line].lowerBound].place
        state.marked = state.marked == place ? nil : place
    }

    private static func changeLevel(_ state: inout State, _ action: Action) -> [Effect] {
        let steps: [LogLevel?] = [nil, .info, .warning, .error, .fatal]
        let current = steps.firstIndex(of: state.filter.minimumLevel) ?? 0
        let next = current + (action == .raiseLevel ? 1 : -1)
        guard steps.indices.contains(next) else { return [] }
        var filter = state.filter
        filter.minimumLevel = steps[next]
        return setFilter(&state, filter)
    }
}
