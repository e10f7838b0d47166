import Domain
import TestRandom
import Testing

@testable import SchedulerCore

/// One run with mapped tasks, branches, waits, setups and teardowns, lived through from a seed.
///
/// Knows the rules a second time: looks at every upstream's state where the machine counts, finds
/// out by search what a branch reaches, and keeps its own rows.
struct FlowWorld {
    let seed: UInt64
    private(set) var scheduler: Scheduler
    private(set) var log: [SchedulerEvent] = []
    private(set) var launches = 0
    private(set) var instancesMade = 0
    private(set) var leftOutSeen = 0
    private var random: SeededRandom
    private let plan: RunPlan
    private var now: Int64 = 0
    private var states: [TaskID: TaskState] = [:]
    private var instances: [TaskID: [TaskID]] = [:]
    private var items: [TaskID: Int] = [:]
    private var alive: [AttemptID: Bool] = [:]
    private var timers: [SchedulerTimer: Instant] = [:]
    private var written: [TaskID: Int] = [:]
    /// What branches that have succeeded leave out.
    private var leftOut: [TaskID: Set<TaskID>] = [:]
    private var choice: [TaskID: Set<TaskID>] = [:]
    private var isClosed: Set<TaskID> = []
    private var runState = RunState.queued
    private var isCancelled = false

    init(seed: UInt64) throws {
        self.seed = seed
        random = SeededRandom(seed: seed)
        plan = try Self.randomPlan(&random)
        scheduler = Scheduler(
            limits: SchedulerLimits(
                parallelism: Int.random(in: 1...6, using: &random),
                pools: ["api": Int.random(in: 1...3, using: &random)]))
        for task in plan.tasks { states[task.id] = TaskState.none }
    }

    private static func randomPlan(_ random: inout SeededRandom) throws -> RunPlan {
        let count = Int.random(in: 2...10, using: &random)
        var edges: [DAG.Edge] = []
        for to in 1..<count {
            for from in 0..<to where random.chance(35) {
                edges.append(DAG.Edge(from: from, to: to))
            }
        }
        let graph = try DAG(nodeCount: count, edges: edges)
        let isPlain = random.chance(40)
        var plan = RunPlan(
            maxActiveTasks: Int.random(in: 1...6, using: &random), maxActiveRuns: 1,
            tasks: (0..<count).map { number in
                TaskPlan(
                    id: TaskID("t\(number)"), retries: Int.random(in: 0...1, using: &random),
                    retryDelay: .seconds(5),
                    triggerRule: isPlain
                        ? .allSuccess
                        : TriggerRule.allCases.randomElement(using: &random) ?? .always,
                    pool: random.chance(30) ? "api" : .standard)
            }, graph: graph)
        if random.chance(15) { plan.timeout = .seconds(60) }
        for number in 0..<count {
            var flow = TaskFlow()
            let above = graph.ancestors(of: [number])
            switch Int.random(in: 0..<10, using: &random) {
            case 0, 1:
                flow.mapping = MappingPlan(
                    source: .count(Int.random(in: 0...4, using: &random)),
                    maxActive: random.chance(50) ? 2 : nil)
            case 2:
                if let source = above.randomElement(using: &random) {
                    flow.mapping = MappingPlan(source: .output(task: source, key: "list"))
                }
            case 3: flow.conduct = .branch
            case 4: flow.conduct = .shortCircuit(leavesOutAll: random.chance(60))
            case 5:
                flow.conduct = .wait(SensorPlan(timeout: .seconds(30), isSoft: random.chance(50)))
            case 6: flow.role = .setup
            case 7:
                flow.role = .teardown(failsRun: random.chance(30))
                plan.tasks[number].triggerRule = .allDoneSetupSuccess
            case 8: flow.slots = 2
            default: break
            }
            if flow != .standard { plan.flows[number] = flow }
        }
        return plan
    }

