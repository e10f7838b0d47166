public import Domain

/// One job: an action, or one query stage of an adaptive query.
public struct SparkJob: Sendable {
    public enum Outcome: Hashable, Sendable {
        case running
        case succeeded
        /// With Spark's message.
        case failed(String)
    }

    public var id: Int
    public var submittedAt: Instant?
    public var endedAt: Instant?
    public var outcome: Outcome
    /// Ids of the stages it listed; those never submitted were skipped.
    public var stages: [Int]
    public var sqlExecution: Int64?
    public var description: String?
    public var group: String?
    public var pool: String?
    public var callSite: String?
    /// Run id of the streaming query that made it.
    public var streamingRun: String?
    public var batch: Int64?
}
