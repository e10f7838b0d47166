/// Names a backfill: `backfill-1`.
public struct BackfillID: Name {
    public let name: String
    public init(_ name: String) { self.name = name }
}

/// Which runs that exist already a backfill repeats.
public enum BackfillReprocess: String, Hashable, Sendable, CaseIterable {
    case none
    /// Those that failed or were cancelled.
    case failed
    /// Those that have ended in any way.
    case completed
}

/// Where a backfill stands.
public enum BackfillState: String, Hashable, Sendable, CaseIterable {
    /// Makes runs as fast as its limit allows.
    case running
    /// Makes no new runs; those that go on do so.
    case paused
    case cancelled
    /// Every run it was to make has ended.
    case completed

    /// Whether nothing more comes of it.
    public var isSettled: Bool { self == .cancelled || self == .completed }
}

/// What a backfill was asked to do: the ticks of a pipeline in a stretch of time, each once.
public struct Backfill: Hashable, Sendable {
    public var id: BackfillID
    public var pipeline: PipelineName
    /// First and last tick, both included.
    public var from: Instant
    public var to: Instant
    /// How many of its runs may be active at once, 1…
    public var maxActiveRuns: Int
    public var reprocess: BackfillReprocess
    public var params: [String: String]
    /// Who asked for it.
    public var person: String

    public init(
        id: BackfillID, pipeline: PipelineName, from: Instant, to: Instant,
        maxActiveRuns: Int = 10, reprocess: BackfillReprocess = .none,
        params: [String: String] = [:], person: String
    ) {
        self.id = id
        self.pipeline = pipeline
        self.from = from
        self.to = to
        self.maxActiveRuns = maxActiveRuns
        self.reprocess = reprocess
        self.params = params
        self.person = person
    }
}

/// A backfill as lists show it.
public struct BackfillRow: Hashable, Sendable {
    public var backfill: Backfill
    public var state: BackfillState
    public var createdAt: Instant
    public var endedAt: Instant?
    /// The last tick that it saw to; nil before the first.
    public var lastTick: Instant?
    /// Its runs, made or repeated.
    public var runCount: Int
    public var activeCount: Int
    public var failedCount: Int

    public init(
        backfill: Backfill, state: BackfillState, createdAt: Instant, endedAt: Instant? = nil,
        lastTick: Instant? = nil, runCount: Int = 0, activeCount: Int = 0, failedCount: Int = 0
    ) {
        self.backfill = backfill
        self.state = state
        self.createdAt = createdAt
        self.endedAt = endedAt
        self.lastTick = lastTick
        self.runCount = runCount
        self.activeCount = activeCount
        self.failedCount = failedCount
    }
}
