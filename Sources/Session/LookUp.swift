public import Domain
public import Store

extension StoreReader {
    /// The run that `text` names: its id, a beginning of it that fits only one, or `latest`.
    public func run(named text: String) throws -> RunRow {
        let found = try runs(matching: text)
        guard let first = found.first else { throw LookUpError.unknownRun(text) }
        guard found.count == 1 || first.id.name == text || text == "latest" else {
            throw LookUpError.severalRuns(text, found.map(\.id))
        }
        return first
    }
}

/// Why a run or task could not be found.
public enum LookUpError: UserFacingError {
    case unknownRun(String)
    case severalRuns(String, [RunID])
    case unknownTask(String, RunID, nearest: String?)
    case noAttempt(TaskID, RunID, Int?)
    /// It has come to its state without an attempt.
    case neverBegan(TaskID, RunID, TaskState)
    /// A mapped task has no attempts of its own.
    case hasInstances(TaskID, [TaskID])

    public var problem: String {
        switch self {
        case .unknownRun(let text): "There is no run '\(text)'."
        case .severalRuns(let text, let runs):
            "'\(text)' begins the names of several runs: "
                + runs.prefix(5).map(\.name).joined(separator: ", ") + "."
        case .unknownTask(let task, let run, _): "Run \(run) has no task '\(task)'."
        case .noAttempt(let task, _, nil): "Task '\(task)' has not begun in that run."
        case .neverBegan(let task, _, let state):
            "Task '\(task)' never began: it is \(state.rawValue.replacing("_", with: " "))."
        case .noAttempt(let task, _, let number?): "Task '\(task)' has no attempt \(number)."
        case .hasInstances(let task, let instances):
            "Task '\(task)' ran once an item, \(instances.count) in all."
        }
    }

    public var remedy: String {
        switch self {
        case .unknownRun: "'spillway runs' lists them; 'latest' is the newest."
        case .severalRuns: "Write more of the name."
        case .unknownTask(_, _, let nearest?): "Did you mean '\(nearest)'?"
        case .unknownTask(_, let run, nil): "'spillway tasks \(run)' lists them."
        case .noAttempt(_, let run, _), .neverBegan(_, let run, _):
            "'spillway tasks \(run)' shows what has run."
        case .hasInstances(_, let instances):
            "Name one of them: "
                + instances.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
                + (instances.count > 3 ? " … '\(instances[instances.count - 1])'." : ".")
        }
    }
}
