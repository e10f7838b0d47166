import Domain

/// What a run's machine did with one event, beside its own state.
struct RunEffects {
    /// What happened to a task's claim on a slot.
    enum Claim {
        /// It may run and waits for a slot.
        case ready(Int)
        /// It waits no longer.
        case withdrawn(Int)
        /// It waited, but has an attempt all the same.
        case claimed(Int)
        /// Its attempt has ended.
        case released(Int)
    }

    var step = SchedulerStep()
    /// In order; emptied by whoever keeps the slots.
    var claims: [Claim] = []
}

/// One run: its tasks' states, and how each settles, is repeated or waits.
///
/// Tasks are numbers inside, in plan order. Slots are given out by its owner, which hears of ready
/// tasks through ``RunEffects/claims``. A task that settles touches its children's counts alone.
struct RunMachine: Sendable {
    /// A task's state, and what its rules need to know; 32 bytes.
    struct TaskSlot: Hashable, Sendable {
        var state = TaskState.none
        var upstream = UpstreamCounts()
        /// Attempts begun so far; the number of the newest one.
        var attempts: Int32 = 0
        /// `attempts` when the task was last cleared: retries are counted from there.
        var attemptsAtClear: Int32 = 0
    }

    /// An attempt that was launched and has not ended.
    struct LiveAttempt: Hashable, Sendable {
        var isStarted = false
        var process: ProcessIdentity?
        /// When its time is up, while that timer is set.
        var timeoutAt: Instant?
        /// Why it was told to end.
        var ending: Ending?
    }

    enum Ending: Hashable, Sendable {
        case timedOut
        case cancelled(by: String)
        case cleared
        /// The whole run has used up its time.
        case runTimedOut
        case marked(TaskState, by: String)
    }

    let id: RunID
    let pipeline: Int
    let logicalDate: Instant
    let plan: RunPlan
    let taskNumbers: [TaskID: Int32]
    /// Greater than that of every run created, or opened again, before it.
    var sequence: Int
    var state = RunState.queued
    /// Who ended the run before it was done.
    var cancelledBy: String?
    /// Whether the run used up its time before it was done.
    var hasTimedOut = false
    /// When the run's time is up, while that timer is set.
    var runTimeoutAt: Instant?
    /// When the run should have ended, while that timer is set.
    var deadlineAt: Instant?
    /// Tasks that wait for the run before.
    var held: Set<Int32> = []
    let isBackfill: Bool
    var tasks: [TaskSlot]
    var live: [Int32: LiveAttempt] = [:]
    var retryAt: [Int32: Instant] = [:]
    /// Tasks that have not settled.
    var openCount: Int
    /// Tasks that wait for a slot.
    var readyCount = 0
    /// Lanes in the ready queue while the run is running, with each task's lane and rank there.
    var lanes: [Int] = []
    var places: [LanePlace] = []
    /// Settled tasks whose children have not heard of it; empty between events.
    private var unheard: [Int32] = []

    /// Where a task waits when it is ready: `lane` counts within the run.
    struct LanePlace: Hashable, Sendable {
        var lane: Int32
        var rank: Int32
    }

    init(_ creation: RunCreation, pipeline: Int, sequence: Int) {
        let plan = creation.plan
        precondition(
            plan.graph.nodeCount == plan.tasks.count,
            "\(plan.graph.nodeCount) nodes for \(plan.tasks.count) tasks")
        (id, self.pipeline, self.sequence) = (creation.id, pipeline, sequence)
        isBackfill = creation.trigger == .backfill
        (logicalDate, self.plan) = (creation.logicalDate, plan)
        var numbers = [TaskID: Int32](minimumCapacity: plan.tasks.count)
        for (number, task) in plan.tasks.enumerated() where numbers[task.id] == nil {
            numbers[task.id] = Int32(number)
        }
        taskNumbers = numbers
        tasks = plan.tasks.indices.map { number in
            var slot = TaskSlot()
            slot.upstream.unfinished = Int32(plan.graph.parents(of: number).count)
            return slot
        }
        openCount = plan.tasks.count
        held = Set(creation.heldTasks.compactMap { numbers[$0] })
    }

    /// A run that had ended, from its rows.
    ///
    /// Returns nil where the rows do not fit: a task too few or too many, or one not settled.
    init?(_ run: SettledRun, pipeline: Int, sequence: Int) {
        guard run.state.isSettled, run.tasks.count == run.creation.plan.tasks.count,
            run.tasks.allSatisfy({ $0.state.isSettled && Int32(exactly: $0.attemptCount) != nil })
        else { return nil }
        self.init(run.creation, pipeline: pipeline, sequence: sequence)
        state = run.state
        (openCount, held) = (0, [])
        for (number, task) in run.tasks.enumerated() {
            tasks[number].state = task.state
            tasks[number].attempts = Int32(task.attemptCount)
            for child in plan.graph.children(of: number) {
                tasks[Int(child)].upstream.settle(task.state)
            }
        }
    }

    func number(of task: TaskID) -> Int? { taskNumbers[task].map { Int($0) } }

    func attemptID(_ task: Int) -> AttemptID {
        AttemptID(run: id, task: plan.tasks[task].id, number: Int(tasks[task].attempts))
    }

    // MARK: Starting and ending

