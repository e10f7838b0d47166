public import Domain

/// A run that has ended, as the store's rows hold it: what the machine needs to open it again.
public struct SettledRun: Hashable, Sendable {
    public var creation: RunCreation
    public var state: RunState
    /// One a task of `creation.plan`, in its order.
    public var tasks: [SettledTask]
    /// Of mapped tasks, in the order they were added.
    public var instances: [SettledInstance]
    /// What tasks and instances wrote for others.
    public var outputs: [TaskID: [TaskOutput]]

    public init(
        creation: RunCreation, state: RunState, tasks: [SettledTask],
        instances: [SettledInstance] = [], outputs: [TaskID: [TaskOutput]] = [:]
    ) {
        self.instances = instances
        self.outputs = outputs
        self.creation = creation
        self.state = state
        self.tasks = tasks
    }
}

/// Where a task of a settled run stands.
public struct SettledTask: Hashable, Sendable {
    public var state: TaskState
    /// Attempts begun so far, over retries and clears.
    public var attemptCount: Int

    public init(state: TaskState, attemptCount: Int) {
        self.state = state
        self.attemptCount = attemptCount
    }
}

/// Where an instance of a mapped task stands.
public struct SettledInstance: Hashable, Sendable {
    /// As `TaskID.instance(_:)` makes it.
    public var id: TaskID
    public var task: SettledTask

    public init(id: TaskID, task: SettledTask) {
        self.id = id
        self.task = task
    }
}

/// What was going on when the events stopped; whoever recovers must see to all of it.
public struct OutstandingWork: Hashable, Sendable {
    /// Attempts that were launched and have not ended, in order of their runs and tasks.
    public var attempts: [OutstandingAttempt]
    /// Timers that were set and have neither fired nor been cancelled, in order of their runs.
    public var timers: [OutstandingTimer]

    public init(attempts: [OutstandingAttempt] = [], timers: [OutstandingTimer] = []) {
        self.attempts = attempts
        self.timers = timers
    }
}

/// An attempt whose end has not been told.
public struct OutstandingAttempt: Hashable, Sendable {
    public var id: AttemptID
    /// Whether `attemptStarted` was told; where not, its launch may never have been carried out.
    public var isStarted: Bool
    public var process: ProcessIdentity?
    /// Whether it was cancelled, cleared or timed out, so that it must be terminated.
    public var mustEnd: Bool

    public init(id: AttemptID, isStarted: Bool, process: ProcessIdentity?, mustEnd: Bool) {
        self.id = id
        self.isStarted = isStarted
        self.process = process
        self.mustEnd = mustEnd
    }
}

/// A timer that is still to fire, and when.
public struct OutstandingTimer: Hashable, Sendable {
    public var timer: SchedulerTimer
    public var at: Instant

    public init(timer: SchedulerTimer, at: Instant) {
        self.timer = timer
        self.at = at
    }
}
