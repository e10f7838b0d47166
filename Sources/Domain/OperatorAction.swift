/// What a person asks the scheduler to do.
public enum OperatorAction: Hashable, Sendable {
    /// A run of a pipeline; nil is the moment the run is made.
    case trigger(PipelineName, file: String?, params: [String: String], logicalDate: Instant?)
    case clear(RunID, ClearScope)
    /// The state is `success`, `failed` or `skipped`.
    case mark(RunID, [TaskID], TaskState)
    case setPaused(PipelineName, Bool)
    /// Without tasks the whole run.
    case cancel(RunID, [TaskID])
    /// The backfill's id and person are given by whoever makes it.
    case backfill(Backfill, file: String?)
    /// To `running`, `paused` or `cancelled`.
    case changeBackfill(BackfillID, BackfillState)
    /// Takes back the newest action of the person that can be taken back.
    case undo
}

/// Which tasks of a run are cleared.
public struct ClearScope: Hashable, Sendable {
    /// Empty: all.
    public var tasks: [TaskID]
    /// Everything downstream of them as well.
    public var includesDownstream: Bool
    /// Of those only the ones that failed, for want of others or by themselves.
    public var onlyFailed: Bool
    /// They run as the run had them, though the pipeline's file may say otherwise by now.
    public var asItWas = false

    public init(tasks: [TaskID] = [], includesDownstream: Bool = false, onlyFailed: Bool = false) {
        self.tasks = tasks
        self.includesDownstream = includesDownstream
        self.onlyFailed = onlyFailed
    }
}

/// Names a request, so that it is carried out once however often it is seen.
public struct RequestID: Name {
    public let name: String
    public init(_ name: String) { self.name = name }
}

/// What came of an action.
public struct OperatorResult: Hashable, Sendable {
    public var pipeline: PipelineName?
    public var run: RunID?
    public var backfill: BackfillID?
    /// The tasks that were changed.
    public var tasks: [TaskID]
    /// What was done, for people: `cleared 3 tasks of …`.
    public var summary: String

    public init(
        pipeline: PipelineName? = nil, run: RunID? = nil, backfill: BackfillID? = nil,
        tasks: [TaskID] = [], summary: String
    ) {
        self.pipeline = pipeline
        self.run = run
        self.backfill = backfill
        self.tasks = tasks
        self.summary = summary
    }
}

/// What the scheduler answered to a request.
public enum RequestAnswer: Hashable, Sendable {
    case done(OperatorResult)
    case refused(problem: String, remedy: String)
}
