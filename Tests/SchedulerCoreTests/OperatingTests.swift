import Domain
import SchedulerCore
import TestRandom
import Testing

@Suite("Marks, the time of runs, and the run before")
struct OperatingTests {
    @Test("marking a failed task success lets what it failed run again, and the run with it")
    func markSuccess() throws {
        var talk = Conversation()
        try talk.create(plan("a -> b -> c; d"))
        talk.start("a")
        talk.start("d")
        talk.end("d")
        talk.end("a", code: 1)
        #expect(talk.scheduler.runState("r") == nil)
        // The run has ended: whoever stores it hands it back.
        let creation = try #require(
            talk.events.compactMap { event in
                if case .runCreated(let creation, _) = event { creation } else { nil }
            }.first)
        talk.scheduler.restore(
            SettledRun(
                creation: creation, state: .failed,
                tasks: [
                    SettledTask(state: .failed, attemptCount: 1),
                    SettledTask(state: .upstreamFailed, attemptCount: 0),
                    SettledTask(state: .upstreamFailed, attemptCount: 0),
                    SettledTask(state: .success, attemptCount: 1),
                ]))
        #expect(
            talk.mark(.success, "a") == [
                "a success (marked success by ada)", "b none", "c none", "r queued", "r running",
                "b queued", "launch b#1",
            ])
        talk.start("b")
        talk.end("b")
        talk.start("c")
        #expect(talk.end("c") == ["c success", "r success"])
    }

    @Test("marking the last failure of an ended run decides the run anew")
    func markLeaf() throws {
        var talk = Conversation()
        let plan = try plan("a")
        talk.create(plan)
        talk.start("a")
        talk.end("a", code: 1)
        let date = Instant(seconds: 0)
        let creation = RunCreation(
            id: "r", pipeline: "p", trigger: .manual, logicalDate: date, dataIntervalStart: date,
            dataIntervalEnd: date, params: [:], plan: plan)
        talk.scheduler.restore(
            SettledRun(
                creation: creation, state: .failed,
                tasks: [SettledTask(state: .failed, attemptCount: 1)]))
        #expect(talk.mark(.skipped, "a") == ["a skipped (marked skipped by ada)", "r success"])
        #expect(!talk.scheduler.isActive("r"))
    }

    @Test("marking a running task ends its process first; a waiting one settles at once")
    func markRunning() throws {
        var talk = Conversation()
        try talk.create(plan("a -> b -> c"))
        talk.start("a")
        #expect(talk.mark(.success, "a") == ["terminate a#1"])
        #expect(
            talk.end("a", 1, .signalled(number: 15)) == [
                "a success (marked success by ada)", "b queued", "launch b#1",
            ])
        #expect(talk.mark(.failed, "c") == ["c failed (marked failed by ada)"])
        talk.start("b")
        #expect(talk.end("b") == ["b success", "r failed"])
    }

    @Test("a run that used up its time fails; what runs is ended, what is open skipped")
    func runTimeout() throws {
        var talk = Conversation()
        var timed = try plan("a -> b; c")
        timed.timeout = .seconds(60)
        #expect(talk.create(timed).contains("set timeout of r at 60"))
        talk.start("a")
        talk.start("c")
        talk.end("c")
        talk.now = 59
        #expect(talk.fire(.runTimeout("r")) == ["set timeout of r at 60"])
        talk.now = 60
        #expect(
            talk.fire(.runTimeout("r")) == [
                "b skipped (the run timed out after 1m)", "terminate a#1",
            ])
        #expect(
            talk.end("a", 1, .signalled(number: 15)) == [
                "a skipped (the run timed out after 1m)", "r failed",
            ])
    }

    @Test("a missed deadline is told once and ends nothing; a run that ends before takes it back")
    func deadline() throws {
        var talk = Conversation()
        var late = try plan("a")
        late.deadline = RunDeadline(after: .seconds(30))
        talk.now = 100
        #expect(talk.create(late).contains("set deadline of r at 130"))
        talk.start("a")
        talk.now = 130
        #expect(talk.fire(.deadline("r")) == ["r missed its deadline"])
        #expect(talk.fire(.deadline("r")) == [])
        #expect(talk.end("a") == ["a success", "r success"])
        talk.create(late, as: "s")
        talk.start("a", of: "s")
        #expect(talk.end("a", of: "s").contains("cancel deadline of s"))
    }

    @Test("a deadline may count from the logical date")
    func logicalDeadline() throws {
        var talk = Conversation()
        var late = try plan("a")
        late.deadline = RunDeadline(after: .seconds(30), from: .logicalDate)
        talk.now = 100
        #expect(talk.create(late, date: 50).contains("set deadline of r at 80"))
    }

    @Test("a held task waits though its needs are met, and skips are not held up")
    func held() throws {
        var talk = Conversation()
        #expect(
            try talk.create(plan("a -> b; c -> d"), held: ["a", "d"]) == [
                "r queued", "r running", "a none (waits for the run before)", "c queued",
                "launch c#1",
            ])
        #expect(talk.scheduler.heldTasks("r") == ["a", "d"])
        talk.start("c")
        #expect(talk.end("c", code: 99).contains("d skipped (skipped by trigger rule all_success)"))
        let met = SchedulerEvent.pastMet("r", ["a"], at: Instant(seconds: 0))
        #expect(talk.say(met) == ["a queued", "launch a#1"])
        #expect(talk.say(met) == [])
        talk.start("a")
        talk.end("a")
        talk.start("b")
        #expect(talk.end("b") == ["b success", "r success"])
    }

    @Test("runs of a backfill neither fill nor heed the limit of active runs")
    func backfillLimit() throws {
        var talk = Conversation()
        let one = try plan("a", maxActiveRuns: 1)
        talk.create(one, as: "r1")
        #expect(talk.create(one, as: "b1", trigger: .backfill).contains("launch a#1"))
        #expect(talk.create(one, as: "b2", trigger: .backfill).contains("launch a#1"))
        #expect(talk.create(one, as: "r2") == ["r2 queued"])
        talk.start("a", of: "r1")
        #expect(talk.end("a", of: "r1").contains("r2 running"))
        talk.pause(true)
        #expect(talk.create(one, as: "b3", trigger: .backfill) == ["b3 queued"])
        #expect(talk.pause(false).contains("b3 running"))
    }

    @Test("what a task waits for: the same task, or all that directly needs it as well")
    func conditions() throws {
        let plan = try plan("a -> b -> c; a -> d")
        let conditions = try #require(
            PastConditions([.sameTaskAndDownstream, .sameTask, .none, .none], plan: plan))
        var states: [TaskID: TaskState] = ["a": .success, "b": .running, "c": .none, "d": .skipped]
        #expect(conditions.unmet { states[$0] } == ["a", "b"])
        states["b"] = .success
        #expect(conditions.met(of: ["a", "b"], after: "b") { states[$0] } == ["b", "a"])
        states["d"] = .failed
        #expect(conditions.unmet { states[$0] } == ["a"])
        // A task that the run before did not have is new.
        #expect(conditions.unmet { _ in nil } == [])
        #expect(PastConditions([.none, .none, .none, .none], plan: plan) == nil)
    }
}

