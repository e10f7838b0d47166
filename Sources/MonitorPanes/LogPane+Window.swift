public import Domain
import LogText
import PaneKit

// Which lines are in sight, and which must be read for that.
extension LogPane.State {
    var entries: [LogEntry] { window?.entries ?? [] }

    /// The attempt shown: the chosen one, or the newest.
    public var attempt: AttemptRow? {
        attemptIndex.map { attempts[$0] }
    }

    var attemptIndex: Int? {
        guard !attempts.isEmpty else { return nil }
        guard let chosenAttempt else { return attempts.count - 1 }
        return attempts.firstIndex { $0.id.number == chosenAttempt } ?? attempts.count - 1
    }

    /// The rows of the window: each the lines that stand in it, the first of which is shown.
    var rows: [Range<Int>] {
        let entries = entries
        guard view.foldsTraces else { return entries.indices.map { $0..<$0 + 1 } }
        var rows: [Range<Int>] = []
        var index = 0
        while index < entries.count {
            var end = index + 1
            if entries[index].isContinuation {
                while end < entries.count, entries[end].isContinuation,
                    entries[end].source == entries[index].source
                {
                    end += 1
                }
                // Two lines say more than a note that two lines are hidden.
                if end - index < 3 { end = index + 1 }
            }
            rows.append(index..<end)
            index = end
        }
        return rows
    }
}

extension LogPane {
    /// Index of the first row in sight; nil without lines.
    static func topRow(_ state: State, _ rows: [Range<Int>]) -> Int? {
        guard !rows.isEmpty else { return nil }
        if state.isFollowing {
            guard state.view.isWrapping else { return max(0, rows.count - state.height) }
            let wrapping = LogWrapping(state, rows, text(state))
            return wrapping.place(ofRow: wrapping.lastTop(state.height)).line
        }
        let entries = state.entries
        if state.merged != nil {
            return rows.firstIndex { row in entries[row].contains { $0.place == state.top } } ?? 0
        }
        return rows.firstIndex { entries[$0.upperBound - 1].line.offset >= state.top.offset }
            ?? rows.count - 1
    }

    /// Index of the first line in sight; nil without lines.
    static func topEntry(_ state: State) -> Int? {
        let rows = state.rows
        return topRow(state, rows).map { rows[$0].lowerBound }
    }

    /// The lines in sight.
    static func visibleRange(_ state: State) -> Range<Int>? {
        let rows = state.rows
        guard let top = topRow(state, rows) else { return nil }
        if state.view.isWrapping {
            let wrapping = LogWrapping(state, rows, text(state))
            let first = wrapping.top(state)
            let last = min(wrapping.count, first + max(1, state.height)) - 1
            return rows[top].lowerBound..<rows[wrapping.place(ofRow: last).line].upperBound
        }
        let last = min(rows.count, top + max(1, state.height)) - 1
        return rows[top].lowerBound..<rows[last].upperBound
    }

    /// Keeps the line at the top where it is from now on.
    static func stay(_ state: inout State, unlessFollowing: Bool = false) {
        guard let top = topEntry(state), !(unlessFollowing && state.isFollowing) else { return }
        let part = topPart(state)
        state.top = state.entries[top].place
        state.topPart = part
        state.isFollowing = false
    }

    /// How many rows of the first line in sight lie above the pane; 0 unless lines are wrapped.
    private static func topPart(_ state: State) -> Int {
        guard state.view.isWrapping else { return 0 }
        let wrapping = LogWrapping(state, state.rows, text(state))
        return wrapping.count == 0 ? 0 : wrapping.place(ofRow: wrapping.top(state)).part
    }

    /// Asks for the lines around the place shown.
    static func load(_ state: inout State) -> [Effect] {
        guard let request = wanted(state) else { return [] }
        guard request != state.request else {
            state.hasGrown = true
            return []
        }
        (state.request, state.hasGrown) = (request, false)
        switch request {
        case .single(let request): return [.loadLog(request)]
        case .merged(let request): return [.loadMergedLog(request)]
        }
    }

    private static func wanted(_ state: State) -> Request? {
        // Folded traces hide most lines of some logs.
        let reach = max(20, state.height) * (state.view.foldsTraces ? 12 : 3)
        if let merged = state.merged {
            guard let sources = merged.sources else { return nil }
            var request = MergedLogRequest(
                run: merged.run, sources: sources, anchor: .end, linesBefore: reach,
                linesAfter: reach, filter: state.filter)
            if state.isFollowing {
                request.linesAfter = 0
            } else if let awaited = state.awaited {
                request.anchor = awaited
                if awaited == .start { request.linesBefore = 0 }
            } else if let top = topEntry(state), let cut = state.window?.cut(before: top) {
                request.anchor = .cut(cut)
            }
            return .merged(request)
        }
        guard let attempt = state.attempt else { return nil }
        return .single(
            LogRequest(
                attempt: attempt.id, path: attempt.log,
                anchor: state.isFollowing ? .end : .byte(state.top.offset), linesBefore: reach,
                linesAfter: state.isFollowing ? 0 : reach, filter: state.filter))
    }

