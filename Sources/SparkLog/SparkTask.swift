public import Domain

/// A figure that every task has; absent ones are 0.
///
/// Shuffle reads, spill and so on are those of `Task Metrics`; see Spark's monitoring guide.
public enum TaskMetric: Int, CaseIterable, Sendable {
    /// Milliseconds since 1970.
    case launchTime
    /// Finish minus launch in milliseconds, never negative.
    case duration
    case runMilliseconds
    case cpuNanoseconds
    case deserializeMilliseconds
    case resultSerializationMilliseconds
    /// Finish minus the start of fetching the result, where it was fetched apart.
    case gettingResultMilliseconds
    case gcMilliseconds
    case resultBytes
    case memorySpillBytes
    case diskSpillBytes
    case peakExecutionMemoryBytes
    /// Largest polled heap of the executor while the task ran.
    case peakHeapBytes
    case inputBytes
    case inputRecords
    case outputBytes
    case outputRecords
    case shuffleRemoteBytes
    case shuffleLocalBytes
    case shuffleReadRecords
    /// Blocks fetched, local and remote.
    case shuffleBlocks
    case fetchWaitMilliseconds
    case shuffleWriteBytes
    case shuffleWriteRecords
    case shuffleWriteNanoseconds
}

/// How a task ended.
public enum TaskOutcome: Int, Sendable {
    case succeeded
    /// Any end that counts as a failure of the task.
    case failed
    /// Killed, refused to commit, or taken back after success: no failure.
    case killed
}

/// Where Spark placed a task relative to its data.
public enum TaskLocality: Int, Sendable {
    case unknown, processLocal, nodeLocal, noPreference, rackLocal, any

    init(_ text: String) {
        switch text {
        case "PROCESS_LOCAL": self = .processLocal
        case "NODE_LOCAL": self = .nodeLocal
        case "NO_PREF": self = .noPreference
        case "RACK_LOCAL": self = .rackLocal
        case "ANY": self = .any
        default: self = .unknown
        }
    }
}

/// One end of one task, read from the columns of its application.
public struct SparkTask: Sendable {
    /// Unique in the application; a task taken back (`Resubmitted`) ends twice.
    public var id: Int64
    /// Position in ``SparkApplication/stages``.
    public var stageIndex: Int
    /// Position in the task set.
    public var index: Int
    /// Counts from 0.
    public var attempt: Int
    /// Position in ``SparkApplication/executors``.
    public var executorIndex: Int
    public var outcome: TaskOutcome
    public var isSpeculative: Bool
    /// False where the executor was lost before it could tell: then all figures but times are 0.
    public var hasMetrics: Bool
    public var locality: TaskLocality
    /// Position in ``SparkApplication/endReasons``.
    public var reasonIndex: Int
    public var launchedAt: Instant
    public var finishedAt: Instant
    public var figures: [Int64]

    /// The value of one metric.
    public subscript(metric: TaskMetric) -> Int64 { figures[metric.rawValue] }

    /// Milliseconds between launch and finish that no part of the task explains.
    public var schedulerDelayMilliseconds: Int64 {
        var delay = self[.duration]
        for part in [
            TaskMetric.runMilliseconds, .deserializeMilliseconds, .resultSerializationMilliseconds,
            .gettingResultMilliseconds,
        ] {
            delay = delay.subtractingReportingOverflow(self[part]).partialValue
        }
        return max(0, delay)
    }
}

/// Why tasks ended, one entry for equal reasons.
public struct TaskEndReason: Hashable, Sendable {
    /// Spark's word: `Success`, `ExceptionFailure`, `FetchFailed`, `TaskKilled`, …
    public var kind: String
    /// Class of the exception, where there was one.
    public var exceptionClass: String?
    /// First line of what Spark says, cut at 500 bytes; not yet safe for a terminal.
    public var message: String?
    /// How many task ends had it.
    public var count: Int
}
