public import Domain
public import Store

extension StoreReader {
    /// The run that `text` names: its id, a beginning of it that fits only one, or `latest`; any of
    /// them may stand behind `PIPELINE/`.
    public func run(named text: String) throws -> RunRow {
        let found = try runs(matching: text)
        guard let first = found.first else { throw try unknown(text) }
        guard found.count == 1 else { throw LookUpError.severalRuns(text, found) }
        return first
    }

    /// Why nothing is called so: the pipeline has no runs, or none with such an id.
    private func unknown(_ text: String) throws -> LookUpError {
        guard let slash = text.firstIndex(of: "/") else { return .unknownRun(text) }
        let pipeline = PipelineName(String(text[..<slash]))
        if try !runs(of: pipeline, limit: 1).isEmpty { return .unknownRun(text) }
        let names = try recentRuns(each: 1).keys.map(\.name).sorted()
        return .noRuns(pipeline, nearest: nearestName(to: pipeline.name, among: names))
    }
}

/// Why a run or task could not be found.
public enum LookUpError: UserFacingError {
    case unknownRun(String)
    case severalRuns(String, [RunRow])
    /// Of that pipeline nothing has run; another has a name like it.
    case noRuns(PipelineName, nearest: String?)
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
                + runs.prefix(5).map { "\($0.pipeline)/\($0.id)" }.joined(separator: ", ")
                + (runs.count > 5 ? " and more." : ".")
        case .noRuns(let pipeline, _): "There are no runs of a pipeline '\(pipeline)'."
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
        case .severalRuns(_, let runs):
            Set(runs.map(\.pipeline)).count == runs.count
                ? "Write the pipeline before it, as in '\(runs[0].pipeline)/\(runs[0].id)'."
                : "Write more of the name, or the pipeline before it as in 'PIPELINE/RUN'."
        case .noRuns(_, let nearest?): "Did you mean '\(nearest)'?"
        case .noRuns(_, nil): "'spillway runs' lists what ran."
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
