public import Domain

// Which lines are in sight, and which must be read for that.
extension LogPane.State {
    var lines: [LogLine] { slice?.lines ?? [] }

    /// The attempt shown: the chosen one, or the newest.
    public var attempt: AttemptRow? {
        attemptIndex.map { attempts[$0] }
    }

    var attemptIndex: Int? {
        guard !attempts.isEmpty else { return nil }
        guard let chosenAttempt else { return attempts.count - 1 }
        return attempts.firstIndex { $0.id.number == chosenAttempt } ?? attempts.count - 1
    }
}

extension LogPane {
    /// Index of the first line in sight; nil without lines.
    static func topLine(_ state: State) -> Int? {
        guard !state.lines.isEmpty else { return nil }
        if state.isFollowing { return max(0, state.lines.count - state.height) }
        return state.lines.firstIndex { $0.offset >= state.topOffset } ?? state.lines.count - 1
    }

    /// The lines in sight where each takes one row.
    static func visibleRange(_ state: State) -> Range<Int>? {
        topLine(state).map { $0..<min(state.lines.count, $0 + max(1, state.height)) }
    }

    /// Asks for the lines around the place shown.
    static func load(_ state: inout State) -> [Effect] {
        guard let attempt = state.attempt else { return [] }
        let reach = max(20, state.height) * 3
        let request =
            state.isFollowing
            ? LogRequest(
                attempt: attempt.id, path: attempt.log, anchor: .end, linesBefore: reach,
                linesAfter: 0, filter: state.filter)
            : LogRequest(
                attempt: attempt.id, path: attempt.log, anchor: .byte(state.topOffset),
                linesBefore: reach, linesAfter: reach, filter: state.filter)
        guard request != state.request else {
            state.hasGrown = true
            return []
        }
        (state.request, state.hasGrown) = (request, false)
        return [.loadLog(request)]
    }

    static func scroll(_ state: inout State, by count: Int) -> [Effect] {
        guard let top = topLine(state), let slice = state.slice else { return [] }
        let lastTop = max(0, state.lines.count - state.height)
        let target = min(max(0, top + count), lastTop)
        if slice.isAtEnd, target == lastTop, count > 0 {
            state.isFollowing = true
            return []
        }
        if state.isFollowing, target == top { return [] }
        state.isFollowing = false
        state.topOffset = state.lines[target].offset
        let isNearStart = target < state.height && !slice.isAtStart
        let isNearEnd = state.lines.count - target < 2 * state.height && !slice.isAtEnd
        return isNearStart || isNearEnd ? load(&state) : []
    }

    static func jump(_ state: inout State, to offset: Int64) -> [Effect] {
        state.isFollowing = false
        state.topOffset = offset
        let isLoaded = state.lines.contains { $0.offset == offset }
        let rest = topLine(state).map { state.lines.count - $0 } ?? 0
        if isLoaded, rest >= state.height || state.slice?.isAtEnd == true { return [] }
        return load(&state)
    }

    static func follow(_ state: inout State) -> [Effect] {
        state.isFollowing = true
        return state.slice?.isAtEnd == true ? [] : load(&state)
    }
}