    /// Takes over lines that were asked for; an answer to an older request is dropped.
    static func take(
        _ state: inout State, _ request: LogRequest, _ slice: LogSlice, _ local: LocalClock
    ) -> [Effect] {
        guard state.request == .single(request) else { return [] }
        let clock = LogClock(
            secondsEastOfUTC: local.offset, reference: state.attempt?.startedAt ?? local.now)
        return take(&state, LogWindow(slice, clock: clock))
    }

    static func take(
        _ state: inout State, _ request: MergedLogRequest, _ slice: MergedLogSlice
    ) -> [Effect] {
        guard state.request == .merged(request) else { return [] }
        let window = LogWindow(slice, request)
        if state.awaited == request.anchor {
            state.awaited = nil
            // The first line from the anchor on stands at the top.
            let offsets = slice.start.offsets
            let first =
                request.anchor == .start
                ? window.entries.first
                : window.entries.dropFirst(
                    linesBeforeAnchor(window, request, startedAt: offsets)
                ).first ?? window.entries.last
            if let first { state.top = first.place }
        }
        return take(&state, window)
    }

    /// How many of the window's lines stand before the request's anchor.
    private static func linesBeforeAnchor(
        _ window: LogWindow, _ request: MergedLogRequest, startedAt offsets: [Int64]
    ) -> Int {
        switch request.anchor {
        case .start: return 0
        case .end: return window.entries.count
        case .cut(let cut):
            return window.entries.count { entry in
                cut.offsets.indices.contains(entry.source)
                    && entry.line.offset < cut.offsets[entry.source]
            }
        case .time(let time):
            return window.entries.firstIndex { $0.time.map { $0 >= time } ?? false }
                ?? window.entries.count
        }
    }

    private static func take(_ state: inout State, _ window: LogWindow) -> [Effect] {
        state.request = nil
        if let old = state.window, old.generations != window.generations, state.merged == nil {
            state.hasBegunAnew = true
            if !state.isFollowing { state.top = LogPlace(offset: 0) }
        }
        state.window = window
        showHit(&state)
        guard state.hasGrown else { return [] }
        return grew(&state)
    }

    /// The lines asked for cannot be read; the next occasion asks again.
    static func giveUp(_ state: inout State, _ request: Request) {
        if request == state.request { state.request = nil }
    }

    /// A file holds more than was read.
    static func grew(_ state: inout State) -> [Effect] {
        state.hasGrown = state.request != nil
        guard state.request == nil else { return [] }
        return state.isFollowing || state.window?.isAtEnd != false ? load(&state) : []
    }

    static func scroll(_ state: inout State, by count: Int) -> [Effect] {
        let rows = state.rows
        guard var top = topRow(state, rows), let window = state.window else { return [] }
        // Where lines are wrapped it is their rows that are scrolled.
        let wrapping = state.view.isWrapping ? LogWrapping(state, rows, text(state)) : nil
        if let wrapping { top = wrapping.top(state) }
        let lastTop = wrapping?.lastTop(state.height) ?? max(0, rows.count - state.height)
        let target = min(max(0, top + count), lastTop)
        if window.isAtEnd, target == lastTop, count > 0 {
            state.isFollowing = true
            return []
        }
        if state.isFollowing, target == top { return [] }
        state.isFollowing = false
        state.awaited = nil
        let (line, part) = wrapping?.place(ofRow: target) ?? (target, 0)
        state.top = state.entries[rows[line].lowerBound].place
        state.topPart = part
        let isNearStart = line < state.height && !window.isAtStart
        let isNearEnd = rows.count - line < 2 * state.height && !window.isAtEnd
        return isNearStart || isNearEnd ? load(&state) : []
    }

    static func goToStart(_ state: inout State) -> [Effect] {
        guard state.merged != nil else { return jump(&state, to: 0) }
        (state.isFollowing, state.awaited) = (false, .start)
        return load(&state)
    }

    static func jump(_ state: inout State, to offset: Int64) -> [Effect] {
        state.isFollowing = false
        state.top = LogPlace(offset: offset)
        let isLoaded = state.entries.contains { $0.line.offset == offset }
        let rows = state.rows
        let rest = topRow(state, rows).map { rows.count - $0 } ?? 0
        if isLoaded, rest >= state.height || state.window?.isAtEnd == true { return [] }
        return load(&state)
    }

    static func follow(_ state: inout State) -> [Effect] {
        (state.isFollowing, state.awaited) = (true, nil)
        return state.window?.isAtEnd == true ? [] : load(&state)
    }
}