@Suite("Backfills")
struct BackfillPlannerTests {
    private func planner(
        _ ticks: Int, limit: Int, _ reprocess: BackfillReprocess = .none
    ) -> BackfillPlanner {
        let backfill = Backfill(
            id: "b", pipeline: "p", from: Instant(seconds: 0), to: Instant(seconds: 99),
            maxActiveRuns: limit, reprocess: reprocess, person: "ada")
        return BackfillPlanner(backfill, runs: (0..<ticks).map { Self.run(Int64($0)) })
    }

    private static func run(_ second: Int64) -> PlannedRun {
        let tick = Instant(seconds: second)
        return PlannedRun(
            logicalDate: tick, dataIntervalStart: tick, dataIntervalEnd: tick, runAfter: tick)
    }

    @Test("existing runs are left, repeated where they failed, or repeated where they ended")
    func decisions() {
        let expected: [BackfillReprocess: [BackfillPlanner.Decision]] = [
            .none: [.create, .leave, .leave, .leave, .leave, .leave],
            .failed: [.create, .leave, .leave, .leave, .repeatFailed, .repeatFailed],
            .completed: [.create, .leave, .leave, .repeatAll, .repeatAll, .repeatAll],
        ]
        let existing: [RunState?] = [nil, .queued, .running, .success, .failed, .cancelled]
        for (reprocess, decisions) in expected {
            let planner = planner(1, limit: 1, reprocess)
            #expect(existing.map { planner.decision(existing: $0) } == decisions)
        }
    }

    @Test("every tick once, in order, never more at once than allowed", arguments: 1...60)
    func walk(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let (ticks, limit) = (
            Int.random(in: 0...40, using: &random), Int.random(in: 1...5, using: &random)
        )
        var planner = planner(ticks, limit: limit)
        var (seen, active): ([Int64], [RunID]) = ([], [])
        var isPaused = false
        for _ in 0..<10_000 {
            if random.chance(10) {
                isPaused.toggle()
                planner.set(isPaused ? .paused : .running)
            }
            if random.chance(5) {
                // A restart: the same from what is stored.
                planner = BackfillPlanner(
                    planner.backfill, runs: (0..<ticks).map { Self.run(Int64($0)) },
                    state: planner.state, lastTick: seen.last.map { Instant(seconds: $0) },
                    active: Set(active))
            }
            if random.chance(40), let ended = active.randomElement(using: &random) {
                active.removeAll { $0 == ended }
                let (first, second) = (planner.settled(ended), planner.settled(ended))
                #expect(first)
                #expect(!second)
            }
            switch planner.step {
            case .look(let run)?:
                #expect(!isPaused, "seed \(seed)")
                seen.append(run.logicalDate.seconds)
                let made = random.chance(80) ? RunID("r\(seen.count)") : nil
                if let made { active.append(made) }
                planner.advanced(made: made)
                #expect(active.count <= limit, "seed \(seed)")
            case .complete?:
                #expect(active.isEmpty)
                #expect(seen == Array(0..<Int64(ticks)), "seed \(seed)")
                return
            case nil: break
            }
        }
        Issue.record("seed \(seed): it never ended")
    }
}