    mutating func live() throws {
        let date = Instant(seconds: 0)
        feed(
            .runCreated(
                RunCreation(
                    id: "r", pipeline: "p", trigger: .manual, logicalDate: date,
                    dataIntervalStart: date, dataIntervalEnd: date, params: [:], plan: plan),
                at: date))
        var steps = 0
        while !runState.isSettled {
            steps += 1
            try #require(steps < 5_000, "seed \(seed) does not come to an end")
            now += 1
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<4: mischief()
            case 4..<80 where !alive.isEmpty: endSomething()
            default: fireTimer()
            }
        }
        check(alive.isEmpty, "seed \(seed): something is still alive")
        checkResult()
    }

    private func check(
        _ claim: Bool, _ message: @autoclosure () -> String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        if !claim { Issue.record("\(message())", sourceLocation: sourceLocation) }
    }

    // MARK: What happens

    private mutating func mischief() {
        let all = states.keys.sorted()
        guard let task = all.randomElement(using: &random) else { return }
        let at = Instant(seconds: now)
        switch Int.random(in: 0..<8, using: &random) {
        case 0:
            isCancelled = true
            feed(.runCancelRequested("r", by: "eve", at: at))
        case 1: feed(.taskCancelRequested("r", task, by: "eve", at: at))
        default:
            let names = [task] + all.filter { _ in random.chance(10) }
            isCancelled = false
            feed(.tasksCleared("r", names, by: "eve", at: at))
        }
    }

    private mutating func fireTimer() {
        guard let next = timers.min(by: { ($0.value, "\($0.key)") < ($1.value, "\($1.key)") })
        else {
            return
        }
        now = max(now, next.value.seconds)
        timers[next.key] = nil
        feed(.timerFired(next.key, at: Instant(seconds: now)))
    }

    private mutating func endSomething() {
        let attempts = alive.keys.sorted { ($0.task.name, $0.number) < ($1.task.name, $1.number) }
        guard let attempt = attempts.randomElement(using: &random), let mustEnd = alive[attempt]
        else { return }
        let at = Instant(seconds: now)
        alive[attempt] = nil
        if mustEnd { return feed(.attemptEnded(attempt, .signalled(number: 15), at: at)) }
        let codes: [Int32] = [0, 0, 0, 0, 0, 1, 98, 99]
        let code = codes.randomElement(using: &random) ?? 0
        let number = base(of: attempt.task)
        let flow = plan.flow(of: number)
        if code == 0, flow.conduct == .branch { choose(attempt, number) }
        if code == 0, flow.mapping == nil, flow.conduct == .work, random.chance(70) {
            let count = Int.random(in: 0...4, using: &random)
            written[attempt.task] = count
            let list = OutputValue.list((0..<count).map { .number("\($0)") })
            feed(.outputsWritten(attempt, [TaskOutput(key: "list", value: list)], at: at))
        }
        if code == 1, case .shortCircuit = flow.conduct { isClosed.insert(attempt.task) }
        feed(.attemptEnded(attempt, .exited(code: code), at: at))
    }

    private mutating func choose(_ attempt: AttemptID, _ number: Int) {
        let children = plan.graph.children(of: number).map { plan.tasks[Int($0)].id }
        let chosen = children.filter { _ in random.chance(50) }
        choice[attempt.task] = Set(chosen)
        feed(
            .outputsWritten(
                attempt,
                [TaskOutput(key: "branch", value: .list(chosen.map { .text($0.name) }))],
                at: Instant(seconds: now)))
    }

    private mutating func feed(_ event: SchedulerEvent) {
        log.append(event)
        let step = scheduler.handle(event)
        for change in step.changes { note(change) }
        for command in step.commands { carryOut(command) }
        checkAll()
    }

    private mutating func note(_ change: SchedulerChange) {
        switch change {
        case .runState(_, let state, _): runState = state
        case .taskState(_, let task, let state, _):
            states[task] = state
            if state == .success { leaveOut(by: task) } else { leftOut[task] = nil }
            if state == .none || state == .queued || state == .deferred {
                written[task] = state == .none ? nil : written[task]
            }
        case .instancesAdded(_, let task, let indices):
            instances[task, default: []] += indices.map { task.instance($0) }
            instancesMade += indices.count
            for index in indices { states[task.instance(index)] = TaskState.none }
        case .circuit, .assetMade, .deadlineMissed:
            Issue.record("seed \(seed): \(change)")
        }
    }

    private mutating func leaveOut(by task: TaskID) {
        guard let number = plan.tasks.firstIndex(where: { $0.id == task }) else { return }
        var left: Set<Int> = []
        switch plan.flow(of: number).conduct {
        case .branch:
            guard let chosen = choice.removeValue(forKey: task) else { return }
            let kept = Set(
                plan.tasks.indices.filter { other in
                    chosen.contains { name in
                        let start = base(of: name)
                        return start == other || reaches(from: start, to: other)
                    }
                })
            left = Set(plan.graph.children(of: number).map { Int($0) }).subtracting(kept)
        case .shortCircuit(let all):
            guard isClosed.remove(task) != nil else { return }
            left = Set(
                plan.tasks.indices.filter { other in
                    all
                        ? reaches(from: number, to: other)
                        : plan.graph.children(of: number).contains(Int32(other))
                })
        default: return
        }
        leftOut[task] = Set(
            left.filter { other in
                if case .teardown = plan.flow(of: other).role { false } else { true }
            }.map { plan.tasks[$0].id })
        leftOutSeen += leftOut[task]?.count ?? 0
    }

    private func reaches(from: Int, to: Int) -> Bool {
        plan.graph.children(of: from).contains { Int($0) == to || reaches(from: Int($0), to: to) }
    }

    private mutating func carryOut(_ command: SchedulerCommand) {
        switch command {
        case .launch(let attempt):
            launches += 1
            check(alive[attempt] == nil, "seed \(seed): \(attempt) launched twice")
            checkMayRun(attempt)
            alive[attempt] = false
            written[attempt.task] = nil
        case .terminate(let attempt):
            check(alive[attempt] != nil, "seed \(seed): \(attempt) is not alive")
            alive[attempt] = true
        case .setTimer(let timer, let due): timers[timer] = due
        case .cancelTimer(let timer): timers[timer] = nil
        }
    }

    // MARK: The rules, a second time

    private func base(of task: TaskID) -> Int {
        let id = task.instanceParts?.task ?? task
        return plan.tasks.firstIndex { $0.id == id } ?? 0
    }

    /// A letter for each upstream; a mapped one has a letter for each of its instances.
    private func upstream(of number: Int) -> String {
        String(
            plan.graph.parents(of: number).flatMap { parent -> [Character] in
                let id = plan.tasks[Int(parent)].id
                let present = (instances[id] ?? []).filter { states[$0] != .removed }
                let counted = present.isEmpty ? [id] : present
                return counted.map { ReferenceRules.letter(states[$0] ?? .none) }
            })
    }

    /// What setups further up make of a task: those without a teardown, or with one below it.
    private func farSetups(_ number: Int) -> Set<TaskState> {
        let near = plan.graph.parents(of: number)
        let found = plan.tasks.indices.filter { setup in
            guard plan.flow(of: setup).role == .setup, !near.contains(Int32(setup)),
                reaches(from: setup, to: number)
            else { return false }
            let down = plan.graph.children(of: setup).map { Int($0) }.filter { child in
                if case .teardown = plan.flow(of: child).role { true } else { false }
            }
            return down.isEmpty || down.contains { reaches(from: number, to: $0) }
        }
        return Set(found.map { states[plan.tasks[$0].id] ?? .none })
    }

    private func decision(_ number: Int) -> TriggerDecision {
        let far = farSetups(number)
        if far.contains(where: \.isFailure) { return .upstreamFailed }
        if far.contains(.skipped) { return .skip }
        let decision = ruleDecision(number)
        return decision == .run && !far.allSatisfy(\.isSettled) ? .wait : decision
    }

    private func ruleDecision(_ number: Int) -> TriggerDecision {
        let rule = plan.tasks[number].triggerRule
        let setups = plan.graph.parents(of: number).filter {
            plan.flow(of: Int($0)).role == .setup
        }
        let letters = upstream(of: number)
        if rule == .allDoneSetupSuccess, !setups.isEmpty {
            if letters.contains("–") { return .wait }
            let ends = setups.map { states[plan.tasks[Int($0)].id] ?? .none }
            if ends.contains(.success) { return .run }
            return ends.contains { $0.isFailure } ? .upstreamFailed : .skip
        }
        return ReferenceRules.decision(rule, upstream: letters)
    }

    private func isLeftOut(_ task: TaskID) -> Bool {
        leftOut.contains { states[$0.key] == .success && $0.value.contains(task) }
    }

    private func checkMayRun(_ attempt: AttemptID) {
        let number = base(of: attempt.task)
        let id = plan.tasks[number].id
        let words = "seed \(seed): \(attempt.task)#\(attempt.number)"
        if attempt.task.instanceParts == nil {
            check(!isLeftOut(id), "\(words) is left out")
            check(decision(number) == .run, "\(words) may not run: \(upstream(of: number))")
        } else {
            check(states[id] == .running, "\(words): its task is \(states[id]?.rawValue ?? "")")
        }
        if isCancelled || runState != .running {
            check(plan.isTeardown(number), "\(words) in a run that was ended")
        }
    }

    private func checkAll() {
        guard scheduler.isActive("r") else {
            return check(runState.isSettled, "seed \(seed): the run is gone")
        }
        var (held, byPool): (Int, [PoolName: Int]) = (0, [:])
        for (task, state) in states {
            check(
                scheduler.taskState("r", task) == state,
                "seed \(seed): \(task) is \(state.rawValue), not \(scheduler.taskState("r", task)?.rawValue ?? "-")"
            )
            let number = base(of: task)
            // A mapped task runs while its instances do, and only they hold slots.
            let isMapped = task.instanceParts == nil && instances[task] != nil
            if state.holdsSlot, !isMapped, plan.flow(of: number).conduct.takesSlot {
                held += 1
                byPool[plan.tasks[number].pool, default: 0] += plan.flow(of: number).slots
            }
        }
        check(held <= scheduler.limits.parallelism, "seed \(seed): \(held) slots")
        check(held <= plan.maxActiveTasks, "seed \(seed): \(held) tasks of the run")
        let slots = scheduler.limits.pools["api"] ?? 0
        check(byPool["api", default: 0] <= max(slots, 2), "seed \(seed): pool \(byPool)")
        guard runState == .running else { return }
        for number in plan.tasks.indices {
            let id = plan.tasks[number].id
            let present = instances[id] ?? []
            if let limit = plan.flow(of: number).mapping?.maxActive {
                let active = present.count { states[$0]?.holdsSlot == true }
                check(active <= limit, "seed \(seed): \(active) of \(id)")
            }
            // What is being ended of a cleared task must have ended before it is decided on.
            let isEnding = alive.keys.contains { base(of: $0.task) == number }
            if states[id] == TaskState.none, !isEnding {
                check(!isLeftOut(id), "seed \(seed): \(id) is left out and waits")
                check(
                    decision(number) == .wait,
                    "seed \(seed): \(id) waits with \(upstream(of: number))")
            }
            if states[id]?.isSettled == true, plan.flow(of: number).mapping != nil {
                checkAggregate(id, present)
            }
        }
    }

    private func checkAggregate(_ id: TaskID, _ instances: [TaskID]) {
        let ends = instances.compactMap { states[$0] }.filter { $0 != .removed }
        guard !ends.isEmpty, ends.allSatisfy(\.isSettled) else {
            return check(ends.isEmpty, "seed \(seed): \(id) settled before its instances")
        }
        let expected: TaskState =
            ends.contains { $0.isFailure }
            ? .failed : ends.contains(.success) ? .success : .skipped
        check(states[id] == expected, "seed \(seed): \(id) with \(ends.map(\.rawValue))")
    }

    private func checkResult() {
        check(states.values.allSatisfy(\.isSettled), "seed \(seed): \(states)")
        guard runState != .cancelled else { return }
        var deciding: [Int] = []
        var open = plan.tasks.indices.filter { plan.graph.children(of: $0).isEmpty }
        var seen: Set<Int> = []
        while let task = open.popLast() {
            guard seen.insert(task).inserted else { continue }
            if plan.flow(of: task).role == .teardown(failsRun: false) {
                open += plan.graph.parents(of: task).map { Int($0) }
            } else {
                deciding.append(task)
            }
        }
        let failed = deciding.contains { states[plan.tasks[$0].id]?.isFailure == true }
        if plan.timeout == nil {
            check(runState == (failed ? .failed : .success), "seed \(seed): \(runState)")
        } else if failed {
            check(runState == .failed, "seed \(seed): \(runState)")
        }
    }
}
