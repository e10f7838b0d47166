public import Domain

/// One attempt of a stage, or a stage that a job listed and never submitted.
public struct SparkStage: Sendable {
    public var id: Int
    /// Counts from 0; a later one reruns only the partitions that were lost.
    public var attempt: Int
    public var name: String
    /// The call stack that made the stage.
    public var details: String
    /// Tasks that Spark announced; fewer may have been logged.
    public var taskCount: Int
    public var parents: [Int]
    public var rdds: [Int]
    public var resourceProfile: Int
    /// Whether all tasks must run at the same time.
    public var isBarrier: Bool
    /// Whether Spark submitted it; a stage that was only listed was skipped or is still to come.
    public var isSubmitted: Bool
    public var isCompleted: Bool
    public var submittedAt: Instant?
    public var completedAt: Instant?
    /// Nil while it runs and when it succeeded.
    public var failureReason: String?

    public var startedTasks: Int
    public var endedTasks: Int
    public var succeededTasks: Int
    public var failedTasks: Int
    public var killedTasks: Int
    /// Start of the first task that ended: the stage's real start, submission includes waiting.
    public var firstLaunchAt: Instant?
    public var lastFinishAt: Instant?
    /// Largest heap any executor reported for the stage (`StageExecutorMetrics`), in bytes.
    public var peakHeapBytes: Int64
    /// Row of the task that ended last.
    var lastRow: Int?

    init(id: Int, attempt: Int) {
        self.id = id
        self.attempt = attempt
        name = ""
        details = ""
        taskCount = 0
        parents = []
        rdds = []
        resourceProfile = 0
        isBarrier = false
        isSubmitted = false
        isCompleted = false
        startedTasks = 0
        endedTasks = 0
        succeededTasks = 0
        failedTasks = 0
        killedTasks = 0
        peakHeapBytes = 0
    }

    mutating func fill(from record: StageRecord) {
        if !record.name.isEmpty { name = record.name }
        if !record.details.isEmpty { details = record.details }
        if record.taskCount > 0 { taskCount = record.taskCount }
        if !record.parents.isEmpty { parents = record.parents }
        if !record.rdds.isEmpty { rdds = record.rdds.map(\.id) }
        if record.resourceProfile > 0 { resourceProfile = record.resourceProfile }
        isBarrier = isBarrier || record.rdds.contains(where: \.isBarrier)
        submittedAt = Instant(sparkTime: record.submissionTime) ?? submittedAt
        completedAt = Instant(sparkTime: record.completionTime) ?? completedAt
        failureReason = record.failureReason ?? failureReason
    }
}

/// A stage and one of its attempts.
struct StageKey: Hashable, Sendable {
    var id: Int
    var attempt: Int
}
