import Domain
import PaneKit
import TextSearch

// What is shown: a task's attempt, or all tasks; and which of its lines.
extension LogPane {
    /// Shows another task's log, from its end. Where all tasks of the same run are shown, only the
    /// task to come back to changes.
    static func show(_ state: inout State, _ target: Target?) -> [Effect] {
        guard target != state.task else { return [] }
        let old = state
        if let merged = old.merged, merged.run == target?.run {
            (state.task, state.attempts, state.chosenAttempt) = (target, [], nil)
            return target.map { [.loadAttempts($0.run, $0.task)] } ?? []
        }
        let pattern = old.search?.pattern
        state = State()
        (state.task, state.view) = (target, old.view)
        (state.height, state.width) = (old.height, old.width)
        state.filter = old.filter
        state.search = pattern.map { Search(pattern: $0) }
        guard let target else { return [.watchLogs(paths: [])] }
        return [.watchLogs(paths: []), .loadAttempts(target.run, target.task)]
    }

    /// Takes over the attempts of the task shown; a newer one is shown unless one was chosen.
    static func take(_ state: inout State, _ attempts: [AttemptRow]) -> [Effect] {
        let before = state.attempt?.log
        state.attempts = attempts
        guard state.merged == nil, state.attempt?.log != before else { return [] }
        return reopen(&state)
    }

    static func choose(_ state: inout State, attemptAt index: Int) -> [Effect] {
        guard state.merged == nil, state.attempts.indices.contains(index),
            index != state.attemptIndex
        else { return [] }
        let isNewest = index == state.attempts.count - 1
        state.chosenAttempt = isNewest ? nil : state.attempts[index].id.number
        return reopen(&state)
    }

    /// Shows an attempt by its number, also one that is still to be read.
    static func choose(_ state: inout State, attempt number: Int) -> [Effect] {
        if let index = state.attempts.firstIndex(where: { $0.id.number == number }) {
            return choose(&state, attemptAt: index)
        }
        state.chosenAttempt = number
        return []
    }

    /// Shows the logs of all tasks of the run, in the order of time.
    static func showAll(_ state: inout State, _ run: RunID) -> [Effect] {
        let place = topEntry(state).flatMap { index in
            state.entries[...index].last { $0.time != nil }?.time
        }
        let wasFollowing = state.isFollowing
        state.merged = Merged(run: run)
        forget(&state)
        // The same moment stays in sight where it is known.
        if !wasFollowing, let place { (state.isFollowing, state.awaited) = (false, .time(place)) }
        return [.watchLogs(paths: []), .loadLogSources(run)]
    }

    static func showAttempt(_ state: inout State) -> [Effect] {
        state.merged = nil
        return reopen(&state)
    }

    /// Takes over where the logs of the run's tasks are.
    static func take(_ state: inout State, _ run: RunID, _ sources: [LogSource]) -> [Effect] {
        guard state.merged?.run == run, state.merged?.sources != sources else { return [] }
        state.merged?.sources = sources
        state.request = nil
        return [.watchLogs(paths: sources.map(\.path))] + load(&state)
    }

    private static func reopen(_ state: inout State) -> [Effect] {
        forget(&state)
        guard let attempt = state.attempt else { return [] }
        return [.watchLogs(paths: [attempt.log])] + load(&state) + count(&state)
    }

    private static func forget(_ state: inout State) {
        (state.window, state.request, state.hasGrown) = (nil, nil, false)
        (state.isFollowing, state.top, state.problemLine) = (true, LogPlace(offset: 0), nil)
        (state.awaited, state.problemSteps) = (nil, 0)
        (state.problemCut, state.detail) = (nil, nil)
        (state.marked, state.isHitAwaited, state.hasBegunAnew) = (nil, false, false)
        if let pattern = state.search?.pattern { state.search = Search(pattern: pattern) }
    }

    /// Shows only the lines that pass what was typed; nothing typed shows all.
    static func filter(_ state: inout State, _ text: String) -> Monitor.Requests {
        let filter = LineFilter(typed: text, minimumLevel: state.filter.minimumLevel)
        for pattern in filter.include + filter.exclude {
            do {
                _ = try TextPattern(pattern)
            } catch {
                return [.notice(Notice(.error, error.problem))]
            }
        }
        return setFilter(&state, filter).requested()
    }

    /// Shows only the lines that pass `filter`, around the place in sight.
    static func setFilter(_ state: inout State, _ filter: LineFilter) -> [Effect] {
        guard filter != state.filter else { return [] }
        stay(&state, unlessFollowing: true)
        (state.filter, state.request) = (filter, nil)
        if state.merged == nil { state.window = nil }
        return load(&state)
    }
}
