import Domain
import LogFiles
import LogText
import MonitorPanes
import TextSearch

/// Reads and searches several logs as one, for the log pane.
struct MergedLogFinder {
    let merge: LogMerge

    /// Lines of a page while filtering or searching.
    private static let pageLines = 1_000
    /// Most lines that one request looks through; asking again goes on from there.
    private static let effort = 400_000

    func slice(_ request: MergedLogRequest) async throws -> MergedLogSlice {
        let cut: MergedLogCut
        switch request.anchor {
        case .start: cut = try await merge.cut(at: .start)
        case .end: cut = try await merge.cut(at: .end)
        case .time(let time): cut = try await merge.cut(at: .time(time))
        case .cut(let wanted): cut = wanted
        }
        guard !request.filter.isEmpty else {
            return try await merge.slice(
                at: cut, linesBefore: request.linesBefore, linesAfter: request.linesAfter)
        }
        return try await filtered(request, at: cut)
    }

    /// The lines that pass, page after page from the cut in both directions.
    private func filtered(
        _ request: MergedLogRequest, at cut: MergedLogCut
    ) async throws -> MergedLogSlice {
        let filter = try request.filter.logFilter()
        var generations: [Int] = []
        func passing(_ count: Int, forward: Bool) async throws -> ([MergedLogLine], MergedLogCut) {
            var (lines, place, looked): ([MergedLogLine], MergedLogCut, Int) = ([], cut, 0)
            while lines.count < count, looked < Self.effort {
                let page = try await merge.slice(
                    at: place, linesBefore: forward ? 0 : Self.pageLines,
                    linesAfter: forward ? Self.pageLines : 0)
                generations = page.generations
                guard !page.lines.isEmpty else { break }
                let passed = Self.passing(page.lines, filter)
                lines = forward ? lines + passed : passed + lines
                place = forward ? page.end : page.start
                looked += page.lines.count
            }
            return (forward ? Array(lines.prefix(count)) : Array(lines.suffix(count)), place)
        }
        let (earlier, start) = try await passing(request.linesBefore, forward: false)
        let (later, end) = try await passing(request.linesAfter, forward: true)
        return MergedLogSlice(
            lines: earlier + later, start: start, end: end, generations: generations)
    }

    /// The lines that pass; one without a level goes with the line above it in its log.
    private static func passing(
        _ lines: [MergedLogLine], _ filter: LogFilter
    ) -> [MergedLogLine] {
        var levels: [Int: LogLevel] = [:]
        return lines.filter { line in
            let bytes = line.line.bytes
            if let minimum = filter.minimumLevel {
                if let stated = LogLevel.stated(by: bytes) { levels[line.source] = stated }
                guard levels[line.source].map({ $0 >= minimum }) ?? true else { return false }
            }
            return (filter.include.isEmpty || filter.include.contains { $0.matches(bytes) })
                && !filter.exclude.contains { $0.matches(bytes) }
        }
    }

    func find(_ search: MergedLogSearch) async throws -> LogSearchResult {
        let pattern: TextPattern?
        switch search.wanted {
        case .problem: pattern = nil
        case .text(let text):
            do {
                pattern = try TextPattern(text)
            } catch {
                return .refused(problem: error.problem)
            }
        }
        let isForward = search.direction == .forward
        var place = search.from
        var looked = 0
        while looked < Self.effort {
            let page = try await merge.slice(
                at: place, linesBefore: isForward ? 0 : Self.pageLines,
                linesAfter: isForward ? Self.pageLines : 0)
            guard !page.lines.isEmpty else { return .notFound }
            let indices = page.lines.indices
            let hits = indices.filter { index in
                let line = page.lines[index]
                let isPassed =
                    line.source == search.passedSource
                    && line.line.offset == search.passedOffset
                return !isPassed && Self.matches(line.line.bytes, pattern)
            }
            if let hit = isForward ? hits.first : hits.last {
                var cut = page.start
                for line in page.lines[..<hit] {
                    cut.offsets[line.source] = line.line.offset + line.line.byteCount + 1
                }
                return .foundMerged(at: cut, source: page.lines[hit].source)
            }
            place = isForward ? page.end : page.start
            looked += page.lines.count
        }
        return .notFound
    }

    /// Whether a line holds the pattern or, without one, says that it is an error.
    private static func matches(_ bytes: [UInt8], _ pattern: TextPattern?) -> Bool {
        if let pattern { return pattern.matches(bytes) }
        return LogLevel.stated(by: bytes)?.isProblem == true
    }
}
