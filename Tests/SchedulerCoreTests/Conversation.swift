import Domain
import SchedulerCore

/// Speaks with a scheduler in short words, and tells what it answered.
struct Conversation {
    var scheduler: Scheduler
    var events: [SchedulerEvent] = []
    /// Seconds since 1970 of the next event.
    var now: Int64 = 0

    init(
        parallelism: Int = 100, pools: [PoolName: Int] = [:],
        policies: [PoolName: PoolPolicy] = [:]
    ) {
        scheduler = Scheduler(
            limits: SchedulerLimits(parallelism: parallelism, pools: pools, policies: policies))
    }

    /// The commands and changes of a step, a word each: `launch a#1`, `a running`, `r success`.
    @discardableResult
    mutating func say(_ event: SchedulerEvent) -> [String] {
        events.append(event)
        return Self.words(scheduler.handle(event))
    }

    static func words(_ step: SchedulerStep) -> [String] {
        step.changes.map(word) + step.commands.map(word)
    }

    @discardableResult
    mutating func create(
        _ plan: RunPlan, as run: RunID = "r", of pipeline: PipelineName = "p", date: Int64 = 0,
        trigger: RunTrigger = .manual, held: [TaskID] = []
    ) -> [String] {
        let date = Instant(seconds: date)
        var creation = RunCreation(
            id: run, pipeline: pipeline, trigger: trigger, logicalDate: date,
            dataIntervalStart: date, dataIntervalEnd: date, params: [:], plan: plan)
        creation.heldTasks = held
        return say(.runCreated(creation, at: Instant(seconds: now)))
    }

    @discardableResult
    mutating func start(_ task: TaskID, _ number: Int = 1, of run: RunID = "r") -> [String] {
        let attempt = AttemptID(run: run, task: task, number: number)
        return say(.attemptStarted(attempt, process: nil, at: Instant(seconds: now)))
    }

    @discardableResult
    mutating func end(
        _ task: TaskID, _ number: Int = 1, code: Int32 = 0, of run: RunID = "r"
    ) -> [String] {
        end(task, number, .exited(code: code), of: run)
    }

    @discardableResult
    mutating func end(
        _ task: TaskID, _ number: Int = 1, _ outcome: AttemptOutcome, of run: RunID = "r"
    ) -> [String] {
        let attempt = AttemptID(run: run, task: task, number: number)
        return say(.attemptEnded(attempt, outcome, at: Instant(seconds: now)))
    }

    @discardableResult
    mutating func retryDue(_ task: TaskID, of run: RunID = "r") -> [String] {
        say(.timerFired(.retry(run, task), at: Instant(seconds: now)))
    }

    @discardableResult
    mutating func timeoutDue(_ task: TaskID, _ number: Int = 1, of run: RunID = "r") -> [String] {
        let attempt = AttemptID(run: run, task: task, number: number)
        return say(.timerFired(.timeout(attempt), at: Instant(seconds: now)))
    }

    @discardableResult
    mutating func write(
        _ task: TaskID, _ key: String, _ value: OutputValue, _ number: Int = 1,
        of run: RunID = "r"
    ) -> [String] {
        let attempt = AttemptID(run: run, task: task, number: number)
        return say(
            .outputsWritten(
                attempt, [TaskOutput(key: key, value: value)], at: Instant(seconds: now)))
    }

    @discardableResult
    mutating func waitDue(_ task: TaskID, of run: RunID = "r") -> [String] {
        say(.timerFired(.wait(run, task), at: Instant(seconds: now)))
    }

    @discardableResult
    mutating func runDue(_ run: RunID = "r") -> [String] {
        say(.timerFired(.runTimeout(run), at: Instant(seconds: now)))
    }

    @discardableResult
    mutating func poolDue(_ pool: PoolName) -> [String] {
        say(.timerFired(.pool(pool), at: Instant(seconds: now)))
    }

    @discardableResult
    mutating func cancel(_ run: RunID = "r") -> [String] {
        say(.runCancelRequested(run, by: "ada", at: Instant(seconds: now)))
    }

    @discardableResult
    mutating func cancel(task: TaskID, of run: RunID = "r") -> [String] {
        say(.taskCancelRequested(run, task, by: "ada", at: Instant(seconds: now)))
    }

    @discardableResult
    mutating func clear(_ tasks: TaskID..., of run: RunID = "r") -> [String] {
        say(.tasksCleared(run, tasks, by: "ada", at: Instant(seconds: now)))
    }

