public import Domain
public import PaneKit
import Screen
import TextSearch

/// The log of one attempt of the selected task, live.
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
        public internal(set) var slice: LogSlice?
        /// The end stays in sight as the log grows.
        public internal(set) var isFollowing = true
        /// Offset of the first line in sight, unless following.
        var topOffset: Int64 = 0
        public internal(set) var isWrapping = false
        /// Columns scrolled sideways, unless wrapping.
        public internal(set) var leftColumn = 0
        public internal(set) var search: Search?
        /// Only lines that pass are shown.
        public internal(set) var filter: LineFilter?
        /// Offset of the error line gone to last.
        public internal(set) var problemLine: Int64?
        /// The request whose answer is awaited.
        var request: LogRequest?
        /// The file grew while a request was under way.
        var hasGrown = false
        /// Rows for lines when last drawn.
        var height = 20
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
        /// Offset of the line found last.
        public var hit: Int64?
        public var result: LogSearchResult?

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
        case wrap = "wrap-lines"
        case toggleFollow = "toggle-follow"
        case search = "search-log"
        case filter = "filter-log"
        case nextHit = "next-hit"
        case previousHit = "previous-hit"
        case nextProblem = "next-error-line"
        case previousProblem = "previous-error-line"
        case copy = "copy-line"
    }

    static let name: PaneName = "log"
    static let searchPrompt = "search-log"
    static let filterPrompt = "filter-log"

    static let pane = Pane<Monitor.State, Monitor.Effect>(
        name, digit: "2", title: "Log", keymap: keymap,
        update: { state, action, _ in update(&state.log, action) },
        draw: { state, area, _, grid in
            draw(state, in: area, on: &grid)
            return nil
        },
        caption: { state, _ in PaneCaption(title(state.log), footer: footer(state.log)) },
        mouse: { state, event, _ in
            switch event.action {
            case .wheelDown: return scroll(&state.log, by: 3).requested()
            case .wheelUp: return scroll(&state.log, by: -3).requested()
            case .wheelRight: state.log.leftColumn += 6
            case .wheelLeft: state.log.leftColumn = max(0, state.log.leftColumn - 6)
            default: break
            }
            return []
        },
        resized: { state, size, _ in
            guard size.height != state.log.height else { return [] }
            state.log.height = max(1, size.height)
            return state.log.slice == nil || size.height > state.log.lines.count
                ? load(&state.log).requested() : []
        },
        back: { state, _ in
            guard state.log.search != nil else { return nil }
            state.log.search = nil
            return []
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
        Binding(["/"], .search, "search", inKeyBar: true),
        Binding(["&"], .filter, "filter lines (! inverts)"),
        Binding(["n"], .nextHit, "next hit"),
        Binding(["N"], .previousHit, "previous hit"),
        Binding(["e"], .nextProblem, "next error", inKeyBar: true),
        Binding(["E"], .previousProblem, "previous error"),
        Binding(["w"], .wrap, "wrap lines", inKeyBar: true),
        Binding(["F"], .toggleFollow, "follow on/off"),
        Binding(["y"], .copy, "copy line"),
    ])

    static func update(_ state: inout State, _ action: Action) -> Monitor.Requests {
        switch action {
        case .search: [.prompt(Prompt(searchPrompt, sign: "/"))]
        case .filter: [.prompt(Prompt(filterPrompt, sign: "&", text: state.filter?.text ?? ""))]
        case .copy:
            topLine(state).map {
                [.copy(String(decoding: state.lines[$0].bytes, as: UTF8.self))]
            } ?? []
        default: move(&state, action).requested()
        }
    }

    private static func move(_ state: inout State, _ action: Action) -> [Effect] {
        let page = max(1, state.height - 1)
        switch action {
        case .lineDown: return scroll(&state, by: 1)
        case .lineUp: return scroll(&state, by: -1)
        case .pageDown: return scroll(&state, by: page)
        case .pageUp: return scroll(&state, by: -page)
        case .halfPageDown: return scroll(&state, by: max(1, state.height / 2))
        case .halfPageUp: return scroll(&state, by: -max(1, state.height / 2))
        case .top: return jump(&state, to: 0)
        case .follow: return follow(&state)
        case .toggleFollow:
            if !state.isFollowing { return follow(&state) }
            state.topOffset = topLine(state).map { state.lines[$0].offset } ?? 0
            state.isFollowing = false
        case .columnsRight: state.leftColumn = state.isWrapping ? 0 : state.leftColumn + 8
        case .columnsLeft: state.leftColumn = max(0, state.leftColumn - 8)
        case .wrap:
            state.isWrapping.toggle()
            state.leftColumn = 0
        case .previousAttempt: return choose(&state, attemptAt: (state.attemptIndex ?? 0) - 1)
        case .nextAttempt: return choose(&state, attemptAt: (state.attemptIndex ?? 0) + 1)
        case .nextHit: return find(&state, .forward)
        case .previousHit: return find(&state, .backward)
        case .nextProblem: return findProblem(state, .forward)
        case .previousProblem: return findProblem(state, .backward)
        case .search, .filter, .copy: break
        }
        return []
    }

    /// Shows another task's log, from its end.
    static func show(_ state: inout State, _ target: Target?) -> [Effect] {
        guard target != state.task else { return [] }
        let old = state
        let pattern = old.search?.pattern
        state = State()
        (state.task, state.isWrapping, state.height) = (target, old.isWrapping, old.height)
        state.filter = old.filter
        state.search = pattern.map { Search(pattern: $0) }
        guard let target else { return [.watchLog(path: nil)] }
        return [.watchLog(path: nil), .loadAttempts(target.run, target.task)]
    }

    /// Takes over the attempts of the task shown; a newer one is shown unless one was chosen.
    static func take(_ state: inout State, _ attempts: [AttemptRow]) -> [Effect] {
        let before = state.attempt?.log
        state.attempts = attempts
        guard state.attempt?.log != before else { return [] }
        return reopen(&state)
    }

    /// Takes over lines that were asked for; an answer to an older request is dropped.
    static func take(_ state: inout State, _ request: LogRequest, _ slice: LogSlice) -> [Effect] {
        guard request == state.request else { return [] }
        state.request = nil
        if let old = state.slice, old.generation != slice.generation, !state.isFollowing {
            state.topOffset = 0
        }
        state.slice = slice
        guard state.hasGrown else { return [] }
        return grew(&state)
    }

    /// The file holds more than was read.
    static func grew(_ state: inout State) -> [Effect] {
        state.hasGrown = state.request != nil
        guard state.request == nil else { return [] }
        return state.isFollowing || state.slice?.isAtEnd != false ? load(&state) : []
    }

    /// Looks for the next line that holds the pattern.
    static func find(_ state: inout State, _ direction: LogSearch.Direction) -> [Effect] {
        guard let search = state.search, let path = state.attempt?.log, !search.pattern.isEmpty
        else { return [] }
        let top = topLine(state).map { state.lines[$0].offset }
        let from = search.hit ?? top ?? 0
        return [
            .searchLog(
                LogSearch(
                    path: path, wanted: .text(search.pattern), from: from, direction: direction,
                    includesStart: search.hit == nil))
        ]
    }

    /// Looks for the next line that says it is an error, from the last such line or the top one.
    private static func findProblem(
        _ state: State, _ direction: LogSearch.Direction
    ) -> [Effect] {
        guard let path = state.attempt?.log, let top = topLine(state) else { return [] }
        return [
            .searchLog(
                LogSearch(
                    path: path, wanted: .problem,
                    from: state.problemLine ?? state.lines[top].offset, direction: direction,
                    includesStart: state.problemLine == nil))
        ]
    }

    /// Moves to a line that was found.
    static func take(
        _ state: inout State, _ search: LogSearch, _ result: LogSearchResult
    ) -> [Effect] {
        guard search.path == state.attempt?.log else { return [] }
        if case .text(let pattern) = search.wanted {
            guard pattern == state.search?.pattern else { return [] }
            state.search?.result = result
        }
        switch result {
        case .found(let offset), .wrapped(let offset):
            if search.wanted == .problem {
                state.problemLine = offset
            } else {
                state.search?.hit = offset
            }
            return reveal(&state, offset)
        case .notFound, .refused: return []
        }
    }

    private static func reveal(_ state: inout State, _ offset: Int64) -> [Effect] {
        if let range = visibleRange(state),
            let index = state.lines.firstIndex(where: { $0.offset == offset }),
            range.contains(index)
        {
            if state.isFollowing, let top = topLine(state) {
                state.topOffset = state.lines[top].offset
                state.isFollowing = false
            }
            return []
        }
        let effects = jump(&state, to: offset)
        return effects
    }

    /// Looks for what was typed; nothing typed ends the search.
    static func search(_ state: inout State, _ text: String) -> Monitor.Requests {
        guard !text.isEmpty else {
            state.search = nil
            return []
        }
        state.search = Search(pattern: text)
        return find(&state, .forward).requested()
    }

    /// Shows only the lines that pass what was typed; nothing typed shows all.
    static func filter(_ state: inout State, _ text: String) -> Monitor.Requests {
        let filter = LineFilter(typed: text)
        if let filter {
            do {
                _ = try TextPattern(filter.pattern)
            } catch {
                return [.notice(Notice(.error, error.problem))]
            }
        }
        return setFilter(&state, filter).requested()
    }

    /// The lines asked for cannot be read; the next occasion asks again.
    static func giveUp(_ state: inout State, _ request: LogRequest) {
        if request == state.request { state.request = nil }
    }

    /// Shows an attempt by its number, also one that is still to be read.
    static func choose(_ state: inout State, attempt number: Int) -> [Effect] {
        if let index = state.attempts.firstIndex(where: { $0.id.number == number }) {
            return choose(&state, attemptAt: index)
        }
        state.chosenAttempt = number
        return []
    }

    /// Shows only the lines that pass `filter`, around the place in sight.
    static func setFilter(_ state: inout State, _ filter: LineFilter?) -> [Effect] {
        guard filter != state.filter else { return [] }
        if !state.isFollowing, let top = topLine(state) {
            state.topOffset = state.lines[top].offset
        }
        (state.filter, state.slice, state.request) = (filter, nil, nil)
        return load(&state)
    }

    private static func choose(_ state: inout State, attemptAt index: Int) -> [Effect] {
        guard state.attempts.indices.contains(index), index != state.attemptIndex else { return [] }
        let isNewest = index == state.attempts.count - 1
        state.chosenAttempt = isNewest ? nil : state.attempts[index].id.number
        return reopen(&state)
    }

    private static func reopen(_ state: inout State) -> [Effect] {
        (state.slice, state.request, state.hasGrown) = (nil, nil, false)
        (state.isFollowing, state.topOffset, state.problemLine) = (true, 0, nil)
        state.search?.hit = nil
        guard let attempt = state.attempt else { return [] }
        return [.watchLog(path: attempt.log)] + load(&state)
    }
}
