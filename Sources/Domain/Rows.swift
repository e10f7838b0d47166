/// A pipeline as the list of pipelines shows it.
public struct PipelineRow: Hashable, Sendable {
    public var name: PipelineName
    public var description: String?
    public var schedule: Schedule?
    public var isPaused: Bool
    public var taskCount: Int
    public var params: [PipelineParameter]
    /// When the schedule makes the next run; nil without one, or while paused.
    public var nextRunAt: Instant?
    /// Newest first.
    public var recentRuns: [RunRow]
    /// The file's problems, where it could not be read; such a pipeline has no tasks.
    public var problems: [SourceProblem]
    /// False while only its runs are known: the file is still to be read, or is gone.
    public var isRead: Bool

    public init(
        name: PipelineName, description: String? = nil, schedule: Schedule? = nil,
        isPaused: Bool = false, taskCount: Int = 0, params: [PipelineParameter] = [],
        nextRunAt: Instant? = nil, recentRuns: [RunRow] = [],
        problems: [SourceProblem] = [], isRead: Bool = true
    ) {
        self.name = name
        self.description = description
        self.schedule = schedule
        self.isPaused = isPaused
        self.taskCount = taskCount
        self.params = params
        self.nextRunAt = nextRunAt
        self.recentRuns = recentRuns
        self.problems = problems
        self.isRead = isRead
    }
}

/// A run as lists show it.
public struct RunRow: Hashable, Sendable {
    public var id: RunID
    public var pipeline: PipelineName
    public var trigger: RunTrigger
    public var state: RunState
    public var logicalDate: Instant
    public var createdAt: Instant
    public var startedAt: Instant?
    public var endedAt: Instant?
    public var taskCount: Int
    /// Tasks in a settled state.
    public var settledCount: Int
    public var failedCount: Int

    public init(
        id: RunID, pipeline: PipelineName, trigger: RunTrigger, state: RunState,
        logicalDate: Instant, createdAt: Instant, startedAt: Instant? = nil,
        endedAt: Instant? = nil, taskCount: Int = 0, settledCount: Int = 0, failedCount: Int = 0
    ) {
        self.id = id
        self.pipeline = pipeline
        self.trigger = trigger
        self.state = state
        self.logicalDate = logicalDate
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.taskCount = taskCount
        self.settledCount = settledCount
        self.failedCount = failedCount
    }
}

/// A task of one run as lists and the graph show it.
public struct TaskRow: Hashable, Sendable {
    public var id: TaskID
    public var state: TaskState
    public var triggerRule: TriggerRule
    public var group: GroupID?
    public var needs: [TaskID]
    /// Attempts begun so far, over retries and clears.
    public var attemptCount: Int
    /// Start of the newest attempt.
    public var startedAt: Instant?
    /// End of the newest attempt; nil while it runs.
    public var endedAt: Instant?
    /// Exit code of the newest attempt that ended; nil where none did or a signal ended it.
    public var exitCode: Int32?
    /// Why the task stands where it stands, for people: `timed out after 10m`, `signal 9`.
    public var note: String?
    /// When the next attempt is due, in state `upForRetry`.
    public var retryAt: Instant?
    /// Where it waits for a slot.
    public var pool = PoolName.standard
    /// Of a mapped task that stands for all its instances, how many these are; `attemptCount` is then
    /// how many of them have begun.
    public var instanceCount: Int?

    public init(
        id: TaskID, state: TaskState = .none, triggerRule: TriggerRule = .allSuccess,
        group: GroupID? = nil, needs: [TaskID] = [], attemptCount: Int = 0,
        startedAt: Instant? = nil, endedAt: Instant? = nil, exitCode: Int32? = nil,
        note: String? = nil, retryAt: Instant? = nil
    ) {
        self.id = id
        self.state = state
        self.triggerRule = triggerRule
        self.group = group
        self.needs = needs
        self.attemptCount = attemptCount
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.exitCode = exitCode
        self.note = note
        self.retryAt = retryAt
    }
}

extension [TaskRow] {
    /// The tasks of the file, each with the instances it was made of; both in their order.
    public var folded: [(task: TaskRow, instances: [TaskRow])] {
        var folded: [(task: TaskRow, instances: [TaskRow])] = []
        var positions: [TaskID: Int] = [:]
        for row in self {
            if let parts = row.id.instanceParts, let position = positions[parts.task] {
                folded[position].instances.append(row)
            } else {
                positions[row.id] = folded.count
                folded.append((row, []))
            }
        }
        return folded
    }

    /// The tasks of the file; those that were made once an item stand for all their instances.
    public var summaries: [TaskRow] {
        guard contains(where: { $0.id.instanceParts != nil }) else { return self }
        return folded.map { task, instances in
            guard !instances.isEmpty else { return task }
            var summary = task
            summary.instanceCount = instances.count
            summary.attemptCount = instances.count { $0.attemptCount > 0 }
            summary.startedAt = instances.compactMap(\.startedAt).min()
            summary.endedAt = task.state.isSettled ? instances.compactMap(\.endedAt).max() : nil
            if task.note == nil {
                let settled = instances.count { $0.state.isSettled }
                summary.note = "\(settled) of \(instances.count) items done"
            }
            return summary
        }
    }
}

/// One attempt of a task, as its tab in the log pane shows it.
public struct AttemptRow: Hashable, Sendable {
    public var id: AttemptID
    public var startedAt: Instant
    public var endedAt: Instant?
    public var outcome: AttemptOutcome?
    /// Absolute path of the log file.
    public var log: String
    /// What its processes have used; nil where that was not measured.
    public var use: ResourceUse?

    public init(
        id: AttemptID, startedAt: Instant, endedAt: Instant? = nil,
        outcome: AttemptOutcome? = nil, log: String, use: ResourceUse? = nil
    ) {
        self.use = use
        self.id = id
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.outcome = outcome
        self.log = log
    }
}

/// How an attempt ended.
public enum AttemptOutcome: Hashable, Sendable {
    case exited(code: Int32)
    case signalled(number: Int32)
    /// The process could not be started, or the task not be rendered.
    case notStarted(reason: String)
    /// It ended well, but what it wrote for others cannot be taken.
    case rejected(reason: String)
    /// What has no process of its own, a wait or a run of another pipeline, did not succeed.
    case failed(reason: String)
    /// It did not have to run: nothing has changed since it last succeeded.
    case unchanged
    /// Neither the process nor its exit record was found again.
    case lost
}
