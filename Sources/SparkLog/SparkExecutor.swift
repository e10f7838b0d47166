public import Domain

/// One executor; `driver` too, which runs tasks in local mode only.
public struct SparkExecutor: Sendable {
    public var id: String
    public var host: String
    /// 0 where no event told.
    public var cores: Int
    public var resourceProfile: Int
    /// Whether an `ExecutorAdded` event was read; false for the driver of a cluster and for
    /// executors known only from their tasks.
    public var isAnnounced: Bool
    public var addedAt: Instant?
    public var removedAt: Instant?
    public var removalReason: String?
    public var endedTasks: Int
    public var failedTasks: Int
    public var runMilliseconds: Int64

    init(id: String) {
        self.id = id
        host = ""
        cores = 0
        resourceProfile = 0
        isAnnounced = false
        endedTasks = 0
        failedTasks = 0
        runMilliseconds = 0
    }
}

/// What a set of stages asks of its executors (stage-level scheduling).
public struct SparkResourceProfile: Hashable, Sendable {
    public var id: Int
    public var executorCores: Int?
    /// Mebibytes, as all memory here.
    public var memory: Int64?
    public var memoryOverhead: Int64?
    public var offHeapMemory: Int64?
    public var pysparkMemory: Int64?
    public var taskCPUs: Double?
}

/// The memory an executor or the driver offers for storage.
public struct SparkBlockManager: Hashable, Sendable {
    public var executor: String
    public var host: String
    public var port: Int
    public var maximumBytes: Int64
    /// Nil before Spark 2.2.
    public var maximumOnHeapBytes: Int64?
    public var maximumOffHeapBytes: Int64?
    public var addedAt: Instant?
    public var removedAt: Instant?
}
