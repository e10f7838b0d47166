public import Domain
public import SchedulerCore

/// What the store holds of one run.
public struct RunRecord: Sendable {
    public var run: RunRow
    public var plan: RunPlan
    /// As the store lists them: those of the plan, then the instances of mapped ones.
    public var tasks: [TaskRow]
    public var attempts: [AttemptRow]
    /// In order.
    public var events: [SchedulerEvent]

    public init(
        run: RunRow, plan: RunPlan, tasks: [TaskRow], attempts: [AttemptRow],
        events: [SchedulerEvent]
    ) {
        (self.run, self.plan, self.tasks) = (run, plan, tasks)
        (self.attempts, self.events) = (attempts, events)
    }
}

/// What an earlier run of the same pipeline took.
public struct PastRun: Hashable, Sendable {
    public var run: RunID
    public var elapsed: Span
    /// How long each task's last attempt ran; of a mapped task from the first instance's beginning to
    /// the last one's end.
    public var tasks: [TaskID: Span]

    public init(run: RunID, elapsed: Span, tasks: [TaskID: Span]) {
        (self.run, self.elapsed, self.tasks) = (run, elapsed, tasks)
    }
}
