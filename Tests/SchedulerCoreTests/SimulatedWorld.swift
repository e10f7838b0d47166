import Domain
import TestRandom
import Testing

@testable import SchedulerCore

/// A world in which a scheduler's commands come true: runners, timers and people, all from a seed.
///
/// Keeps its own books of what was launched, started and due, checks each step against them, and
/// keeps the rows that a store would hold.
struct SimulatedWorld {
    private enum Happening {
        case event(SchedulerEvent)
        case attemptOver(AttemptID)
        case timer(SchedulerTimer, Instant)
        case mischief
    }

    private struct Attempt {
        var isStarted = false
        var mustEnd = false
    }

    private struct Rows {
        var creation: RunCreation
        var state = RunState.queued
        var isCancelled = false
        var tasks: [SettledTask]
        var numbers: [TaskID: Int]
    }

    private(set) var scheduler: Scheduler
    private(set) var log: [SchedulerEvent] = []
    private var random: SeededRandom
    private let seed: UInt64
    private let limits: SchedulerLimits
    private var now: Int64 = 0
    private var agenda: [(at: Int64, Happening)] = []
    private var live: [AttemptID: Attempt] = [:]
    private var timers: [SchedulerTimer: Instant] = [:]
    private var launched: Set<AttemptID> = []
    private var rows: [RunID: Rows] = [:]
    private var paused: Set<PipelineName> = []
    private(set) var launchCount = 0
    private(set) var reopenCount = 0
    private(set) var handedOverCount = 0

    init(seed: UInt64) {
        self.seed = seed
        random = SeededRandom(seed: seed)
        limits = SchedulerLimits(
            parallelism: Int.random(in: 1...6, using: &random),
            pools: ["api": Int.random(in: 1...2, using: &random)])
        scheduler = Scheduler(limits: limits)
    }

    /// Lives until nothing is left to do.
    mutating func live(runs: Int) throws {
        for number in 0..<runs {
            let creation = try randomRun(number)
            let at = Int64.random(in: 0...200, using: &random)
            agenda.append((at, .event(.runCreated(creation, at: Instant(seconds: at)))))
        }
        for _ in 0..<Int.random(in: 0...8, using: &random) {
            agenda.append((Int64.random(in: 0...400, using: &random), .mischief))
        }
        var steps = 0
        while !agenda.isEmpty || !paused.isEmpty {
            steps += 1
            try #require(steps < 20_000, "seed \(seed) does not come to an end")
            guard let next = takeNext() else {
                for pipeline in paused.sorted() { pause(pipeline, false) }
                continue
            }
            switch next {
            case .event(let event): feed(event)
            case .attemptOver(let attempt): endAttempt(attempt)
            case .timer(let timer, let due):
                guard timers[timer] == due else { break }
                timers[timer] = nil
                feed(.timerFired(timer, at: Instant(seconds: now)))
            case .mischief: mischief()
            }
            if random.chance(5) { repeatSomething() }
        }
        check(!scheduler.hasUnsettledWork, "seed \(seed): some run never ends")
        check(live.isEmpty && timers.isEmpty, "seed \(seed)")
    }

    /// The earliest happening; among those of one time any.
    private mutating func takeNext() -> Happening? {
        guard let earliest = agenda.map(\.at).min() else { return nil }
        let same = agenda.indices.filter { agenda[$0].at == earliest }
        guard let index = same.randomElement(using: &random) else { return nil }
        now = max(now, earliest)
        return agenda.remove(at: index).1
    }

    /// As `#expect`, but cheap enough to be asked a million times.
    private func check(
        _ claim: Bool, _ message: @autoclosure () -> String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        if !claim { Issue.record("\(message())", sourceLocation: sourceLocation) }
    }

    // MARK: Making things up

