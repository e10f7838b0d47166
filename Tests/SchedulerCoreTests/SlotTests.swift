import Domain
import SchedulerCore
import Testing

@Suite("The scheduler's machine: slots, pools, queues of runs")
struct SlotTests {
    @Test("most descendants come first, then the earlier date, then the order of the file")
    func order() throws {
        var talk = Conversation(parallelism: 0)
        let shape = "x; p -> q -> r; a -> b; a -> c; a -> s; y; d -> e"
        talk.create(try plan(shape), as: "late", date: 9)
        talk.create(try plan("z; f -> g"), as: "early", date: 1)
        talk.now = 1
        var launched: [String] = []
        for slots in 1...7 {
            let step = talk.scheduler.setLimits(
                SchedulerLimits(parallelism: slots), at: Instant(seconds: 1))
            launched += Conversation.words(step).filter { $0.hasPrefix("launch") }
        }
        #expect(
            launched == [
                "launch a#1", "launch p#1", "launch f#1", "launch d#1", "launch z#1", "launch x#1",
                "launch y#1",
            ])
    }

    @Test("a run's own limit holds back its tasks, not those of others")
    func maxActiveTasks() throws {
        var talk = Conversation(parallelism: 3)
        let words = talk.create(try plan("a; b; c", maxActiveTasks: 1))
        #expect(words.suffix(1) == ["launch a#1"])
        #expect(
            talk.create(try plan("d; e; f"), as: "s").suffix(2) == ["launch d#1", "launch e#1"])
        #expect(talk.end("a") == ["a success", "b queued", "launch b#1"])
        #expect(talk.end("d", of: "s") == ["d success", "f queued", "launch f#1"])
    }

    @Test("a full pool is left out while others go on; unnamed pools have 128 slots")
    func pools() throws {
        var talk = Conversation(parallelism: 1_000, pools: ["api": 1, "closed": 0])
        let pools: [TaskID: PoolName] = ["a": "api", "b": "api", "c": "closed"]
        let words = talk.create(
            try plan("a; b; c; d") { $0.pool = pools[$0.id] ?? .standard })
        #expect(words.filter { $0.hasPrefix("launch") } == ["launch a#1", "launch d#1"])
        #expect(talk.end("a") == ["a success", "b queued", "launch b#1"])
        let step = talk.scheduler.setLimits(
            SchedulerLimits(parallelism: 1_000, pools: ["closed": -1]), at: Instant(seconds: 0))
        #expect(Conversation.words(step) == ["c queued", "launch c#1"])
        let many = (0..<200).map { "t\($0)" }.joined(separator: ";")
        let launched = talk.create(try plan(many, maxActiveTasks: -1), as: "many").filter {
            $0.hasPrefix("launch")
        }
        #expect(launched.count == 127, "one slot of the pool is d's")
    }

    @Test("runs over max_active_runs wait, the oldest logical date first")
    func maxActiveRuns() throws {
        var talk = Conversation()
        let one = try plan("a", maxActiveRuns: 1)
        talk.create(one, as: "r1", date: 5)
        #expect(talk.create(one, as: "r3", date: 7) == ["r3 queued"])
        #expect(talk.create(one, as: "r2", date: 6) == ["r2 queued"])
        #expect(talk.create(one, as: "r1", date: 5) == [], "the same run again")
        #expect(
            talk.create(one, as: "other", of: "q").suffix(1) == ["launch a#1"],
            "another pipeline does not wait")
        #expect(
            talk.end("a", of: "r1") == [
                "a success", "r1 success", "r2 running", "a queued", "launch a#1",
            ])
        #expect(talk.cancel("r3") == ["a skipped (cancelled by ada)", "r3 cancelled"])
        #expect(talk.scheduler.activeRuns == ["r2", "other"])
    }

    @Test("a paused pipeline starts nothing, and what runs goes on")
    func pause() throws {
        var talk = Conversation()
        talk.create(try plan("a -> b"))
        talk.pause(true)
        #expect(talk.scheduler.isPaused("p"))
        #expect(talk.end("a") == ["a success", "b scheduled"])
        #expect(talk.create(try plan("c"), as: "s") == ["s queued"])
        #expect(
            talk.pause(false) == [
                "s running", "c queued", "b queued", "launch c#1", "launch b#1",
            ])
        #expect(talk.pause(false) == [])
    }

    @Test("a retry waits for a slot like any other task, and a rest holds none")
    func restHoldsNoSlot() throws {
        var talk = Conversation(parallelism: 1)
        talk.create(try plan("a; b") { ($0.retries, $0.retryDelay) = (1, .seconds(10)) })
        #expect(talk.end("a", code: 1).suffix(2) == ["set retry a at 10", "launch b#1"])
        #expect(talk.scheduler.taskState("r", "b") == .queued)
        talk.now = 10
        #expect(talk.retryDue("a") == ["a scheduled"])
        #expect(talk.end("b") == ["b success", "a queued", "launch a#2"])
    }
}
