/// What one line says, before the model takes it: a line that turns out broken half way must not
/// leave half of itself behind.
enum EventRecord {
    case taskEnd
    case taskStart(TaskStartRecord)
    case stage(StageRecord)
    case jobStart(JobStartRecord)
    case jobEnd(id: Int64, time: Int64?, failure: String?)
    case stageExecutorMetrics(stage: Int, attempt: Int, heap: Int64)
    case blockUpdated(BlockRecord)
    case unpersist(Int64)
    case driverAccumulators([(id: Int64, value: Int64)])
    case sqlStart(SQLRecord)
    case sqlEnd(id: Int64, time: Int64?, message: String?)
    case adaptiveUpdate(SQLRecord)
    case adaptiveMetrics(execution: Int64, [MetricRecord])
    case queryStarted(SparkStreamingQuery)
    case queryProgress(run: String, id: String, name: String?, SparkStreamingProgress)
    case queryTerminated(run: String, exception: String?)
    case logStart(version: String?)
    case applicationStart(ApplicationRecord)
    case applicationEnd(time: Int64?)
    case environment(EnvironmentRecord)
    case resourceProfile(SparkResourceProfile)
    case executorAdded(ExecutorRecord)
    case executorRemoved(id: String, time: Int64?, reason: String?)
    case blockManagerAdded(SparkBlockManager)
    case blockManagerRemoved(executor: String, time: Int64?)
    case ignored
}

/// The end of a task. One is kept and filled again and again: its arrays cost no allocation.
struct TaskEndRecord: Sendable {
    var stage = 0
    var stageAttempt = 0
    var taskID: Int64 = 0
    var index = 0
    var attempt = 0
    var executor = 0
    var host = 0
    var locality = TaskLocality.unknown
    var isSpeculative = false
    var hasMetrics = false
    var isSuccess = false
    var reason = TaskEndReason(kind: "", count: 0)
    var figures = [Int64](repeating: 0, count: TaskMetric.allCases.count)
    /// Accumulator ids and what this task added to each.
    var updates: [(id: Int64, value: Int64)] = []

    mutating func reset() {
        stage = 0
        stageAttempt = 0
        taskID = 0
        index = 0
        attempt = 0
        executor = -1
        host = -1
        locality = .unknown
        isSpeculative = false
        hasMetrics = false
        isSuccess = false
        if !reason.kind.isEmpty { reason = TaskEndReason(kind: "", count: 0) }
        for metric in figures.indices { figures[metric] = 0 }
        updates.removeAll(keepingCapacity: true)
    }
}

struct TaskStartRecord {
    var stage = 0
    var stageAttempt = 0
    var taskID: Int64 = 0
    var executor = -1
    var host = -1
    var launch: Int64 = 0
}

struct StageRecord {
    var id = 0
    var attempt = 0
    var name = ""
    var details = ""
    var taskCount = 0
    var parents: [Int] = []
    var rdds: [SparkRDD] = []
    var submissionTime: Int64?
    var completionTime: Int64?
    var failureReason: String?
    var resourceProfile = 0
    var totals: [StageTotal] = []
    var isCompletion = false

    /// Leaves what is not read either where a job is known to have listed the stage.
    mutating func dropWhatIsListed(keepsRDDs: Bool) {
        details = ""
        if !isCompletion || !keepsRDDs { rdds = [] }
    }
}

struct JobStartRecord {
    var id: Int64 = 0
    var time: Int64?
    var stages: [Int] = []
    var stageInfos: [StageRecord] = []
    var sqlExecution: Int64?
    var description: String?
    var group: String?
    var pool: String?
    var callSite: String?
    var streamingRun: String?
    var batch: Int64?
}

struct BlockRecord {
    var executor = ""
    var rdd = 0
    var partition = 0
    var size = BlockSize(memory: 0, disk: 0)
}

struct SQLRecord {
    var id: Int64?
    var root: Int64?
    var time: Int64?
    var description = ""
    var details = ""
    var settings: [SparkSetting] = []
    var plan: SparkPlan?
    var metrics: [MetricRecord] = []
}

struct MetricRecord: Sendable {
    var id: Int64
    /// The number of its text; -1 for none.
    var name: Int32
    var kind: SparkMetricKind
}

/// What an accumulator stood at when a stage ended.
struct StageTotal: Sendable {
    var id: Int64
    /// The number of its text; -1 for none.
    var name: Int32
    var value: Int64
}

extension Array {
    /// The same elements in memory for just as many.
    func copied() -> [Element] { withUnsafeBufferPointer { Array($0) } }
}

struct ApplicationRecord {
    var id: String?
    var name: String?
    var user: String?
    var attempt: String?
    var time: Int64?
}

struct EnvironmentRecord {
    var spark: [SparkSetting] = []
    var jvm: [SparkSetting] = []
    var hadoop: [SparkSetting] = []
    var system: [SparkSetting] = []
}

struct ExecutorRecord {
    var id = ""
    var host = ""
    var cores = 0
    var resourceProfile = 0
    var time: Int64?
}