    private mutating func randomRun(_ number: Int) throws -> RunCreation {
        let count = Int.random(in: 0...14, using: &random)
        var edges: [DAG.Edge] = []
        for to in 0..<count {
            for from in 0..<to where random.chance(25) {
                edges.append(DAG.Edge(from: from, to: to))
            }
        }
        let isPlain = random.chance(30)
        let tasks = (0..<count).map { index in
            let rule = isPlain ? .allSuccess : TriggerRule.allCases.randomElement(using: &random)
            let timeout: Span? = random.chance(20) ? .seconds(20) : nil
            return TaskPlan(
                id: TaskID("t\(index)"), retries: Int.random(in: 0...2, using: &random),
                retryDelay: .seconds(Int64.random(in: 0...30, using: &random)), timeout: timeout,
                triggerRule: rule ?? .allSuccess, pool: random.chance(30) ? "api" : .standard)
        }
        let date = Instant(seconds: Int64.random(in: 0...5, using: &random))
        return RunCreation(
            id: RunID("r\(number)"), pipeline: random.chance(50) ? "p" : "q", trigger: .manual,
            logicalDate: date, dataIntervalStart: date, dataIntervalEnd: date, params: [:],
            plan: RunPlan(
                maxActiveTasks: Int.random(in: 1...4, using: &random),
                maxActiveRuns: Int.random(in: 1...3, using: &random), tasks: tasks,
                graph: try DAG(nodeCount: count, edges: edges)))
    }

