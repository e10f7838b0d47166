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
        /// Its attempt has ended; whether it failed, nil where that says nothing of its pool.
        case released(Int, hasFailed: Bool?)
        /// The mapped task has new instances.
        case expanded(Int)
    }

    var step = SchedulerStep()
    /// In order; emptied by whoever keeps the slots.
    var claims: [Claim] = []
}

/// One run: its tasks' states, and how each settles, is repeated or waits.
///
/// Tasks are numbers inside, in plan order; the instances of mapped tasks follow as they come to be.
/// Slots are given out by its owner, which hears of ready
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
        /// False for waits, which need none.
        var takesSlot = true
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
        /// It waited as long as it may.
        case waitedInVain
        /// The whole run has used up its time.
        case runTimedOut
        case marked(TaskState, by: String)
    }

    let id: RunID
    let pipeline: Int
    let logicalDate: Instant
    private(set) var plan: RunPlan
    /// Derived from the plan.
    private(set) var setupScopes: SetupScopes
    var taskNumbers: [TaskID: Int32]
    /// What only mapped tasks, branches, waits and the like need.
    var flow = FlowState()
    /// Greater than that of every run created, or opened again, before it.
    var sequence: Int
    var state = RunState.queued
    /// Whether it ever began.
    var hasStarted = false
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
    /// Attempts that hold a slot.
    var busyCount = 0
    /// Lanes in the ready queue while the run is running, with each task's lane and rank there.
    var lanes: [Int] = []
    /// The lanes of the instances of mapped tasks, by the task's number; indices of `lanes`.
    var instanceLanes: [Int32: Int] = [:]
    var priorities: [Int32] = []
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
        setupScopes = SetupScopes(plan)
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
            run.tasks.allSatisfy(Self.isSettled),
            run.instances.allSatisfy({ Self.isSettled($0.task) })
        else { return nil }
        self.init(run.creation, pipeline: pipeline, sequence: sequence)
        (state, hasStarted) = (run.state, true)
        (openCount, held) = (0, [])
        for instance in run.instances where !restore(instance) { return nil }
        for (number, task) in run.tasks.enumerated() {
            tasks[number].state = task.state
            tasks[number].attempts = Int32(task.attemptCount)
        }
        for number in tasks.indices where !isExpanded(number) {
            for child in children(of: number) {
                tasks[Int(child)].upstream.settle(tasks[number].state)
            }
        }
        for (task, outputs) in run.outputs {
            if let number = taskNumbers[task] { flow.outputs[number] = outputs }
        }
        for number in plan.tasks.indices where tasks[number].state == .success {
            restoreChoice(of: number)
        }
    }

    private static func isSettled(_ task: SettledTask) -> Bool {
        task.state.isSettled && Int32(exactly: task.attemptCount) != nil
    }

    /// Only for plans of the same tasks.
    mutating func replacePlan(by newer: RunPlan) {
        (plan, setupScopes) = (newer, SetupScopes(newer))
    }

    func number(of task: TaskID) -> Int? { taskNumbers[task].map { Int($0) } }

    /// The plan's number of a task or of an instance's task.
    func base(of task: Int) -> Int {
        task < plan.tasks.count ? task : Int(flow.origins[task - plan.tasks.count].task)
    }

    func taskPlan(_ task: Int) -> TaskPlan { plan.tasks[base(of: task)] }

    func taskFlow(_ task: Int) -> TaskFlow { plan.flow(of: base(of: task)) }

    func children(of task: Int) -> ArraySlice<Int32> { plan.graph.children(of: base(of: task)) }

    func taskID(_ task: Int) -> TaskID {
        guard task >= plan.tasks.count else { return plan.tasks[task].id }
        let origin = flow.origins[task - plan.tasks.count]
        return plan.tasks[Int(origin.task)].id.instance(Int(origin.index))
    }

    func attemptID(_ task: Int) -> AttemptID {
        AttemptID(run: id, task: taskID(task), number: Int(tasks[task].attempts))
    }

    // MARK: Starting and ending

    /// Begins the run, or goes on with it after it was opened again.
    mutating func start(at now: Instant, _ effects: inout RunEffects) {
        hasStarted = true
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
        if plan.flows.isEmpty {
            let failed = plan.tasks.indices.contains { task in
                tasks[task].state.isFailure && plan.graph.children(of: task).isEmpty
            }
            return failed ? .failed : .success
        }
        return plan.leaves.contains { tasks[$0].state.isFailure } ? .failed : .success
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
        effects.step.changes.append(.taskState(id, taskID(task), tasks[task].state, detail))
    }

    /// Settles an open task; its children hear of it in ``propagate(at:_:)``.
    mutating func settle(
        _ task: Int, as state: TaskState, note: String?, at now: Instant,
        _ effects: inout RunEffects
    ) {
        if isExpanded(task) { makeWhole(task, at: now, &effects) }
        tasks[task].state = state
        openCount -= 1
        unheard.append(Int32(task))
        record(task, at: now, note: note, &effects)
        if !flow.waitDeadlines.isEmpty { dropWaitDeadline(of: task, &effects) }
        if task >= plan.tasks.count { instanceSettled(task, at: now, &effects) }
    }

    /// Tells the children of every newly settled task, and theirs; without recursion.
    mutating func propagate(at now: Instant, _ effects: inout RunEffects) {
        var next = 0
        while next < unheard.count {
            let task = Int(unheard[next])
            next += 1
            let state = tasks[task].state
            if !flow.leftOut.isEmpty { leaveOut(by: task, at: now, &effects) }
            for child in children(of: task) {
                tasks[Int(child)].upstream.settle(state)
                if tasks[Int(child)].state == .none { evaluate(Int(child), at: now, &effects) }
            }
            for other in setupScopes.dependants(of: base(of: task))
            where tasks[Int(other)].state == .none {
                evaluate(Int(other), at: now, &effects)
            }
        }
        // Keeps small storage for the next event, but not that of a long cascade.
        unheard.removeAll(keepingCapacity: unheard.count < 1_024)
    }

    /// Decides a task in state `none` by its rule; in a run that is not running, later.
    mutating func evaluate(_ task: Int, at now: Instant, _ effects: inout RunEffects) {
        guard state == .running else { return }
        if task >= plan.tasks.count { return evaluateInstance(task, at: now, &effects) }
        if !flow.leftOut.isEmpty, let reason = whyLeftOut(task) {
            if hasLiveInstances(task) { return }
            return settle(task, as: .skipped, note: reason, at: now, &effects)
        }
        let rule = plan.tasks[task].triggerRule
        let decision = decision(of: task)
        if decision != .run, hasLiveInstances(task) { return }
        switch decision {
        case .wait: break
        case .run where held.contains(Int32(task)):
            record(task, at: now, note: "waits for the run before", &effects)
        case .run:
            if let mapping = plan.flow(of: task).mapping {
                expand(task, by: mapping, at: now, &effects)
            } else {
                makeReady(task, at: now, &effects)
            }
        case .skip:
            let note = scopeDecision(of: task)?.note ?? rule.skipNote
            settle(task, as: .skipped, note: note, at: now, &effects)
        case .upstreamFailed:
            let note = scopeDecision(of: task)?.note
            settle(task, as: .upstreamFailed, note: note, at: now, &effects)
        }
    }

    /// What the setups that are for a task of the plan and its rule make of it now.
    func decision(of task: Int) -> TriggerDecision {
        let scope = scopeDecision(of: task)?.decision
        if let scope, scope != .wait { return scope }
        let decision = ruleDecision(of: task)
        return decision == .run ? scope ?? .run : decision
    }

    private func ruleDecision(of task: Int) -> TriggerDecision {
        let rule = plan.tasks[task].triggerRule
        if rule == .allDoneSetupSuccess, !plan.flows.isEmpty,
            let decision = setupDecision(of: task)
        {
            return decision
        }
        return rule.decision(for: tasks[task].upstream)
    }

    /// The task's rule lets it run: it waits for a slot, or begins at once where it needs none.
    mutating func makeReady(_ task: Int, at now: Instant, _ effects: inout RunEffects) {
        guard taskFlow(task).conduct.takesSlot else {
            return beginWaiting(task, at: now, &effects)
        }
        tasks[task].state = .scheduled
        readyCount += 1
        effects.claims.append(.ready(task))
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
            && left.flow == right.flow
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