    /// Begins the run, or goes on with it after it was opened again.
    mutating func start(at now: Instant, _ effects: inout RunEffects) {
        setState(.running, at: now, &effects)
        setRunTimeout(at: now, &effects)
        for task in tasks.indices where tasks[task].state == .none {
            evaluate(task, at: now, &effects)
        }
        propagate(at: now, &effects)
    }

    mutating func setState(_ state: RunState, at now: Instant, _ effects: inout RunEffects) {
        self.state = state
        effects.step.changes.append(.runState(id, state, at: now))
    }

    /// The state the run ends in, once no task is open. The leaves alone decide it: a failure that
    /// its descendants recovered from does not fail the run.
    var result: RunState? {
        guard openCount == 0, !state.isSettled else { return nil }
        if cancelledBy != nil { return .cancelled }
        if hasTimedOut { return .failed }
        guard state == .running else { return nil }
        return resultOfLeaves
    }

    /// What the leaves' states make of the run.
    var resultOfLeaves: RunState {
        let failed = tasks.indices.contains { task in
            tasks[task].state.isFailure && plan.graph.children(of: task).isEmpty
        }
        return failed ? .failed : .success
    }

    /// Whether open tasks are left that nothing will ever move; no acyclic plan leads there.
    var isDeadlocked: Bool {
        state == .running && openCount > 0 && readyCount == 0 && live.isEmpty && retryAt.isEmpty
            && held.isEmpty
    }

    /// Records a task that is left waiting for a slot. Mutating only to be done in place: the
    /// owner would copy the machine otherwise.
    mutating func recordWaiting(_ task: Int, at now: Instant, _ effects: inout RunEffects) {
        if tasks[task].state == .scheduled { record(task, at: now, &effects) }
    }

    // MARK: Settling

    /// Records the task's state as it is now.
    func record(
        _ task: Int, at now: Instant, note: String? = nil, retryAt: Instant? = nil,
        _ effects: inout RunEffects
    ) {
        let detail = TaskDetail(
            at: now, attemptCount: Int(tasks[task].attempts), note: note, retryAt: retryAt)
        effects.step.changes.append(
            .taskState(id, plan.tasks[task].id, tasks[task].state, detail))
    }

    /// Settles an open task; its children hear of it in ``propagate(at:_:)``.
    mutating func settle(
        _ task: Int, as state: TaskState, note: String?, at now: Instant,
        _ effects: inout RunEffects
    ) {
        tasks[task].state = state
        openCount -= 1
        unheard.append(Int32(task))
        record(task, at: now, note: note, &effects)
    }

    /// Tells the children of every newly settled task, and theirs; without recursion.
    mutating func propagate(at now: Instant, _ effects: inout RunEffects) {
        var next = 0
        while next < unheard.count {
            let task = Int(unheard[next])
            next += 1
            let state = tasks[task].state
            for child in plan.graph.children(of: task) {
                tasks[Int(child)].upstream.settle(state)
                if tasks[Int(child)].state == .none { evaluate(Int(child), at: now, &effects) }
            }
        }
        // Keeps small storage for the next event, but not that of a long cascade.
        unheard.removeAll(keepingCapacity: unheard.count < 1_024)
    }

    /// Decides a task in state `none` by its rule; in a run that is not running, later.
    mutating func evaluate(_ task: Int, at now: Instant, _ effects: inout RunEffects) {
        guard state == .running else { return }
        let rule = plan.tasks[task].triggerRule
        switch rule.decision(for: tasks[task].upstream) {
        case .wait: break
        case .run where held.contains(Int32(task)):
            record(task, at: now, note: "waits for the run before", &effects)
        case .run:
            tasks[task].state = .scheduled
            readyCount += 1
            effects.claims.append(.ready(task))
        case .skip: settle(task, as: .skipped, note: rule.skipNote, at: now, &effects)
        case .upstreamFailed: settle(task, as: .upstreamFailed, note: nil, at: now, &effects)
        }
    }

    /// Takes a scheduled task back to `none`.
    mutating func withdraw(_ task: Int, _ effects: inout RunEffects) {
        tasks[task].state = .none
        readyCount -= 1
        effects.claims.append(.withdrawn(task))
    }
}

extension RunMachine: Equatable {
    /// Whether both stand at the same point; where they wait in the ready queue does not matter.
    static func == (left: RunMachine, right: RunMachine) -> Bool {
        left.id == right.id && left.logicalDate == right.logicalDate && left.state == right.state
            && left.cancelledBy == right.cancelledBy && left.tasks == right.tasks
            && left.live == right.live && left.retryAt == right.retryAt && left.plan == right.plan
            && left.hasTimedOut == right.hasTimedOut && left.held == right.held
            && left.runTimeoutAt == right.runTimeoutAt && left.deadlineAt == right.deadlineAt
    }
}

extension RunMachine {
    /// Stands where a run was dropped, and answers to nothing.
    static let vacant: RunMachine = {
        do {
            let graph = try DAG(nodeCount: 0, edges: [])
            let plan = RunPlan(maxActiveTasks: 0, maxActiveRuns: 0, tasks: [], graph: graph)
            let epoch = Instant(seconds: 0)
            let creation = RunCreation(
                id: "", pipeline: "", trigger: .manual, logicalDate: epoch,
                dataIntervalStart: epoch, dataIntervalEnd: epoch, params: [:], plan: plan)
            var machine = RunMachine(creation, pipeline: 0, sequence: 0)
            machine.state = .success
            return machine
        } catch {
            preconditionFailure("a graph without edges has a cycle: \(error)")
        }
    }()
}
