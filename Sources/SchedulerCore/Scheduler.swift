public import Domain

/// Decides over all active runs what is launched, repeated, skipped or settled.
///
/// Events in, changes and commands out; no clock, process or database. Handling the same events
/// again gives an equal machine: recovery makes one with `isReplaying`, handles the stored events
/// (of all runs, or of those that have not settled), ignores the steps, calls ``finishReplay()``
/// and sees to what is ``outstanding``. Late, repeated and unknown events change nothing.
///
/// A run is dropped once it has settled. Before `tasksCleared` for such a run, hand it back with
/// ``restore(_:)``.
public struct Scheduler: Sendable {
    public private(set) var limits: SchedulerLimits
    private var isReplaying: Bool

    /// - Parameter isReplaying: keeps settled runs until ``finishReplay()``, so that events which
    ///   open them again find them.
    public init(limits: SchedulerLimits, isReplaying: Bool = false) {
        self.limits = limits
        self.isReplaying = isReplaying
    }

    /// Applies `event`; what it changed must be durable before the commands are carried out.
    ///
    /// Changes come in the order they happened. A task may change more than once in a step.
    public mutating func handle(_ event: SchedulerEvent) -> SchedulerStep { SchedulerStep() }

    /// Changes the limits that all runs share; launches what they now allow. What runs goes on.
    public mutating func setLimits(_ limits: SchedulerLimits, at now: Instant) -> SchedulerStep {
        self.limits = limits
        return SchedulerStep()
    }

    /// Takes back a settled run, so that `tasksCleared` can open it again. Changes nothing for a
    /// run that is there already. The run is dropped again unless the next event opens it.
    public mutating func restore(_ run: SettledRun) {}

    /// Ends a replay: drops the settled runs that it kept.
    public mutating func finishReplay() { isReplaying = false }

    /// Whether the run is known and has not ended.
    public func isActive(_ run: RunID) -> Bool { false }

    /// The runs that have not ended, in the order they were created or opened again.
    public var activeRuns: [RunID] { [] }

    /// Nil for a run that is not active, and for a task it does not have.
    public func taskState(_ run: RunID, _ task: TaskID) -> TaskState? { nil }

    /// Nil for a run that is not active.
    public func runState(_ run: RunID) -> RunState? { nil }

    public func isPaused(_ pipeline: PipelineName) -> Bool { false }

    /// Whether a run is active, queued ones included.
    public var hasUnsettledWork: Bool { false }

    /// Attempts thought alive and timers pending. O(tasks of the active runs).
    public var outstanding: OutstandingWork { OutstandingWork() }
}

extension RunPlan {
    /// The tasks that "re-run what failed" clears: the failed and upstream-failed ones and, in a
    /// cancelled run, the skipped ones, each with everything downstream of it. In plan order.
    ///
    /// - Parameter states: one a task, in plan order.
    public func tasksToRerun(runState: RunState, states: [TaskState]) -> [TaskID] { [] }
}