    @discardableResult
    mutating func mark(_ state: TaskState, _ tasks: TaskID..., of run: RunID = "r") -> [String] {
        let marks = tasks.map {
            TaskMark(task: $0, state: state, previous: scheduler.taskState(run, $0) ?? .none)
        }
        return say(.tasksMarked(run, marks, by: "ada", at: Instant(seconds: now)))
    }

    @discardableResult
    mutating func fire(_ timer: SchedulerTimer) -> [String] {
        say(.timerFired(timer, at: Instant(seconds: now)))
    }

    @discardableResult
    mutating func admit(_ isOpen: Bool) -> [String] {
        say(.admission(isOpen: isOpen, at: Instant(seconds: now)))
    }

    @discardableResult
    mutating func pause(_ isPaused: Bool, _ pipeline: PipelineName = "p") -> [String] {
        say(.pipelinePaused(pipeline, isPaused: isPaused, by: "ada", at: Instant(seconds: now)))
    }

    private static func word(_ change: SchedulerChange) -> String {
        switch change {
        case .runState(let run, let state, _): return "\(run) \(state.rawValue)"
        case .deadlineMissed(let run, _, _): return "\(run) missed its deadline"
        case .taskState(_, let task, let state, let detail):
            return "\(task) \(state.rawValue)" + (detail.note.map { " (\($0))" } ?? "")
        case .instancesAdded(_, let task, let indices): return "\(task) has \(indices)"
        case .assetMade(let asset, _, _, _): return "asset \(asset)"
        case .circuit(let pool, let state, _): return "\(pool) circuit \(state.rawValue)"
        }
    }

    private static func word(_ command: SchedulerCommand) -> String {
        switch command {
        case .launch(let attempt): "launch \(word(attempt))"
        case .terminate(let attempt): "terminate \(word(attempt))"
        case .setTimer(let timer, let at): "set \(word(timer)) at \(at.seconds)"
        case .cancelTimer(let timer): "cancel \(word(timer))"
        }
    }

    private static func word(_ attempt: AttemptID) -> String { "\(attempt.task)#\(attempt.number)" }

    private static func word(_ timer: SchedulerTimer) -> String {
        switch timer {
        case .retry(_, let task): "retry \(task)"
        case .timeout(let attempt): "timeout \(word(attempt))"
        case .runTimeout(let run): "timeout of \(run)"
        case .deadline(let run): "deadline of \(run)"
        case .wait(_, let task): "wait \(task)"
        case .pool(let pool): "pool \(pool)"
        }
    }
}

/// A plan in a line: `a -> b[one_failed]; a -> c`. Tasks stand in the order they are first named;
/// a rule may follow any naming of its task.
func plan(
    _ text: String, maxActiveTasks: Int = 100, maxActiveRuns: Int = 100,
    _ change: (inout TaskPlan) -> Void = { _ in }
) throws -> RunPlan {
    var tasks: [TaskPlan] = []
    var edges: [DAG.Edge] = []
    for path in text.split(separator: ";") {
        var previous: Int?
        for word in path.split(separator: "->") {
            let parts = word.split { $0 == "[" || $0 == "]" || $0 == " " }.map(String.init)
            guard let name = parts.first else { continue }
            var number = tasks.firstIndex { $0.id.name == name }
            if number == nil {
                tasks.append(TaskPlan(id: TaskID(name)))
                number = tasks.count - 1
            }
            guard let number else { continue }
            if parts.count > 1, let rule = TriggerRule(rawValue: parts[1]) {
                tasks[number].triggerRule = rule
            }
            if let previous { edges.append(DAG.Edge(from: previous, to: number)) }
            previous = number
        }
    }
    for number in tasks.indices { change(&tasks[number]) }
    return RunPlan(
        maxActiveTasks: maxActiveTasks, maxActiveRuns: maxActiveRuns, tasks: tasks,
        graph: try DAG(nodeCount: tasks.count, edges: edges))
}

extension RunPlan {
    /// The plan with more said of one task.
    func with(_ task: TaskID, _ change: (inout TaskFlow) -> Void) -> RunPlan {
        var plan = self
        guard let number = tasks.firstIndex(where: { $0.id == task }) else { return plan }
        change(&plan.flows[number, default: TaskFlow()])
        return plan
    }
}
