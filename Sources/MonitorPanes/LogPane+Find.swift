import Domain
import PaneKit
import TextSearch

// Going to hits, errors and times.
extension LogPane {
    /// Looks for what was typed; nothing typed ends the search.
    static func search(_ state: inout State, _ text: String) -> Monitor.Requests {
        guard !text.isEmpty else {
            state.search = nil
            return []
        }
        state.search = Search(pattern: text)
        return (step(&state, 1) + count(&state)).requested()
    }

    /// Counts the hits of the whole log in the background.
    static func count(_ state: inout State) -> [Effect] {
        guard let search = state.search, search.matcher != nil, state.merged == nil,
            let path = state.attempt?.log
        else { return [] }
        return [.countHits(path: path, pattern: search.pattern)]
    }

    static func take(
        _ state: inout State, hits count: HitCount, of pattern: String, in path: String
    ) {
        guard state.search?.pattern == pattern, state.attempt?.log == path else { return }
        state.search?.count = count
    }

    /// Goes one hit on, or back below 0. Steps asked for while a search is under way are taken
    /// when it has answered, so that none is lost however fast the key is pressed.
    static func step(_ state: inout State, _ direction: Int) -> [Effect] {
        guard let search = state.search, !search.pattern.isEmpty else { return [] }
        let isUnderWay = search.steps != 0
        state.search?.steps += direction
        return isUnderWay ? [] : find(&state)
    }

    private static func find(_ state: inout State) -> [Effect] {
        guard let search = state.search, search.steps != 0 else { return [] }
        let effects = look(
            state, for: .text(search.pattern), from: (search.hit, search.hitCut),
            forward: search.steps > 0)
        if effects.isEmpty { state.search?.steps = 0 }
        return effects
    }

    /// Goes to the next line that says it is an error, or the one before.
    static func stepToProblem(_ state: inout State, _ direction: Int) -> [Effect] {
        let isUnderWay = state.problemSteps != 0
        state.problemSteps += direction
        return isUnderWay ? [] : findProblem(&state)
    }

    private static func findProblem(_ state: inout State) -> [Effect] {
        guard state.problemSteps != 0 else { return [] }
        let effects = look(
            state, for: .problem, from: (state.problemLine, state.problemCut),
            forward: state.problemSteps > 0)
        if effects.isEmpty { state.problemSteps = 0 }
        return effects
    }

    /// Looks behind the line found last, or from the first line in sight on.
    private static func look(
        _ state: State, for wanted: LogSearch.Wanted,
        from last: (place: LogPlace?, cut: MergedLogCut?), forward: Bool
    ) -> [Effect] {
        guard let top = topEntry(state) else { return [] }
        let direction: LogSearch.Direction = forward ? .forward : .backward
        if let merged = state.merged {
            guard let sources = merged.sources,
                let cut = last.cut ?? state.window?.cut(before: top)
            else { return [] }
            let passed = last.cut == nil ? nil : last.place
            return [
                .searchMergedLog(
                    MergedLogSearch(
                        run: merged.run, sources: sources, wanted: wanted, from: cut,
                        direction: direction, passedSource: passed?.source,
                        passedOffset: passed?.offset))
            ]
        }
        guard let path = state.attempt?.log else { return [] }
        return [
            .searchLog(
                LogSearch(
                    path: path, wanted: wanted,
                    from: (last.place ?? state.entries[top].place).offset,
                    direction: direction, includesStart: last.place == nil))
        ]
    }

    /// Moves to a line that was found, and on where more steps were asked for meanwhile.
    static func take(
        _ state: inout State, _ search: LogSearch, _ result: LogSearchResult
    ) -> [Effect] {
        guard state.merged == nil, search.path == state.attempt?.log else { return [] }
        return take(&state, search.wanted, search.direction, result)
    }

    static func take(
        _ state: inout State, _ search: MergedLogSearch, _ result: LogSearchResult
    ) -> [Effect] {
        guard let merged = state.merged, search.run == merged.run,
            search.sources == merged.sources
        else { return [] }
        return take(&state, search.wanted, search.direction, result)
    }

    private static func take(
        _ state: inout State, _ wanted: LogSearch.Wanted, _ direction: LogSearch.Direction,
        _ result: LogSearchResult
    ) -> [Effect] {
        let step = direction == .forward ? 1 : -1
        let place: LogPlace?
        var foundCut: MergedLogCut?
        switch result {
        case .found(let offset), .wrapped(let offset): place = LogPlace(offset: offset)
        case .foundMerged(let cut, let source):
            place =
                cut.offsets.indices.contains(source)
                ? LogPlace(source: source, offset: cut.offsets[source]) : nil
            foundCut = cut
            state.awaited = .cut(cut)
        case .notFound, .refused: place = nil
        }
        switch wanted {
        case .text(let pattern):
            guard pattern == state.search?.pattern else { return [] }
            state.search?.result = result
            guard let place else {
                state.search?.steps = 0
                return []
            }
            state.search?.hit = place
            state.search?.hitCut = foundCut
            state.isHitAwaited = true
            state.search?.steps -= step
        case .problem:
            guard let place else {
                state.problemSteps = 0
                return []
            }
            (state.problemLine, state.problemCut) = (place, foundCut)
            state.problemSteps -= step
        }
        guard let place else { return [] }
        state.marked = place
        return reveal(&state, place) + (wanted == .problem ? findProblem(&state) : find(&state))
    }

