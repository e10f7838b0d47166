public import TextSearch

/// How far a count of matching lines has come.
public struct LogCount: Hashable, Sendable {
    public var matchingLines: Int64
    /// Bytes searched so far.
    public var searchedBytes: Int64
    /// The size of the file when the count began.
    public var fileSize: Int64
}

extension LogFile {
    /// Where the nearest line that matches begins: behind `offset` when going forward, before it
    /// when going backward; nil where there is none. To find the line at `offset` too, go forward
    /// from the byte before it (-1 for the first).
    ///
    /// Reads from `offset` on with growing steps, on two threads of its own. Of a line longer than
    /// 1 MiB only the first MiB is searched.
    ///
    /// - Throws: ``LogFileError``; `CancellationError` within 50 ms of the task's cancellation.
    public func firstMatch(
        of pattern: TextPattern, from offset: Int64, direction: LogDirection
    ) async throws -> Int64? {
        try await onWorkerThread { stop in
            try self.firstMatch(of: pattern, from: offset, direction: direction, stop: stop)
        }
    }

    /// Counts the lines that match in the whole log as it stands now.
    ///
    /// `progress` is called some times a second with what has been counted so far. Cost: less than
    /// `grep -c` of the same pattern; two threads of its own.
    ///
    /// - Throws: ``LogFileError``; `CancellationError` within 50 ms of the task's cancellation.
    public func countMatches(
        of pattern: TextPattern, progress: (@Sendable (LogCount) -> Void)? = nil
    ) async throws -> LogCount {
        try await onWorkerThread { stop in
            try self.countMatches(of: pattern, stop: stop, progress: progress)
        }
    }

    private func countMatches(
        of pattern: TextPattern, stop: StopFlag, progress: (@Sendable (LogCount) -> Void)?
    ) throws -> LogCount {
        let view = try view()
        let size = view.status.size
        var result = LogCount(matchingLines: 0, searchedBytes: 0, fileSize: size)
        guard let file = view.file else { return result }
        let tuning = tuning
        let chunk = Int64(tuning.searchChunkBytes)
        let round = chunk * 512
        while result.searchedBytes < size {
            let start = result.searchedBytes
            let end = min(size, start + round)
            do {
                let counts = try inParallel(
                    Int((end - start + chunk - 1) / chunk), threads: tuning.threads, stop: stop,
                    tool: { (ReadBuffer(), LineScanner(pattern)) }
                ) { tool, number in
                    let from = start + Int64(number) * chunk
                    let lines = try SearchChunk(
                        of: from..<min(end, from + chunk), in: file, size: size,
                        longestLine: tuning.longestSearchedLine, with: tool.0
                    ).lines
                    var (count, place): (Int64, Int) = (0, 0)
                    while place < lines.count, let line = tool.1.nextLine(in: lines, from: place) {
                        count += 1
                        place = line.upperBound + 1
                    }
                    return count
                }
                result.matchingLines += counts.reduce(0, +)
            } catch is BlockReader.Shrunk {
                throw LogFileError.unsteady(path: path)
            }
            result.searchedBytes = end
            progress?(result)
        }
        return result
    }

    private func firstMatch(
        of pattern: TextPattern, from offset: Int64, direction: LogDirection, stop: StopFlag
    ) throws -> Int64? {
        let view = try view()
        let size = view.status.size
        guard let file = view.file, size > 0 else { return nil }
        let tuning = tuning
        let chunk = Int64(tuning.searchChunkBytes)
        let chunks = (size - 1) / chunk + 1
        var next = min(max(0, offset), size - 1) / chunk
        var step: Int64 = 1
        while next >= 0, next < chunks {
            let count = direction == .forward ? min(step, chunks - next) : min(step, next + 1)
            let first = next
            do {
                let hits = try inParallel(
                    Int(count), threads: tuning.threads, stop: stop,
                    tool: { (ReadBuffer(), LineScanner(pattern)) }
                ) { tool, number -> Int64? in
                    let index =
                        direction == .forward ? first + Int64(number) : first - Int64(number)
                    let found = try SearchChunk(
                        of: index * chunk..<min(size, (index + 1) * chunk), in: file, size: size,
                        longestLine: tuning.longestSearchedLine, with: tool.0)
                    var (hit, place): (Int64?, Int) = (nil, 0)
                    while place < found.lines.count,
                        let line = tool.1.nextLine(in: found.lines, from: place)
                    {
                        let start = found.offset + Int64(line.lowerBound)
                        switch direction {
                        case .forward: if start > offset { return start }
                        case .backward:
                            if start >= offset { return hit }
                            hit = start
                        }
                        place = line.upperBound + 1
                    }
                    return hit
                }
                if let hit = hits.compactMap({ $0 }).first { return hit }
            } catch is BlockReader.Shrunk {
                throw LogFileError.unsteady(path: path)
            }
            next += direction == .forward ? count : -count
            step = min(step * 2, 64)
        }
        return nil
    }
}
