public import Domain
internal import LogText

/// Which way a search goes through a log.
public enum LogDirection: Hashable, Sendable {
    case forward, backward
}

extension LogFile {
    /// Where the nearest line of `level` or worse begins: behind `offset` when going forward,
    /// before it when going backward; nil where there is none.
    ///
    /// Blocks that the index knows to hold none are not read; cost without the index: the file.
    ///
    /// - Throws: ``LogFileError``; `CancellationError` within 50 ms of the task's cancellation.
    public func problem(
        from offset: Int64, direction: LogDirection, level: LogLevel = .error
    ) async throws -> Int64? {
        try await onWorkerThread { stop in
            try self.walk(
                from: offset, direction: direction, stop: stop,
                isWorthReading: { $0.holds(atLeast: level) },
                matches: { LogLevel.stated(by: $0).map { $0 >= level } ?? false })
        }
    }

    /// Where the first line that states `time` or a later one begins; nil where there is none.
    ///
    /// - Throws: ``LogFileError``; `CancellationError` within 50 ms of the task's cancellation.
    public func firstLine(at time: Instant) async throws -> Int64? {
        try await onWorkerThread { stop in try self.firstLine(at: time, stop: stop) }
    }

    func firstLine(at time: Instant, stop: StopFlag) throws -> Int64? {
        var reader = LogTimestampReader(clock: clock)
        return try walk(
            from: -1, direction: .forward, stop: stop,
            isWorthReading: { $0.latest >= time.microseconds && $0.earliest <= $0.latest },
            matches: { line in reader.time(of: line).map { $0 >= time } ?? false })
    }

    /// The nearest line beyond `offset` that matches, block after block.
    func walk(
        from offset: Int64, direction: LogDirection, stop: StopFlag,
        isWorthReading: (IndexBlock) -> Bool,
        matches: (UnsafeBufferPointer<UInt8>) -> Bool
    ) throws -> Int64? {
        for _ in 0..<8 {
            let view = try view()
            guard let file = view.file, view.status.size > 0 else { return nil }
            do {
                return try walk(
                    view, file, from: offset, direction: direction, stop: stop,
                    isWorthReading: isWorthReading, matches: matches)
            } catch is BlockReader.Shrunk {
                continue
            }
        }
        throw LogFileError.unsteady(path: path)
    }

    private func walk(
        _ view: View, _ file: OpenFile, from offset: Int64, direction: LogDirection,
        stop: StopFlag, isWorthReading: (IndexBlock) -> Bool,
        matches: (UnsafeBufferPointer<UInt8>) -> Bool
    ) throws -> Int64? {
        let (size, bytes) = (view.status.size, Int64(tuning.indexBlockBytes))
        let settled =
            view.index.reached >= size ? view.index.blocks.count : view.index.settledBlocks
        let last = Int((size - 1) / bytes)
        var block = Int(min(max(0, offset), size - 1) / bytes)
        while block >= 0, block <= last {
            try stop.check()
            if block >= settled || isWorthReading(view.index.blocks[block]) {
                let range = Int64(block) * bytes..<min(size, Int64(block + 1) * bytes)
                let needed = LineVisitor.needed(for: range, size: size)
                let text = try file.bytes(at: needed.lowerBound, count: needed.count)
                guard text.count == needed.count else { throw BlockReader.Shrunk() }
                var hit: Int64?
                text.withUnsafeBytes { text in
                    LineVisitor.visit(
                        text, of: range, newline: { _ in },
                        line: { start, line in
                            switch direction {
                            case .forward:
                                if hit == nil, start > offset, matches(line) { hit = start }
                            case .backward:
                                if start < offset, matches(line) { hit = start }
                            }
                        })
                }
                if let hit { return hit }
            }
            block += direction == .forward ? 1 : -1
        }
        return nil
    }
}
