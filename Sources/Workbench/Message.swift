public import Domain
public import Screen

/// Everything that can happen to the workbench.
public enum Message: Sendable {
    case key(Key)
    case resized(Size)
    /// The time of day; sent with each batch of messages, so that `update` needs no clock.
    case clock(LocalClock)
    case pipelinesLoaded([PipelineRow])
    case runLoaded(RunDetail)
    case structureLoaded(PipelineName, [TaskRow])
    case graphLaidOut(GraphRequest, GraphDrawing)
    case attemptsLoaded(RunID, TaskID, [AttemptRow])
    case logLoaded(LogRequest, LogSlice)
    case logSearched(LogSearch, LogSearchResult)
    case logGrew(path: String)
    /// The store holds something new.
    case storeAdvanced
    case runTriggered(RunID)
    case notice(Notice)
    /// Something asked for could not be done.
    case failed(problem: String, remedy: String)
    /// A sentence that stays in the title bar while it is true; nil when it no longer is.
    case alarm(String?)
}

/// A run with its tasks, as one answer.
public struct RunDetail: Hashable, Sendable {
    public var run: RunRow
    /// In file order.
    public var tasks: [TaskRow]

    public init(run: RunRow, tasks: [TaskRow]) {
        self.run = run
        self.tasks = tasks
    }
}

/// A sentence for the user, shown once and kept in the history.
public struct Notice: Hashable, Sendable {
    public enum Kind: Hashable, Sendable { case info, success, warning, error }

    public var kind: Kind
    public var text: String

    public init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }
}
