public import Domain
internal import LogText

extension LogFile {
    /// The lines around `anchor` that pass `filter`: up to `linesBefore` that begin before it and
    /// up to `linesAfter` from it on. Offsets are those of the file; `firstLineNumber` is the
    /// first line's number in the file.
    ///
    /// `endOffset` is behind the last line given, or the end of the file where no more lines pass.
    /// Reads until enough lines are found, on two threads of its own; the limits are those of
    /// ``slice(anchor:linesBefore:linesAfter:maxBytesPerLine:maxTotalBytes:)``. Of a line longer
    /// than 1 MiB only the first MiB is looked at.
    ///
    /// - Throws: ``LogFileError``; `CancellationError` within 50 ms of the task's cancellation.
    public func filteredSlice(
        _ filter: LogFilter, anchor: LogAnchor, linesBefore: Int, linesAfter: Int,
        maxBytesPerLine: Int = 64 * 1_024, maxTotalBytes: Int = 8 << 20
    ) async throws -> LogSlice {
        // The anchor becomes the start of its line, as in an unfiltered slice.
        let place = try slice(anchor: anchor, linesBefore: 0, linesAfter: 1, maxBytesPerLine: 0)
        let start = place.lines.first?.offset ?? place.endOffset
        return try await onWorkerThread { stop in
            let later = try self.passing(
                filter, from: start, direction: .forward, limit: linesAfter, stop: stop)
            let earlier = try self.passing(
                filter, from: start, direction: .backward, limit: linesBefore, stop: stop)
            return try self.slice(
                of: earlier.reversed() + later, anchorIndex: earlier.count,
                isExhausted: later.count < linesAfter, maxBytesPerLine: maxBytesPerLine,
                maxTotalBytes: maxTotalBytes, generation: place.generation)
        }
    }

    /// Where lines that pass begin, from `offset` on or before it, the nearest first.
    private func passing(
        _ filter: LogFilter, from offset: Int64, direction: LogDirection, limit: Int,
        stop: StopFlag
    ) throws -> [Int64] {
        let view = try view()
        let size = view.status.size
        guard let file = view.file, size > 0, limit > 0 else { return [] }
        let tuning = tuning
        let chunk = Int64(tuning.searchChunkBytes)
        let chunks = (size - 1) / chunk + 1
        var next = min(max(0, offset), size - 1) / chunk
        var step: Int64 = 1
        var starts: [Int64] = []
        while next >= 0, next < chunks, starts.count < limit {
            let count = direction == .forward ? min(step, chunks - next) : min(step, next + 1)
            let first = next
            do {
                let found = try inParallel(
                    Int(count), threads: tuning.threads, stop: stop,
                    tool: { FilterScanner(filter) }
                ) { scanner, number -> [Int64] in
                    let index =
                        direction == .forward ? first + Int64(number) : first - Int64(number)
                    let chunk = try SearchChunk(
                        of: index * chunk..<min(size, (index + 1) * chunk), in: file, size: size,
                        longestLine: tuning.longestSearchedLine, with: scanner.buffer)
                    let passing = try scanner.passing(chunk) {
                        try self.levelStated(before: chunk.offset, stop: stop)
                    }
                    return direction == .forward
                        ? Array(passing.drop { $0 < offset }.prefix(limit))
                        : Array(passing.prefix { $0 < offset }.reversed().prefix(limit))
                }
                starts += found.flatMap { $0 }.prefix(limit - starts.count)
            } catch is BlockReader.Shrunk {
                throw LogFileError.unsteady(path: path)
            }
            next += direction == .forward ? count : -count
            step = min(step * 2, 64)
        }
        return starts
    }

    /// The level stated last before the line at `offset`.
    private func levelStated(before offset: Int64, stop: StopFlag) throws -> LogLevel? {
        var level: LogLevel?
        _ = try walk(
            from: offset, direction: .backward, stop: stop,
            isWorthReading: { $0.levels != 0 },
            matches: { line in
                guard let stated = LogLevel.stated(by: line) else { return false }
                level = stated
                return true
            })
        return level
    }

    /// Reads the lines at `starts` within the limits, the nearest to `anchorIndex` first.
    private func slice(
        of starts: [Int64], anchorIndex: Int, isExhausted: Bool, maxBytesPerLine: Int,
        maxTotalBytes: Int, generation: Int
    ) throws -> LogSlice {
        let view = try view()
        let size = view.status.size
        guard let file = view.file, view.status.generation == generation else {
            return LogSlice(
                lines: [], fileSize: size, endOffset: 0, generation: view.status.generation)
        }
        var reader = LineReader(
            blocks: BlockReader(
                file: file, size: size, gaps: view.gaps, effort: tuning.searchEffort,
                blockBytes: tuning.blockBytes),
            maxBytesPerLine: max(0, maxBytesPerLine), effort: tuning.searchEffort)
        var room = maxTotalBytes
        var (later, earlier): ([LogLine], [LogLine]) = ([], [])
        var end = starts.isEmpty || isExhausted ? size : starts[min(anchorIndex, starts.count - 1)]
        do {
            for start in starts[anchorIndex...] {
                guard room > 0 || later.isEmpty else {
                    end = start
                    break
                }
                let (line, next) = try reader.line(at: start)
                room -= line.bytes.count + LineReader.upkeep
                later.append(line)
                if !isExhausted { end = next }
            }
            for start in starts[..<anchorIndex].reversed() {
                guard room > 0 || (later.isEmpty && earlier.isEmpty) else { break }
                let (line, _) = try reader.line(at: start)
                room -= line.bytes.count + LineReader.upkeep
                earlier.append(line)
            }
        } catch is BlockReader.Shrunk {
            throw LogFileError.unsteady(path: path)
        }
        let lines = earlier.reversed() + later
        return LogSlice(
            lines: lines, fileSize: size, endOffset: end,
            firstLineNumber: try lines.first.flatMap { try lineNumber(at: $0.offset, in: view) },
            lineCount: try lineCount(in: view), generation: generation)
    }
}
