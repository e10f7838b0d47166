public import Domain

/// Why the engine refused a request.
public enum EngineError: UserFacingError, Equatable {
    case unknownRun(RunID)
    case unknownTask(TaskID, in: RunID, nearest: TaskID?)
    case unknownParameter(String, of: PipelineName, nearest: String?)
    case missingParameter(String, of: PipelineName)
    case parameterNotAllowed(String, value: String, allowed: [String])
    case parameterMalformed(String, value: String, kind: PipelineParameter.Kind)
    /// The pipeline has a run of this kind for this date already.
    case runExists(RunID)
    case noTasks(PipelineName)
    case unknownPipeline(PipelineName)
    /// These tasks wait for each other.
    case cycle([TaskID])
    case nothingToRerun(RunID)
    case runEnded(RunID)
    /// None of the tasks has begun.
    case nothingToClear(RunID)
    /// All of the tasks have that state.
    case nothingToMark(RunID, TaskState)
    case nothingToUndo(String)
    case unknownBackfill(BackfillID)
    case backfillEnded(BackfillID)
    /// The pipeline runs by hand only.
    case noSchedule(PipelineName)
    case noTicks(PipelineName, from: Instant, to: Instant)
    case tooManyTicks(PipelineName, limit: Int)
    case closed

    public var problem: String {
        switch self {
        case .unknownRun(let run): "There is no run '\(run)'."
        case .unknownTask(let task, let run, _): "Run '\(run)' has no task '\(task)'."
        case .unknownParameter(let name, let pipeline, _):
            "Pipeline '\(pipeline)' has no parameter '\(name)'."
        case .missingParameter(let name, let pipeline):
            "Pipeline '\(pipeline)' needs a value for parameter '\(name)'."
        case .parameterNotAllowed(let name, let value, _):
            "Parameter '\(name)' cannot be '\(value)'."
        case .parameterMalformed(let name, let value, let kind):
            "Parameter '\(name)' is to be of type \(kind.rawValue), but is '\(value)'."
        case .runExists(let run): "The run '\(run)' exists already."
        case .unknownPipeline(let pipeline): "There is no pipeline '\(pipeline)'."
        case .noTasks(let pipeline): "Pipeline '\(pipeline)' has no tasks."
        case .cycle(let path):
            "These tasks wait for each other: " + path.map(\.name).joined(separator: " → ") + "."
        case .nothingToRerun(let run): "No task of run '\(run)' failed."
        case .runEnded(let run): "Run '\(run)' has ended."
        case .nothingToClear(let run): "None of these tasks of run '\(run)' has begun."
        case .nothingToMark(let run, let state):
            "These tasks of run '\(run)' are \(state.rawValue) already."
        case .nothingToUndo(let person):
            "The last thing that \(person) did cannot be taken back."
        case .unknownBackfill(let id): "There is no backfill '\(id)'."
        case .backfillEnded(let id): "Backfill '\(id)' has ended."
        case .noSchedule(let pipeline): "Pipeline '\(pipeline)' has no schedule."
        case .noTicks(let pipeline, let from, let to):
            "The schedule of '\(pipeline)' has no tick from \(from.iso8601) to \(to.iso8601)."
        case .tooManyTicks(let pipeline, let limit):
            "That is more than \(limit) runs of '\(pipeline)'."
        case .closed: "The engine is closed."
        }
    }

    public var remedy: String {
        switch self {
        case .unknownRun: "List the runs with `spillway runs`."
        case .unknownTask(_, _, let nearest?): "Did you mean '\(nearest)'?"
        case .unknownTask(_, let run, nil): "List its tasks with `spillway tasks \(run)`."
        case .unknownParameter(_, _, let nearest?): "Did you mean '\(nearest)'?"
        case .unknownParameter: "Declare it under `params` in the pipeline's file."
        case .missingParameter(let name, _): "Give it with --param \(name)=VALUE."
        case .parameterNotAllowed(let name, _, let allowed):
            "Choose a value for \(name): \(allowed.joined(separator: ", "))."
        case .parameterMalformed(let name, _, _): "Give it with --param \(name)=VALUE."
        case .runExists: "Choose another date, or clear that run to repeat it."
        case .cycle: "Remove one of these needs."
        case .unknownPipeline: "Name a pipeline of this workspace."
        case .noTasks: "Add a task to its file."
        case .nothingToRerun: "Trigger a new run, or clear the tasks to repeat."
        case .runEnded: "Clear its tasks to run them again."
        case .nothingToClear: "They run as soon as what they need has settled."
        case .nothingToMark: "Name other tasks, or another state."
        case .nothingToUndo: "Pauses, marks, triggered runs and backfills that go on can be."
        case .unknownBackfill, .backfillEnded: "List them with `spillway backfill list`."
        case .noSchedule: "Give it a 'schedule', or trigger single runs with --date."
        case .noTicks: "Choose a longer stretch; both ends are included."
        case .tooManyTicks: "Make several backfills of shorter stretches."
        case .closed: "Start spillway again."
        }
    }
}
