import Domain
import SchedulerCore
import Testing

@Suite("The scheduler's machine: one run")
struct SchedulerTests {
    @Test("a chain runs task after task, and the run ends with its leaf")
    func chain() throws {
        var talk = Conversation()
        #expect(
            talk.create(try plan("a -> b"))
                == ["r queued", "r running", "a queued", "launch a#1"])
        #expect(talk.start("a") == ["a running"])
        #expect(talk.end("a") == ["a success", "b queued", "launch b#1"])
        #expect(talk.scheduler.taskState("r", "a") == .success)
        #expect(talk.end("b") == ["b success", "r success"])
        #expect(talk.scheduler.activeRuns == [])
        #expect(!talk.scheduler.hasUnsettledWork)
    }

    @Test("a run without tasks succeeds at once")
    func noTasks() throws {
        var talk = Conversation()
        #expect(talk.create(try plan("")) == ["r queued", "r running", "r success"])
    }

    @Test("a failure is handed down, and a descendant with all_done makes the run a success")
    func recovered() throws {
        var talk = Conversation()
        talk.create(try plan("a -> b -> c -> d[all_done]"))
        #expect(
            talk.end("a", code: 1) == [
                "a failed", "b upstream_failed", "c upstream_failed", "d queued", "launch d#1",
            ])
        #expect(talk.end("d") == ["d success", "r success"])
    }

    @Test("one_failed runs on the failure while the other leaf fails the run")
    func oneFailed() throws {
        var talk = Conversation()
        talk.create(try plan("a -> b[one_failed]; a -> c"))
        #expect(
            talk.end("a", code: 1)
                == ["a failed", "c upstream_failed", "b queued", "launch b#1"])
        #expect(talk.end("b") == ["b success", "r failed"])
    }

    @Test(
        "what joins after a skipped branch follows its rule",
        arguments: [
            ("all_success", ["y skipped (skipped itself (exit code 99))"], "j skipped"),
            (
                "none_failed_min_one_success", ["y skipped (skipped itself (exit code 99))"],
                "j queued"
            ),
        ])
    func branch(rule: String, first: [String], second: String) throws {
        var talk = Conversation()
        talk.create(try plan("br -> x; br -> y; x -> j[\(rule)]; y -> j"))
        talk.end("br")
        talk.end("x")
        let words = talk.end("y", code: 99)
        #expect(words.first == first.first)
        #expect(words.contains { $0.hasPrefix(second) })
    }

    @Test("one_success runs as soon as one upstream succeeded, and only once")
    func oneSuccess() throws {
        var talk = Conversation()
        talk.create(try plan("x -> j[one_success]; y -> j"))
        #expect(talk.end("x") == ["x success", "j queued", "launch j#1"])
        #expect(talk.end("y") == ["y success"])
    }

    @Test("a skip does not stop none_failed, and a run of skipped leaves is a success")
    func skips() throws {
        var talk = Conversation()
        talk.create(try plan("a -> b; a -> c[none_failed]"))
        #expect(
            talk.end("a", code: 99) == [
                "a skipped (skipped itself (exit code 99))",
                "b skipped (skipped by trigger rule all_success)", "c queued", "launch c#1",
            ])
        #expect(talk.end("c", code: 99).last == "r success")
    }

    @Test("a failed attempt rests for the delay, is repeated, and its late exit is ignored")
    func retry() throws {
        var talk = Conversation()
        talk.create(try plan("a") { ($0.retries, $0.retryDelay) = (1, .seconds(30)) })
        talk.now = 5
        #expect(talk.end("a", 1, .signalled(number: 9)).first == "a up_for_retry (signal 9)")
        #expect(talk.scheduler.outstanding.timers.map(\.at) == [Instant(seconds: 35)])
        talk.now = 34
        #expect(talk.retryDue("a") == ["set retry a at 35"])
        talk.now = 35
        #expect(talk.retryDue("a") == ["a queued", "launch a#2"])
        #expect(talk.retryDue("a") == [])
        #expect(talk.end("a", 1) == [])
        #expect(talk.end("a", 2, code: 3) == ["a failed", "r failed"])
    }

    @Test("exit code 98 fails without a retry, and a lost or unstarted attempt is retried")
    func exitCodes() throws {
        var talk = Conversation()
        talk.create(try plan("a; b; c") { $0.retries = 2 })
        #expect(talk.end("a", code: 98) == ["a failed (failed without a retry (exit code 98))"])
        #expect(
            talk.end("b", 1, .notStarted(reason: "no such folder")) == [
                "b up_for_retry (no such folder)", "set retry b at 300",
            ])
        #expect(talk.end("c", 1, .lost).last == "set retry c at 300")
    }

    @Test("an attempt over its time is terminated, fails whatever its exit code, and is retried")
    func timeout() throws {
        var talk = Conversation()
        talk.create(
            try plan("a") {
                ($0.retries, $0.timeout, $0.retryDelay) = (1, .seconds(600), .seconds(1))
            })
        talk.now = 100
        #expect(talk.start("a") == ["a running", "set timeout a#1 at 700"])
        #expect(talk.start("a") == [])
        talk.now = 699
        #expect(talk.timeoutDue("a") == ["set timeout a#1 at 700"])
        talk.now = 700
        #expect(talk.timeoutDue("a") == ["terminate a#1"])
        #expect(talk.timeoutDue("a") == [])
        talk.now = 701
        #expect(
            talk.end("a") == ["a up_for_retry (timed out after 10m)", "set retry a at 702"])
        talk.now = 702
        talk.retryDue("a")
        talk.start("a", 2)
        #expect(talk.timeoutDue("a", 1) == [])
        #expect(talk.end("a", 2) == ["a success", "r success", "cancel timeout a#2"])
    }

    @Test("cancelling a run ends what runs, skips the rest, and waits for the last attempt")
    func cancelRun() throws {
        var talk = Conversation()
        talk.create(try plan("a -> b; c -> d; e") { $0.retries = 3 })
        talk.start("a")
        talk.end("e", code: 1)
        #expect(
            talk.cancel() == [
                "b skipped (cancelled by ada)", "d skipped (cancelled by ada)",
                "e skipped (cancelled by ada)", "terminate a#1", "terminate c#1", "cancel retry e",
            ])
        #expect(talk.cancel() == [])
        #expect(talk.end("a", 1, .signalled(number: 15)) == ["a failed (cancelled by ada)"])
        #expect(talk.start("c") == ["c running", "terminate c#1"])
        #expect(talk.end("c") == ["c failed (cancelled by ada)", "r cancelled"])
    }

    @Test("a cancelled task fails without a retry, running, resting or waiting")
    func cancelTask() throws {
        var talk = Conversation()
        talk.create(try plan("a -> x; b -> y; c -> z[all_failed]") { $0.retries = 3 })
        #expect(talk.cancel(task: "a") == ["terminate a#1"])
        #expect(talk.cancel(task: "a") == [])
        #expect(talk.end("a", code: 1) == ["a failed (cancelled by ada)", "x upstream_failed"])
        talk.end("b", code: 1)
        #expect(
            talk.cancel(task: "b") == [
                "b failed (cancelled by ada)", "y upstream_failed", "cancel retry b",
            ])
        #expect(talk.cancel(task: "z") == ["z failed (cancelled by ada)"])
        #expect(talk.end("c").last == "r failed")
    }

    @Test("a cleared task gets its retries anew, and its attempts go on counting")
    func clear() throws {
        var talk = Conversation()
        talk.create(
            try plan("a -> b; c") { ($0.retries, $0.retryDelay) = ($0.id == "a" ? 1 : 0, .zero) })
        talk.end("a", code: 1)
        talk.retryDue("a")
        #expect(talk.end("a", 2, code: 1) == ["a failed", "b upstream_failed"])
        #expect(talk.clear("a", "b") == ["a none", "b none", "a queued", "launch a#3"])
        #expect(talk.end("a", 3, code: 1).first == "a up_for_retry")
        talk.retryDue("a")
        #expect(talk.end("a", 4) == ["a success", "b queued", "launch b#1"])
        #expect(talk.clear("nobody") == [])
    }

    @Test("a task cleared while it runs is terminated first and does not lose a retry")
    func clearRunning() throws {
        var talk = Conversation()
        talk.create(try plan("a") { $0.timeout = .seconds(60) })
        talk.start("a")
        #expect(
            talk.clear("a") == ["a restarting", "cancel timeout a#1", "terminate a#1"])
        #expect(talk.clear("a") == [])
        #expect(
            talk.end("a", 1, .signalled(number: 15)) == ["a none", "a queued", "launch a#2"])
        #expect(talk.end("a", 2) == ["a success", "r success"])
    }

    @Test("clearing an upstream takes a waiting child back until it has settled again")
    func clearTakesBack() throws {
        var talk = Conversation(parallelism: 1)
        talk.create(try plan("a -> b; c -> d"))
        #expect(talk.end("a") == ["a success", "c queued", "b scheduled", "launch c#1"])
        #expect(
            talk.clear("a") == ["a none", "b none", "a scheduled"])
        #expect(talk.end("c") == ["c success", "a queued", "d scheduled", "launch a#2"])
        #expect(talk.end("a", 2).last == "launch b#1")
    }

    @Test("a settled run is opened again from its rows, and starts where it was cleared")
    func reopen() throws {
        var talk = Conversation()
        let plan = try plan("a -> b -> c")
        talk.create(plan)
        talk.end("a")
        #expect(talk.end("b", code: 1).last == "r failed")
        #expect(talk.clear("b") == [])
        let names = plan.tasksToRerun(
            states: [.success, .failed, .upstreamFailed])
        #expect(names == ["b", "c"])
        let creation = RunCreation(
            id: "r", pipeline: "p", trigger: .manual, logicalDate: Instant(seconds: 0),
            dataIntervalStart: Instant(seconds: 0), dataIntervalEnd: Instant(seconds: 0),
            params: [:], plan: plan)
        let row = SettledRun(
            creation: creation, state: .failed,
            tasks: [
                .init(state: .success, attemptCount: 1), .init(state: .failed, attemptCount: 1),
                .init(state: .upstreamFailed, attemptCount: 0),
            ])
        talk.scheduler.restore(row)
        #expect(!talk.scheduler.isActive("r"))
        #expect(
            talk.clear("b", "c") == [
                "b none", "c none", "r queued", "r running", "b queued", "launch b#2",
            ])
        #expect(talk.end("b", 2).last == "launch c#1")
        #expect(talk.end("c") == ["c success", "r success"])
        talk.scheduler.restore(row)
        #expect(talk.clear("nobody") == [])
        #expect(talk.clear("b") == [], "the restored run was not dropped again")
    }

    @Test("a replay keeps settled runs until it is over, and then equals the machine that lived")
    func replay() throws {
        var talk = Conversation()
        let plan = try plan("a -> b")
        talk.create(plan)
        talk.end("a", code: 1)
        talk.create(plan, as: "s")
        let creation = RunCreation(
            id: "r", pipeline: "p", trigger: .manual, logicalDate: Instant(seconds: 0),
            dataIntervalStart: Instant(seconds: 0), dataIntervalEnd: Instant(seconds: 0),
            params: [:], plan: plan)
        talk.scheduler.restore(
            SettledRun(
                creation: creation, state: .failed,
                tasks: [
                    .init(state: .failed, attemptCount: 1),
                    .init(state: .upstreamFailed, attemptCount: 0),
                ]))
        talk.clear("a", "b")
        #expect(talk.scheduler.activeRuns == ["s", "r"])
        var replayed = Scheduler(limits: talk.scheduler.limits, isReplaying: true)
        for event in talk.events { _ = replayed.handle(event) }
        replayed.finishReplay()
        #expect(replayed == talk.scheduler)
        #expect(replayed.outstanding == talk.scheduler.outstanding)
        #expect(replayed.outstanding.attempts.map(\.id.number) == [1, 2])
    }

    @Test("a replay under narrower limits follows what really ran")
    func narrowReplay() throws {
        var talk = Conversation(parallelism: 2)
        talk.create(try plan("a; b; c"))
        talk.start("a")
        talk.start("b")
        talk.end("b", code: 1)
        var replayed = Scheduler(limits: SchedulerLimits(parallelism: 1), isReplaying: true)
        for event in talk.events { _ = replayed.handle(event) }
        #expect(replayed.taskState("r", "a") == .running)
        #expect(replayed.taskState("r", "b") == .failed)
        #expect(replayed.taskState("r", "c") == .scheduled)
    }

    @Test("a cascade of 100,000 skips or failures ends the run in one step")
    func longChain() throws {
        let count = 100_000
        let graph = try DAG(
            nodeCount: count, edges: (1..<count).map { DAG.Edge(from: $0 - 1, to: $0) })
        let tasks = (0..<count).map { TaskPlan(id: TaskID("t\($0)")) }
        var talk = Conversation()
        talk.create(RunPlan(maxActiveTasks: 16, maxActiveRuns: 1, tasks: tasks, graph: graph))
        let words = talk.end("t0", code: 1)
        #expect(words.count == count + 1)
        #expect(words.last == "r failed")
    }
}
