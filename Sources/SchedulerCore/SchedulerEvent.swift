public import Domain

/// What happened; the only thing that changes the scheduler's state, and what the store keeps.
///
/// Replaying the events of a state folder in order restores every run.
public enum SchedulerEvent: Hashable, Sendable {
    /// A run was made; it starts at once where the limits allow.
    case runCreated(RunCreation, at: Instant)
    /// The process of an attempt is alive.
    case attemptStarted(AttemptID, process: ProcessIdentity?, at: Instant)
    /// Nothing of an attempt is alive any more. `next`, one of ``Scheduler/upcoming(of:_:)``, was
    /// begun in the same moment in its slot, nil where none was.
    case attemptEnded(AttemptID, AttemptOutcome, at: Instant, next: AttemptID? = nil)
    /// What an attempt wrote for others; told before its end.
    case outputsWritten(AttemptID, [TaskOutput], at: Instant)
    /// A timer asked for by ``SchedulerCommand/setTimer(_:at:)`` is due.
    case timerFired(SchedulerTimer, at: Instant)
    case runCancelRequested(RunID, by: String, at: Instant)
    /// One task is ended; it settles as failed without a retry.
    case taskCancelRequested(RunID, TaskID, by: String, at: Instant)
    /// The tasks named lose their state and run again as their rules say; a settled run reopens.
    case tasksCleared(RunID, [TaskID], by: String, at: Instant)
    /// A run goes on by its pipeline as the file has it now; told before the tasks that are cleared
    /// for it.
    case runRevised(RunID, RunRevision, by: String, at: Instant)
    /// A paused pipeline gets no slots and no scheduled runs; what runs goes on.
    case pipelinePaused(PipelineName, isPaused: Bool, by: String, at: Instant)
    /// Tasks get the states that a person gave them; what failed below them runs again where they
    /// count as done. A live attempt is ended first.
    case tasksMarked(RunID, [TaskMark], by: String, at: Instant)
    /// What these tasks waited for in the run before has come about.
    case pastMet(RunID, [TaskID], at: Instant)
    /// A backfill was asked for. Its runs come as `runCreated` and `tasksCleared`.
    case backfillCreated(Backfill, at: Instant)
    /// A backfill has seen to a tick; the run is the one made or repeated for it, nil where an
    /// earlier one was left as it is.
    case backfillAdvanced(BackfillID, tick: Instant, run: RunID?, at: Instant)
    case backfillChanged(BackfillID, BackfillState, by: String, at: Instant)
    /// Whether runs are started: not while nobody is there who would carry out their tasks, and a
    /// command only records what is to be done.
    case admission(isOpen: Bool, at: Instant)
}

/// What a run is made of, fixed when it is created: later edits of the file reach it by
/// ``SchedulerEvent/runRevised(_:_:by:at:)`` alone.
public struct RunCreation: Hashable, Sendable {
    public var id: RunID
    public var pipeline: PipelineName
    public var trigger: RunTrigger
    public var logicalDate: Instant
    public var dataIntervalStart: Instant
    public var dataIntervalEnd: Instant
    /// Parameter values as templates show them; every declared parameter is there.
    public var params: [String: String]
    public var plan: RunPlan
    /// Who asked for it; `schedule` for a scheduled one.
    public var person = ""
    /// The backfill that it belongs to.
    public var backfill: BackfillID?
    /// The run before it that `heldTasks` wait for.
    public var previousRun: RunID?
    /// Tasks that may not run before `pastMet` says so.
    public var heldTasks: [TaskID] = []

    public init(
        id: RunID, pipeline: PipelineName, trigger: RunTrigger, logicalDate: Instant,
        dataIntervalStart: Instant, dataIntervalEnd: Instant, params: [String: String],
        plan: RunPlan
    ) {
        self.id = id
        self.pipeline = pipeline
        self.trigger = trigger
        self.logicalDate = logicalDate
        self.dataIntervalStart = dataIntervalStart
        self.dataIntervalEnd = dataIntervalEnd
        self.params = params
        self.plan = plan
    }
}

/// What the scheduler must know of a pipeline to run it.
public struct RunPlan: Hashable, Sendable {
    public var maxActiveTasks: Int
    public var maxActiveRuns: Int
    public var tasks: [TaskPlan]
    /// Node `n` is `tasks[n]`.
    public var graph: DAG
    /// How long the run may take from its start.
    public var timeout: Span?
    public var deadline: RunDeadline?
    /// What some tasks say beyond their plan, by number.
    public var flows: [Int: TaskFlow] = [:]

    public init(maxActiveTasks: Int, maxActiveRuns: Int, tasks: [TaskPlan], graph: DAG) {
        self.maxActiveTasks = maxActiveTasks
        self.maxActiveRuns = maxActiveRuns
        self.tasks = tasks
        self.graph = graph
    }
}

/// What the scheduler must know of a task.
public struct TaskPlan: Hashable, Sendable {
    public var id: TaskID
    public var retries: Int
    public var retryDelay: Span
    public var timeout: Span?
    public var triggerRule: TriggerRule
    public var pool: PoolName

    public init(
        id: TaskID, retries: Int = 0, retryDelay: Span = .seconds(300), timeout: Span? = nil,
        triggerRule: TriggerRule = .allSuccess, pool: PoolName = .standard
    ) {
        self.id = id
        self.retries = retries
        self.retryDelay = retryDelay
        self.timeout = timeout
        self.triggerRule = triggerRule
        self.pool = pool
    }
}

/// Tells a process from a later one with the same number.
public struct ProcessIdentity: Hashable, Sendable {
    public var pid: Int32
    /// Field 22 of `/proc/PID/stat`: start in clock ticks since boot.
    public var startTicks: UInt64
    /// `/proc/sys/kernel/random/boot_id`
    public var bootID: String

    public init(pid: Int32, startTicks: UInt64, bootID: String) {
        self.pid = pid
        self.startTicks = startTicks
        self.bootID = bootID
    }
}

/// What a timer is for; setting it again moves it.
public enum SchedulerTimer: Hashable, Sendable {
    /// The next attempt of a task is due.
    case retry(RunID, TaskID)
    /// The attempt has used up its time.
    case timeout(AttemptID)
    /// The task has waited as long as it may, over all attempts.
    case wait(RunID, TaskID)
    /// The pool may launch again.
    case pool(PoolName)
    /// The run has used up its time.
    case runTimeout(RunID)
    /// The run should have ended by now.
    case deadline(RunID)
}

/// The state that a person gives a task.
public struct TaskMark: Hashable, Sendable {
    public var task: TaskID
    /// `success`, `failed` or `skipped`.
    public var state: TaskState
    /// The state it had, for whoever takes the mark back.
    public var previous: TaskState

    public init(task: TaskID, state: TaskState, previous: TaskState) {
        self.task = task
        self.state = state
        self.previous = previous
    }
}
