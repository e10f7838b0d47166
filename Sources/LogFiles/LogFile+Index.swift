internal import Synchronization

/// How far the index of a log has come.
public struct LogIndexProgress: Hashable, Sendable {
    public var generation: Int
    /// Bytes looked at, from the start.
    public var indexedBytes: Int64
    /// The size of the file when that was.
    public var fileSize: Int64
    /// Line ends so far; with an unfinished last line, the lines are one more.
    public var newlineCount: Int64

    public var isComplete: Bool { indexedBytes >= fileSize }
}

extension LogFile {
    /// Brings the index up to the end of the file: reads the one saved beside the log where it
    /// still fits, looks at what is new, and saves it again after a long way.
    ///
    /// Works on two threads of its own in chunks of 256 KiB and gives each 32 MiB to the log, and to
    /// `progress`, at once; so a second call goes on where a cancelled one stopped. Cost: some
    /// 0.5 s a GiB of cached file. Call it again when the log has grown.
    ///
    /// - Throws: ``LogFileError``; `CancellationError` within 50 ms of the task's cancellation.
    @discardableResult
    public func buildIndex(
        progress: (@Sendable (LogIndexProgress) -> Void)? = nil
    ) async throws -> LogIndexProgress {
        try await onWorkerThread { stop in
            try self.buildIndex(stop: stop, progress: progress)
        }
    }

    /// How far the index has come, without doing anything for it.
    public var indexProgress: LogIndexProgress {
        state.withLock { progress($0) }
    }

    /// The number of the line that begins at or holds `offset`, counted from 0; nil until the
    /// index has come so far. Reads at most a block of 32 KiB.
    public func lineNumber(at offset: Int64) throws -> Int64? {
        try lineNumber(at: offset, in: view())
    }

    /// Where line `number`, counted from 0, begins; nil until the index has come so far, or where
    /// there is no such line. Reads at most a block of 32 KiB.
    public func offset(ofLine number: Int64) throws -> Int64? {
        try offset(ofLine: number, in: view())
    }

    /// The lines of the whole file, an unfinished last one counted; nil until the index is
    /// complete.
    public func lineCount() throws -> Int64? { try lineCount(in: view()) }

    func lineCount(in view: View) throws -> Int64? {
        let size = view.status.size
        guard view.index.reached >= size else { return nil }
        guard size > 0, let file = view.file else { return 0 }
        let last = try file.bytes(at: size - 1, count: 1)
        return view.index.newlines + (last == [10] ? 0 : 1)
    }

    func lineNumber(at offset: Int64, in view: View) throws -> Int64? {
        if offset == 0 { return 0 }
        let block = Int(max(0, offset) / view.index.blockBytes)
        guard offset > 0, offset <= view.index.reached, let file = view.file else { return nil }
        guard block < view.index.blocks.count else { return view.index.newlines }
        let start = Int64(block) * view.index.blockBytes
        let bytes = try file.bytes(at: start, count: Int(offset - start))
        return view.index.blocks[block].newlinesBefore + Int64(bytes.count { $0 == 10 })
    }

    func offset(ofLine number: Int64, in view: View) throws -> Int64? {
        if number == 0 { return view.status.size > 0 ? 0 : nil }
        guard let block = view.index.block(ofNewline: number - 1), let file = view.file else {
            return nil
        }
        let range = view.index.range(ofBlock: block)
        let bytes = try file.bytes(at: range.lowerBound, count: range.count)
        var left = number - view.index.blocks[block].newlinesBefore
        for (index, byte) in bytes.enumerated() where byte == 10 {
            left -= 1
            if left == 0 {
                let offset = range.lowerBound + Int64(index) + 1
                return offset < view.status.size ? offset : nil
            }
        }
        return nil
    }

    func buildIndex(
        stop: StopFlag, progress: (@Sendable (LogIndexProgress) -> Void)?
    ) throws -> LogIndexProgress {
        loadSavedIndex()
        var newBytes: Int64 = 0
        var misses = 0
        while true {
            let view = try view()
            guard let file = view.file, view.index.reached < view.status.size else {
                if newBytes >= tuning.worthSaving { saveIndex(view) }
                return indexProgress
            }
            do {
                let step = try extended(view, file, stop)
                newBytes += step.reached - view.index.reached
                publish(step, after: view)
                progress?(indexProgress)
            } catch is BlockReader.Shrunk {
                misses += 1
                if misses > 100 { throw LogFileError.unsteady(path: path) }
            }
        }
    }

    /// The index of `view`, one round of chunks further.
    private func extended(_ view: View, _ file: OpenFile, _ stop: StopFlag) throws -> LogIndex {
        var index = view.index
        let size = view.status.size
        let first = index.settledBlocks
        let blocks = Int((size + index.blockBytes - 1) / index.blockBytes)
        let last = min(blocks, index.blocks.count + tuning.chunkBlocks * tuning.chunksPerRound)
        let scan = IndexScan(
            file: file, size: size, blockBytes: index.blockBytes, clock: clock)
        let chunk = tuning.chunkBlocks
        let found = try inParallel(
            (last - first + chunk - 1) / chunk, threads: tuning.threads, stop: stop,
            tool: { ReadBuffer() }
        ) { buffer, number in
            let start = first + number * chunk
            return try scan.findings(of: start..<min(last, start + chunk), with: buffer)
        }
        index.replace(
            from: first, with: found.flatMap { $0 }, size: size)
        return index
    }
}
