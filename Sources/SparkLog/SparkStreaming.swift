public import Domain

/// One run of a streaming query.
public struct SparkStreamingQuery: Sendable {
    /// Survives restarts.
    public var id: String
    public var run: String
    public var name: String?
    public var startedAt: Instant?
    public var isTerminated: Bool
    /// Nil where it was stopped cleanly or still runs.
    public var exception: String?
    public var progress: [SparkStreamingProgress]
}

/// What a streaming query tells about one trigger.
public struct SparkStreamingProgress: Sendable {
    public var batch: Int64
    /// Start of the trigger.
    public var startedAt: Instant?
    public var triggerMilliseconds: Int64
    public var latestOffsetMilliseconds: Int64
    public var getBatchMilliseconds: Int64
    public var planningMilliseconds: Int64
    public var walCommitMilliseconds: Int64
    public var addBatchMilliseconds: Int64
    public var commitOffsetsMilliseconds: Int64
    public var inputRows: Int64
    /// Rows a second over all sources; nil where Spark wrote none or NaN.
    public var inputRowsPerSecond: Double?
    public var processedRowsPerSecond: Double?
    /// Nil where the sink cannot tell.
    public var outputRows: Int64?
    public var watermark: Instant?
    public var stateRows: Int64
    public var stateBytes: Int64
    public var stateRowsDropped: Int64
    public var sources: [String]
    public var sink: String
}
