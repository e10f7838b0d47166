public import Domain
public import LogText
internal import Synchronization

/// A log on disk, read by position, that may grow, shrink, vanish and be replaced meanwhile.
///
/// Any thread may call; a call reads blocks of the file and never the whole. A log that does not
/// exist yet is empty.
public final class LogFile: Sendable {
    public let path: String
    let tuning: LogTuning
    /// The zone and the day of times that name none.
    public let clock: LogClock
    let state: Mutex<State>

    struct State {
        var file: OpenFile?
        var identity: OpenFile.Status?
        var status = LogStatus(presence: .missing, size: 0)
        var fingerprint = LogFingerprint.empty
        var gaps: NewlineGaps
        var index: LogIndex
        /// Whether the index saved beside the log has been looked for in this generation.
        var hasLoadedIndex = false
    }

    /// One state of the log: reads through it agree with one another however the log goes on.
    struct View: Sendable {
        var file: OpenFile?
        var identity: OpenFile.Status?
        var status: LogStatus
        var gaps: NewlineGaps
        var index: LogIndex
    }

    /// Opens the log at `path`; costs a few system calls whatever its size.
    ///
    /// `clock` serves the times that lines state; a run's start is its best reference.
    ///
    /// - Throws: ``LogFileError`` where something is there that cannot be read.
    public static func open(
        path: String, clock: LogClock = LogClock(reference: Instant(seconds: 0))
    ) throws(LogFileError) -> LogFile {
        try LogFile(path: path, clock: clock, tuning: .standard)
    }

    init(path: String, clock: LogClock, tuning: LogTuning) throws(LogFileError) {
        self.clock = clock
        self.path = path
        self.tuning = tuning
        state = Mutex(
            State(
                gaps: NewlineGaps(shortest: tuning.shortestGap),
                index: LogIndex(blockBytes: tuning.indexBlockBytes)))
        _ = try refresh()
    }

    /// Looks how the log stands now; some microseconds.
    ///
    /// Growth is told from a new beginning by the bytes at the start and before the old end: a
    /// log that was emptied and has outgrown its old length is seen as truncated.
    @discardableResult
    public func refresh() throws(LogFileError) -> LogStatus { try view().status }

    func view() throws(LogFileError) -> View {
        let result: Result<View, LogFileError> = state.withLock { state in
            do throws(LogFileError) {
                try refresh(&state)
                return .success(
                    View(
                        file: state.file, identity: state.identity, status: state.status,
                        gaps: state.gaps, index: state.index))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Keeps what a request learnt, unless the log has begun anew since.
    func remember(_ gaps: NewlineGaps, generation: Int) {
        state.withLock { state in
            if state.status.generation == generation { state.gaps = gaps }
        }
    }

    /// Takes over an index that was extended from the one of `view`, unless another was first.
    func publish(_ index: LogIndex, after view: View) {
        state.withLock { state in
            guard state.status.generation == view.status.generation,
                state.index.reached == view.index.reached
            else { return }
            state.index = index
            for range in index.newlineFreeRanges(from: view.index.settledBlocks) {
                state.gaps.insert(range)
            }
        }
    }

    /// How far the index of `state` has come.
    func progress(_ state: borrowing State) -> LogIndexProgress {
        LogIndexProgress(
            generation: state.status.generation, indexedBytes: state.index.reached,
            fileSize: state.status.size, newlineCount: state.index.newlines)
    }

    private func beginAnew(_ state: inout State) {
        state.gaps = NewlineGaps(shortest: tuning.shortestGap)
        state.index = LogIndex(blockBytes: tuning.indexBlockBytes)
        state.hasLoadedIndex = false
    }

    private func refresh(_ state: inout State) throws(LogFileError) {
        let atPath = try OpenFile.status(path: path)
        if let file = state.file, let identity = state.identity {
            guard let atPath else {
                state.status.presence = .deleted
                try grow(&state, file)
                return
            }
            if atPath.isSameFile(as: identity) {
                state.status.presence = .present
                try grow(&state, file)
                return
            }
        } else if atPath == nil {
            return
        }
        guard let file = try OpenFile(path: path) else { return }
        let isFirst = state.file == nil
        let status = try file.status()
        state.file = file
        state.identity = status
        state.status.presence = .present
        state.status.size = status.size
        beginAnew(&state)
        state.fingerprint = try LogFingerprint(of: file, size: status.size)
        if !isFirst {
            state.status.generation += 1
            state.status.reason = .replaced
        }
    }

    private func grow(_ state: inout State, _ file: OpenFile) throws(LogFileError) {
        let status = try file.status()
        if status == state.identity { return }
        let old = state.status.size
        var isContinued = false
        if status.size >= old {
            isContinued = try LogFingerprint(of: file, size: old) == state.fingerprint
        }
        state.identity = status
        state.status.size = status.size
        state.fingerprint = try LogFingerprint(of: file, size: status.size)
        if !isContinued {
            state.status.generation += 1
            state.status.reason = .truncated
            beginAnew(&state)
        }
    }
}
