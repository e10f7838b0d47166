import Domain
import SchedulerCore
import Store

/// What was decided and is not on the disk yet.
struct PendingCommit {
    var entries: [StoreEntry] = []
    /// To be carried out once the entries are durable, in order.
    var commands: [SchedulerCommand] = []
    /// Attempts that the entries record the end of.
    var endedTokens: [String] = []
    /// To be called once the entries are durable.
    var answers: [() -> Void] = []
    /// When it is to be written, by the monotonic clock; nil while there is nothing.
    private(set) var deadline: Span?

    var isEmpty: Bool { entries.isEmpty && answers.isEmpty }

    /// Lets it be written at `deadline` or before.
    mutating func write(by deadline: Span) {
        self.deadline = min(self.deadline ?? deadline, deadline)
    }

    /// Puts what could not be written in front again.
    mutating func putBack(_ earlier: PendingCommit) {
        entries = earlier.entries + entries
        commands = earlier.commands + commands
        endedTokens = earlier.endedTokens + endedTokens
        answers = earlier.answers + answers
        if let deadline = earlier.deadline { write(by: deadline) }
    }

    /// The state that each run has at the end of the entries.
    var runStates: [RunID: RunState] {
        var states: [RunID: RunState] = [:]
        for entry in entries {
            for case .runState(let run, let state, _) in entry.changes { states[run] = state }
        }
        return states
    }
}

/// A run that the engine works on, with the definition it was made of.
struct ActiveRun {
    let creation: RunCreation
    let pipeline: Pipeline
    private let positions: [TaskID: Int]
    /// Whether anything is done beside the work when its tasks or itself change.
    let hasHooks: Bool
    /// Whether any task of it makes assets.
    let hasOutlets: Bool
    /// Whether any task of it has secrets.
    let hasSecrets: Bool

    init(creation: RunCreation, pipeline: Pipeline) {
        self.creation = creation
        self.pipeline = pipeline
        hasHooks = !pipeline.hooks.isEmpty || pipeline.tasks.contains { !$0.options.hooks.isEmpty }
        hasOutlets = pipeline.tasks.contains { !$0.options.outlets.isEmpty }
        hasSecrets = pipeline.tasks.contains { !$0.options.secrets.isEmpty }
        positions = Dictionary(
            pipeline.tasks.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { $1 })
    }

    /// Where the task stands in the run's plan.
    func number(of task: TaskID) -> Int? { positions[task] }

    /// Of a task, or of the task that it is an instance of.
    func definition(of task: TaskID) -> TaskDefinition? {
        let position = positions[task] ?? task.instanceParts.flatMap { positions[$0.task] }
        return position.map { pipeline.tasks[$0] }
    }
}