    private mutating func mischief() {
        let at = Instant(seconds: now)
        guard let run = rows.keys.sorted().randomElement(using: &random), let row = rows[run]
        else { return }
        let tasks = row.creation.plan.tasks.map(\.id)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: feed(.runCancelRequested(run, by: "eve", at: at))
        case 1:
            if let task = tasks.randomElement(using: &random) {
                feed(.taskCancelRequested(run, task, by: "eve", at: at))
            }
        case 2, 3: clear(run, tasks.filter { _ in random.chance(40) })
        case 4:
            let skipped = zip(tasks, row.tasks).filter { $1.state == .skipped }.map(\.0)
            let names = row.creation.plan.tasksToRerun(
                states: row.tasks.map(\.state), cutOff: row.state == .cancelled ? Set(skipped) : [])
            clear(run, names)
        default: pause(row.creation.pipeline, random.chance(60))
        }
    }

    private mutating func pause(_ pipeline: PipelineName, _ isPaused: Bool) {
        if isPaused { paused.insert(pipeline) } else { paused.remove(pipeline) }
        feed(
            .pipelinePaused(pipeline, isPaused: isPaused, by: "eve", at: Instant(seconds: now)))
    }

    private mutating func clear(_ run: RunID, _ tasks: [TaskID]) {
        guard let row = rows[run] else { return }
        if row.state.isSettled {
            reopenCount += 1
            scheduler.restore(
                SettledRun(creation: row.creation, state: row.state, tasks: row.tasks))
        }
        rows[run]?.isCancelled = false
        feed(.tasksCleared(run, tasks, by: "eve", at: Instant(seconds: now)))
    }

    /// Tells again what was told before; nothing may come of it but timers set again.
    private mutating func repeatSomething() {
        guard let event = log.randomElement(using: &random) else { return }
        switch event {
        case .attemptStarted, .attemptEnded, .timerFired:
            if case .attemptStarted(let id, _, _) = event, live[id]?.isStarted == false { return }
            if case .attemptEnded(let id, _, _, _) = event, live[id] != nil { return }
            let before = scheduler
            let step = scheduler.handle(event)
            check(step.changes.isEmpty, "seed \(seed): \(event)")
            check(
                step.commands.allSatisfy { command in
                    if case .setTimer(let timer, let due) = command {
                        timers[timer] == due
                    } else {
                        false
                    }
                }, "seed \(seed): \(event)")
            check(scheduler == before, "seed \(seed): \(event)")
        default: break
        }
    }

    // MARK: The runner

    private mutating func endAttempt(_ attempt: AttemptID) {
        guard let alive = live.removeValue(forKey: attempt) else { return }
        let outcomes: [AttemptOutcome] =
            alive.mustEnd
            ? [.signalled(number: 15), .exited(code: 0), .lost]
            : [
                .exited(code: 0), .exited(code: 0), .exited(code: 0), .exited(code: 1),
                .exited(code: 98), .exited(code: 99), .signalled(number: 9), .lost,
            ]
        let outcome = outcomes.randomElement(using: &random) ?? .lost
        checkOrder(attempt, outcome)
        let next = random.chance(50) ? successor(of: attempt, outcome) : nil
        feed(.attemptEnded(attempt, outcome, at: Instant(seconds: now), next: next))
        guard let next else { return }
        handedOverCount += 1
        check(scheduler.isLive(next), "seed \(seed): \(next) was foretold, and is not live")
        begin(next)
        live[next]?.isStarted = true
        agenda.append((now + Int64.random(in: 0...40, using: &random), .attemptOver(next)))
    }

    /// One that a runner may begin in the place of `attempt`, by what was foretold.
    private mutating func successor(of attempt: AttemptID, _ outcome: AttemptOutcome) -> AttemptID?
    {
        successors(of: attempt, outcome).randomElement(using: &random)?.id
    }

    private func successors(
        of attempt: AttemptID, _ outcome: AttemptOutcome
    ) -> [UpcomingAttempt] {
        guard let place = scheduler.place(of: attempt), scheduler.isLive(attempt),
            let row = rows[attempt.run], !paused.contains(row.creation.pipeline)
        else { return [] }
        return scheduler.upcoming(of: attempt.run, 6).filter { upcoming in
            upcoming.place.lane == place.lane
                && upcoming.after.allSatisfy { $0 == attempt && outcome == .exited(code: 0) }
        }
    }

    /// The first of what was foretold is what the scheduler itself would launch first.
    private func checkOrder(_ attempt: AttemptID, _ outcome: AttemptOutcome) {
        guard !scheduler.hasReadyTasks(besides: attempt.run),
            let first = successors(of: attempt, outcome).min(by: { $0.place.rank < $1.place.rank })
        else { return }
        var other = scheduler
        let step = other.handle(
            .attemptEnded(attempt, outcome, at: Instant(seconds: now), next: nil))
        let launched = step.commands.compactMap { command in
            if case .launch(let id) = command, id.run == attempt.run { id } else { nil }
        }
        guard let own = launched.first else { return }
        check(
            own == first.id,
            "seed \(seed): \(first.id) was foretold first, the scheduler launches \(own)")
    }

    private mutating func feed(_ event: SchedulerEvent) {
        log.append(event)
        if case .runCreated(let creation, _) = event {
            let task = SettledTask(state: .none, attemptCount: 0)
            rows[creation.id] = Rows(
                creation: creation,
                tasks: Array(repeating: task, count: creation.plan.tasks.count),
                numbers: Dictionary(
                    uniqueKeysWithValues: zip(creation.plan.tasks.map(\.id), 0...)))
        }
        if case .runCancelRequested(let run, _, _) = event, rows[run]?.state.isSettled == false {
            rows[run]?.isCancelled = true
        }
        if case .attemptStarted(let attempt, _, _) = event { live[attempt]?.isStarted = true }
        let step = scheduler.handle(event)
        for change in step.changes { record(change) }
        for command in step.commands { carryOut(command) }
        checkSlots()
        checkStates()
    }

    private mutating func record(_ change: SchedulerChange) {
        switch change {
        case .instancesAdded, .circuit, .assetMade:
            Issue.record("seed \(seed): no plan here has \(change)")
        case .runState(let run, let state, _): rows[run]?.state = state
        case .deadlineMissed: break
        case .taskState(let run, let task, let state, let detail):
            guard let index = index(of: task, in: run) else {
                Issue.record("seed \(seed): \(task) of \(run) is not known")
                return
            }
            rows[run]?.tasks[index] = SettledTask(
                state: state, attemptCount: detail.attemptCount)
        }
    }

    private func index(of task: TaskID, in run: RunID) -> Int? {
        rows[run]?.numbers[task]
    }

    private mutating func carryOut(_ command: SchedulerCommand) {
        switch command {
        case .launch(let attempt): launch(attempt)
        case .terminate(let attempt):
            check(live[attempt] != nil, "seed \(seed): \(attempt) is not alive")
            live[attempt]?.mustEnd = true
            agenda.append((now + Int64.random(in: 0...5, using: &random), .attemptOver(attempt)))
        case .setTimer(let timer, let due):
            timers[timer] = due
            agenda.append((due.seconds, .timer(timer, due)))
        case .cancelTimer(let timer): timers[timer] = nil
        }
    }

    /// Notes that an attempt begins, which must be allowed to.
    private mutating func begin(_ attempt: AttemptID) {
        launchCount += 1
        check(launched.insert(attempt).inserted, "seed \(seed): \(attempt) launched twice")
        check(
            !live.keys.contains { $0.run == attempt.run && $0.task == attempt.task },
            "seed \(seed): two attempts of \(attempt.task) at once")
        if let row = rows[attempt.run] {
            check(row.state == .running && !row.isCancelled, "seed \(seed): \(attempt)")
            check(
                !paused.contains(row.creation.pipeline), "seed \(seed): \(attempt) while paused")
            if let index = index(of: attempt.task, in: attempt.run) {
                let rule = row.creation.plan.tasks[index].triggerRule
                check(
                    ReferenceRules.decision(rule, upstream: upstream(of: index, in: row)) == .run,
                    "seed \(seed): \(attempt) does not have what it needs")
            }
        }
        live[attempt] = Attempt()
    }

    private mutating func launch(_ attempt: AttemptID) {
        begin(attempt)
        if random.chance(5) {
            let reason = AttemptOutcome.notStarted(reason: "no such folder")
            agenda.append(
                (now, .event(.attemptEnded(attempt, reason, at: Instant(seconds: now)))))
            live[attempt] = nil
            return
        }
        let begin = now + Int64.random(in: 0...3, using: &random)
        agenda.append(
            (begin, .event(.attemptStarted(attempt, process: nil, at: Instant(seconds: begin)))))
        agenda.append((begin + Int64.random(in: 0...40, using: &random), .attemptOver(attempt)))
    }

    private func upstream(of task: Int, in row: Rows) -> String {
        String(
            row.creation.plan.graph.parents(of: task).map {
                ReferenceRules.letter(row.tasks[Int($0)].state)
            })
    }

    // MARK: Invariants

    private func checkSlots() {
        var byPool: [PoolName: Int] = [:]
        var total = 0
        var running: [PipelineName: (runs: Int, limit: Int)] = [:]
        for row in rows.values where !row.state.isSettled {
            var held = 0
            for (task, plan) in zip(row.tasks, row.creation.plan.tasks) where task.state.holdsSlot {
                held += 1
                byPool[plan.pool, default: 0] += 1
            }
            total += held
            check(held <= row.creation.plan.maxActiveTasks, "seed \(seed)")
            if row.state == .running {
                let old = running[row.creation.pipeline] ?? (0, 0)
                running[row.creation.pipeline] = (
                    old.runs + 1, max(old.limit, row.creation.plan.maxActiveRuns)
                )
            }
        }
        check(total <= limits.parallelism, "seed \(seed)")
        check(byPool["api", default: 0] <= limits.pools["api"] ?? 0, "seed \(seed)")
        for (pipeline, count) in running {
            check(count.runs <= count.limit, "seed \(seed): runs of \(pipeline)")
        }
    }

    /// The rows and the machine agree, nothing waits that could be decided, and no slot lies idle.
    private func checkStates() {
        var isAnyReady = false
        let poolUse = poolUse
        for (run, row) in rows {
            check(scheduler.isActive(run) == !row.state.isSettled, "seed \(seed): \(run)")
            guard !row.state.isSettled else {
                checkResult(row)
                continue
            }
            let held = row.tasks.count { $0.state.holdsSlot }
            for (index, task) in row.tasks.enumerated() {
                let plan = row.creation.plan.tasks[index]
                check(scheduler.taskState(run, plan.id) == task.state, "seed \(seed): \(plan.id)")
                guard row.state == .running else { continue }
                let decision = ReferenceRules.decision(
                    plan.triggerRule, upstream: upstream(of: index, in: row))
                if task.state == .none {
                    check(decision == .wait, "seed \(seed): \(plan.id) of \(run)")
                }
                if task.state == .scheduled {
                    check(decision == .run, "seed \(seed): \(plan.id) of \(run)")
                    let mayRun =
                        !paused.contains(row.creation.pipeline)
                        && held < row.creation.plan.maxActiveTasks
                        && (plan.pool != "api" || poolUse < limits.pools["api"] ?? 0)
                    isAnyReady = isAnyReady || mayRun
                }
            }
        }
        if isAnyReady {
            let held = rows.values.reduce(0) { sum, row in
                sum + (row.state.isSettled ? 0 : row.tasks.count { $0.state.holdsSlot })
            }
            check(held == limits.parallelism, "seed \(seed): a slot lies idle")
        }
    }

    private var poolUse: Int {
        rows.values.reduce(0) { sum, row in
            sum
                + zip(row.tasks, row.creation.plan.tasks).count {
                    $0.state.holdsSlot && $1.pool == "api"
                }
        }
    }

    private func checkResult(_ row: Rows) {
        let graph = row.creation.plan.graph
        check(!row.tasks.contains { !$0.state.isSettled }, "seed \(seed)")
        guard row.state != .cancelled else { return }
        let leafFailed = row.tasks.indices.contains {
            graph.children(of: $0).isEmpty && row.tasks[$0].state.isFailure
        }
        check(row.state == (leafFailed ? .failed : .success), "seed \(seed)")
    }
}