    /// A search could not be done: the steps asked for are given up.
    static func giveUpSearch(_ state: inout State) {
        state.search?.steps = 0
        state.problemSteps = 0
    }

    private static func reveal(_ state: inout State, _ place: LogPlace) -> [Effect] {
        if let range = visibleRange(state),
            let index = state.entries.firstIndex(where: { $0.place == place }),
            range.contains(index)
        {
            state.awaited = nil
            stay(&state)
            showHit(&state)
            return []
        }
        guard state.merged != nil else {
            let effects = jump(&state, to: place.offset)
            showHit(&state)
            return effects
        }
        if state.entries.contains(where: { $0.place == place }) {
            (state.isFollowing, state.awaited, state.top) = (false, nil, place)
        } else {
            state.isFollowing = false
        }
        return load(&state)
    }

    /// Brings the hit gone to into sight where its line is longer than a row: sideways, or by the rows
    /// of a wrapped line. Of a line that is still to be read, once it is there.
    static func showHit(_ state: inout State) {
        let rows = state.rows
        guard state.isHitAwaited, let search = state.search, let hit = search.hit,
            let line = rows.firstIndex(where: { row in
                row.count == 1 && state.entries[row.lowerBound].place == hit
            })
        else { return }
        state.isHitAwaited = false
        let text = text(state)
        let matches = text.matches(search, in: state.entries[rows[line].lowerBound])
        guard let match = matches.first else { return }
        guard state.view.isWrapping else {
            let shown = state.leftColumn..<state.leftColumn + text.width
            guard
                !matches.contains(where: {
                    shown.contains($0.lowerBound) && shown.contains($0.upperBound - 1)
                })
            else { return }
            // A third of the row for what stands before it; at the beginning, from the beginning.
            let before = match.lowerBound - text.width / 3
            state.leftColumn = match.upperBound < text.width ? 0 : max(0, before)
            return
        }
        let wrapping = LogWrapping(state, rows, text)
        let wanted = wrapping.row(ofLine: line, part: match.lowerBound / text.width)
        let top = wrapping.top(state)
        guard !(top..<top + state.height).contains(wanted) else { return }
        let (first, part) = wrapping.place(ofRow: min(wanted, wrapping.lastTop(state.height)))
        state.isFollowing = false
        state.top = state.entries[rows[first].lowerBound].place
        state.topPart = part
    }

    /// Goes to a time that was typed: `12:30` of the day of the run, `+90s` from its start, `-5m`
    /// before its last line.
    static func goToTime(
        _ state: inout State, _ text: String, _ clock: LocalClock
    ) -> Monitor.Requests {
        let start = state.attempt?.startedAt ?? clock.now
        guard let time = moment(text, start: start, end: state.attempt?.endedAt, clock) else {
            return [
                .notice(
                    Notice(
                        .error, "'\(text)' is no time. Write 12:30, 12:30:45, +90s or -5m."))
            ]
        }
        if state.merged != nil {
            (state.isFollowing, state.awaited) = (false, .time(time))
            return load(&state).requested()
        }
        return state.attempt.map { [.perform(.findTime(path: $0.log, time))] } ?? []
    }

    private static func moment(
        _ text: String, start: Instant, end: Instant?, _ clock: LocalClock
    ) -> Instant? {
        if let sign = text.first, sign == "+" || sign == "-" {
            guard let span = Span(durationText: String(text.dropFirst())) else { return nil }
            return sign == "+"
                ? start.advanced(by: span)
                : (end ?? clock.now).advanced(by: Span(microseconds: -span.microseconds))
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard (2...3).contains(parts.count), !parts.contains(nil) else { return nil }
        let numbers = parts.compactMap { $0 }
        guard (0...23).contains(numbers[0]), numbers.dropFirst().allSatisfy((0...59).contains)
        else { return nil }
        let day = clock.civilTime(start)
        let midnight = day.secondsSinceEpoch - Int64(day.hour * 3600 + day.minute * 60 + day.second)
        let seconds = numbers[0] * 3600 + numbers[1] * 60 + (numbers.count > 2 ? numbers[2] : 0)
        return Instant(seconds: midnight + Int64(seconds) - Int64(clock.offset))
    }

    static func take(_ state: inout State, time: Instant, in path: String, at offset: Int64?)
        -> Monitor.Requests
    {
        guard state.merged == nil, state.attempt?.log == path else { return [] }
        guard let offset else {
            return [.notice(Notice(.info, "No line states that time or a later one."))]
        }
        return jump(&state, to: offset).requested()
    }
}
