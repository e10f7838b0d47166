/// The newest thing that a person did to pipelines and runs, and whether it can be taken back.
public struct LastAct: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case paused(PipelineName)
        case resumed(PipelineName)
        /// The state that the tasks were given.
        case marked(RunID, [TaskID], TaskState)
        case triggered(RunID)
        case startedBackfill(BackfillID)
        case cleared(RunID, [TaskID])
        /// Without tasks the whole run.
        case cancelled(RunID, [TaskID])
        case changedBackfill(BackfillID, BackfillState)
    }

    public var kind: Kind
    /// Whether what it brought about still stands, and has a way back.
    public var canBeUndone: Bool

    public init(_ kind: Kind, canBeUndone: Bool) {
        self.kind = kind
        self.canBeUndone = canBeUndone
    }

    /// `you paused orders`.
    public var words: String {
        switch kind {
        case .paused(let name): "you paused \(name)"
        case .resumed(let name): "you resumed \(name)"
        case .marked(let run, let tasks, let state):
            "you marked \(Self.count(tasks)) of \(run) \(state.rawValue)"
        case .triggered(let run): "you triggered \(run)"
        case .startedBackfill(let id): "you started backfill \(id)"
        case .cleared(let run, let tasks): "you ran \(Self.count(tasks)) of \(run) again"
        case .cancelled(let run, let tasks):
            tasks.isEmpty ? "you cancelled \(run)" : "you cancelled \(Self.count(tasks)) of \(run)"
        case .changedBackfill(let id, let state): "you made backfill \(id) \(state.rawValue)"
        }
    }

    /// What taking it back does: `resume it`; nil where it has no way back.
    public var undoWords: String? {
        guard canBeUndone else { return nil }
        return switch kind {
        case .paused: "resume it"
        case .resumed: "pause it"
        case .marked(_, let tasks, _):
            "give \(tasks.count == 1 ? "it the state it" : "them the states they") had"
        case .triggered, .startedBackfill: "cancel it"
        case .cancelled(_, []): "run again what that cut off"
        case .changedBackfill(_, .paused): "resume it"
        case .changedBackfill(_, .running): "pause it"
        case .cleared, .cancelled, .changedBackfill: nil
        }
    }

    private static func count(_ tasks: [TaskID]) -> String {
        tasks.count == 1 ? "task \(tasks[0])" : "\(tasks.count) tasks"
    }
}
