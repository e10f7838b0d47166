public import Domain

/// What the machine wants done; carried out only after the event behind it is durable.
///
/// Idempotent by its attempt: carrying one out twice starts nothing twice.
public enum SchedulerCommand: Hashable, Sendable {
    /// Start the attempt; answer with `attemptStarted`, and with `attemptEnded` in the end.
    case launch(AttemptID)
    /// End the attempt's whole process tree: TERM, grace, KILL. `attemptEnded` follows from that.
    case terminate(AttemptID)
    case setTimer(SchedulerTimer, at: Instant)
    case cancelTimer(SchedulerTimer)
}

/// What a handled event changed, for the rows that are kept beside the events.
public enum SchedulerChange: Hashable, Sendable {
    case runState(RunID, RunState, at: Instant)
    case taskState(RunID, TaskID, TaskState, TaskDetail)
    /// The run has not ended by its deadline.
    case deadlineMissed(RunID, deadline: Instant, at: Instant)
    /// The mapped task has instances of these indices from now on, behind those it has; their ids
    /// are `TaskID.instance(_:)`, and rows follow those of all tasks before.
    case instancesAdded(RunID, of: TaskID, indices: Range<Int>)
    /// A task has made an asset anew; whoever carries out the scheduler's steps adds it.
    case assetMade(AssetName, by: RunID, TaskID, at: Instant)
    /// The circuit of a pool, which protects what its tasks work on.
    case circuit(PoolName, CircuitState, at: Instant)
}

/// What goes with a task's new state.
public struct TaskDetail: Hashable, Sendable {
    public var at: Instant
    /// Attempts begun so far.
    public var attemptCount: Int
    /// Why, for people, where the state alone does not say it: `timed out after 10m`.
    public var note: String?
    /// When the next attempt is due, in state `upForRetry`.
    public var retryAt: Instant?

    public init(at: Instant, attemptCount: Int, note: String? = nil, retryAt: Instant? = nil) {
        self.at = at
        self.attemptCount = attemptCount
        self.note = note
        self.retryAt = retryAt
    }
}

/// What one event brought about.
public struct SchedulerStep: Hashable, Sendable {
    public var changes: [SchedulerChange]
    public var commands: [SchedulerCommand]

    public init(changes: [SchedulerChange] = [], commands: [SchedulerCommand] = []) {
        self.changes = changes
        self.commands = commands
    }
}

/// The limits that all runs share.
public struct SchedulerLimits: Hashable, Sendable {
    /// Tasks that may hold a slot at once, over all pipelines.
    public var parallelism: Int
    /// Slots of each pool by name; a pool not named here has 128, as Airflow's default pool.
    public var pools: [PoolName: Int]
    /// Rates and circuits of the pools that have any.
    public var policies: [PoolName: PoolPolicy]

    public init(
        parallelism: Int, pools: [PoolName: Int] = [:], policies: [PoolName: PoolPolicy] = [:]
    ) {
        self.policies = policies
        self.parallelism = parallelism
        self.pools = pools
    }
}
