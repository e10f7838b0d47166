public import Domain

/// One application as its event log tells it, so far.
///
/// A value: a copy is a snapshot that costs next to nothing and stays as it is while reading goes
/// on. Sums come from task ends alone, as stages and jobs may end before their last task does.
/// All texts are as the log has them: not yet safe for a terminal.
public struct SparkApplication: Sendable {
    /// Nil where the log does not tell it.
    public internal(set) var id: String?
    public internal(set) var name: String?
    public internal(set) var user: String?
    /// The attempt of the whole application, on YARN in cluster mode.
    public internal(set) var attempt: String?
    public internal(set) var sparkVersion: String?
    public internal(set) var startedAt: Instant?
    public internal(set) var endedAt: Instant?
    /// Earliest and latest moment that any event names, block managers left out.
    public internal(set) var firstMoment: Instant?
    public internal(set) var lastMoment: Instant?

    /// Settings at the start, sorted by key; later changes are in
    /// ``SparkSQLExecution/modifiedSettings``.
    public internal(set) var sparkProperties: [SparkSetting] = []
    public internal(set) var jvmProperties: [SparkSetting] = []
    public internal(set) var hadoopProperties: [SparkSetting] = []
    public internal(set) var systemProperties: [SparkSetting] = []
    public internal(set) var resourceProfiles: [SparkResourceProfile] = []

    public internal(set) var executors: [SparkExecutor] = []
    public internal(set) var blockManagers: [SparkBlockManager] = []
    /// In the order in which they started.
    public internal(set) var jobs: [SparkJob] = []
    /// Attempts in the order in which the log names them first, listed ones included.
    public internal(set) var stages: [SparkStage] = []
    public internal(set) var tasks = TaskColumns()
    public internal(set) var endReasons: [TaskEndReason] = []
    public internal(set) var sqlExecutions: [SparkSQLExecution] = []
    public internal(set) var streamingQueries: [SparkStreamingQuery] = []
    public internal(set) var rdds = SparkRDDs()

    /// Sums over all task ends that brought metrics; positions as in ``TaskMetric``.
    public internal(set) var totals = [Int64](repeating: 0, count: TaskMetric.allCases.count)
    /// What was read, and what could not be.
    public internal(set) var reading = SparkReading()

    var metrics = MetricTable()
    var stageIndices: [StageKey: Int] = [:]
    var lastStage: (key: StageKey, index: Int)?
    var jobIndices: [Int: Int] = [:]
    var executorIndices: [String: Int] = [:]
    /// By the number of the executor's id in the reader's strings.
    var executorOfText: [Int: Int] = [:]
    var lastExecutor: (text: Int, index: Int)?
    var sqlIndices: [Int64: Int] = [:]
    var queryIndices: [String: Int] = [:]
    /// Cached blocks by RDD.
    var blocks: [Int: [BlockPlace: BlockSize]] = [:]
    var reasonIndices: [TaskEndReason: Int] = [:]
    var running: [Int64: RunningTask] = [:]
    var successIndex: Int?

    public init() {}

    /// What is known of the metric or accumulator with `id`.
    public func metric(_ id: Int64) -> SparkMetric? { metrics[id] }

    /// Tasks that started and whose end was not read, by id; in an application that has ended
    /// these are ends that Spark did not log.
    public var runningTasks: [RunningTask] { running.values.sorted { $0.id < $1.id } }

    /// The position in ``stages`` of one attempt.
    public func stageIndex(id: Int, attempt: Int) -> Int? {
        stageIndices[StageKey(id: id, attempt: attempt)]
    }

    /// Rows in ``tasks`` of one stage attempt, in the order of their ends.
    ///
    /// - Precondition: `stageIndex` is a position in ``stages``.
    public func taskRows(ofStage stageIndex: Int) -> [Int] {
        var rows: [Int] = []
        var row = stages[stageIndex].lastRow
        while let current = row {
            rows.append(current)
            row = tasks.previousRow(of: current)
        }
        return rows.reversed()
    }

    /// The sum of one metric over all tasks of every stage attempt, by position in ``stages``.
    ///
    /// One pass over two columns; saturates.
    public func stageTotals(of metric: TaskMetric) -> [Int64] {
        var totals = [Int64](repeating: 0, count: stages.count)
        for row in 0..<tasks.count {
            let stage = tasks.stageIndex(row: row)
            totals[stage] = totals[stage].addingSaturated(tasks.value(metric, row: row))
        }
        return totals
    }

    /// The sum of one metric over all tasks.
    public func total(_ metric: TaskMetric) -> Int64 { totals[metric.rawValue] }
}

/// A task that started and has not ended yet.
public struct RunningTask: Hashable, Sendable {
    public var id: Int64
    /// Position in ``SparkApplication/stages``.
    public var stageIndex: Int
    /// Position in ``SparkApplication/executors``; nil where the log does not name it.
    public var executorIndex: Int?
    public var launchedAt: Instant
}

/// What was read of a log, and what could not be.
public struct SparkReading: Sendable {
    /// Lines that were understood as events, also of unknown kinds.
    public internal(set) var events = 0
    /// Lines that are no event: broken JSON, too long, or without a name.
    public internal(set) var badLines = 0
    /// Line numbers of the first bad lines, at most 20; they count from 1 in the decoded log.
    public internal(set) var firstBadLines: [Int] = []
    /// Whether the log breaks off inside a line or a compressed block.
    public internal(set) var isTruncated = false
    public internal(set) var taskStarts = 0
    public internal(set) var speculativeTasks = 0
    public internal(set) var tasksWithoutMetrics = 0
    public internal(set) var jobEnds = 0
    public internal(set) var sqlEnds = 0
    public internal(set) var driverAccumulatorUpdates = 0
    public internal(set) var adaptiveUpdates = 0
    public internal(set) var progressEvents = 0
    public internal(set) var queryStarts = 0
    public internal(set) var queryEnds = 0
    public internal(set) var executorsAdded = 0
    public internal(set) var executorsRemoved = 0
    /// Counts of all other events by short name.
    public internal(set) var otherEvents: [String: Int] = [:]
}
