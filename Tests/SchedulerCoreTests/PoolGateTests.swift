import Domain
import TestRandom
import Testing

@testable import SchedulerCore

@Suite("Pools: slots a task, weights, rates and circuits")
struct PoolGateTests {
    private func launches(_ words: [String]) -> [String] {
        words.filter { $0.hasPrefix("launch") }.map { String($0.dropFirst(7)) }
    }

    @Test("a large task does not hold back small ones, and runs once there is room for it")
    func slots() throws {
        var talk = Conversation(pools: ["api": 3])
        let shape = try plan("a; b; c; d") { $0.pool = "api" }
            .with("b") { $0.slots = 3 }.with("c") { $0.slots = 2 }
        #expect(launches(talk.create(shape)) == ["a#1", "c#1"])
        #expect(launches(talk.end("c")) == ["d#1"])
        #expect(launches(talk.end("a")) == [])
        #expect(launches(talk.end("d")) == ["b#1"])
    }

    @Test(
        "weights add up by Airflow's rules over distinct tasks",
        arguments: [
            (WeightRule.downstream, [4, 2, 1, 2] as [Int32]), (.upstream, [1, 2, 4, 2]),
            (.absolute, [1, 1, 1, 1]),
        ])
    func weights(rule: WeightRule, expected: [Int32]) throws {
        var shape = try plan("a -> b -> d; a -> c -> d")
        for task in shape.tasks.indices { shape.flows[task, default: TaskFlow()].weightRule = rule }
        #expect(Priorities.of(shape) == expected)
    }

    @Test("sums of weights equal those of a search from every task", arguments: 1...6)
    func weightsAgainstSearch(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let count = Int.random(in: 1...200, using: &random)
        var edges: [DAG.Edge] = []
        for to in 1..<max(2, count) where to < count {
            for _ in 0..<3 where random.chance(60) {
                edges.append(DAG.Edge(from: Int.random(in: 0..<to, using: &random), to: to))
            }
        }
        var shape = RunPlan(
            maxActiveTasks: 1, maxActiveRuns: 1,
            tasks: (0..<count).map { TaskPlan(id: TaskID("t\($0)")) },
            graph: try DAG(nodeCount: count, edges: edges))
        for task in 0..<count {
            var flow = TaskFlow()
            flow.priority = Int.random(in: -3...9, using: &random)
            flow.weightRule = WeightRule.allCases.randomElement(using: &random)
            shape.flows[task] = flow
        }
        let expected = (0..<count).map { task -> Int32 in
            let flow = shape.flow(of: task)
            let others =
                switch flow.weightRule {
                case .upstream: shape.graph.ancestors(of: [task])
                case .absolute: [Int]()
                default: shape.graph.descendants(of: [task])
                }
            return Int32(flow.priority + others.reduce(0) { $0 + shape.flow(of: $1).priority })
        }
        #expect(Priorities.of(shape) == expected)
    }

    @Test("a greater weight goes first, also below zero")
    func order() throws {
        var talk = Conversation(parallelism: 0)
        talk.create(
            try plan("a; b; c; d").with("b") { $0.priority = 7 }.with("c") { $0.priority = -2 })
        var order: [String] = []
        for slots in 1...4 {
            let step = talk.scheduler.setLimits(
                SchedulerLimits(parallelism: slots), at: Instant(seconds: 1))
            order += launches(Conversation.words(step))
        }
        #expect(order == ["b#1", "a#1", "d#1", "c#1"])
    }

    @Test("a rate lets so many launches into any period of its length, and no more")
    func rate() throws {
        var talk = Conversation(policies: [
            "api": PoolPolicy(rate: .init(count: 2, period: .seconds(10)))
        ])
        let names = (1...5).map { "t\($0)" }.joined(separator: ";")
        let words = talk.create(try plan(names) { $0.pool = "api" })
        #expect(launches(words) == ["t1#1", "t2#1"])
        #expect(words.suffix(1) == ["set pool api at 10"])
        talk.now = 4
        #expect(launches(talk.end("t1")) == [], "a free slot is no new launch")
        talk.now = 10
        let next = talk.poolDue("api")
        #expect(launches(next) == ["t3#1", "t4#1"])
        #expect(next.contains("set pool api at 20"))
        talk.now = 20
        #expect(launches(talk.poolDue("api")) == ["t5#1"])
    }

    @Test("a rate counts from where the work began, however long after its launch that was")
    func rateOfSlowStarts() throws {
        var talk = Conversation(policies: [
            "api": PoolPolicy(rate: .init(count: 2, period: .seconds(10)))
        ])
        let names = (1...5).map { "t\($0)" }.joined(separator: ";")
        #expect(launches(talk.create(try plan(names) { $0.pool = "api" })) == ["t1#1", "t2#1"])
        talk.now = 6
        #expect(talk.start("t1").contains("set pool api at 10"))
        talk.now = 7
        #expect(talk.start("t2").contains("set pool api at 16"))
        talk.now = 10
        let early = talk.poolDue("api")
        #expect(launches(early) == [] && early.contains("set pool api at 16"))
        talk.now = 16
        #expect(launches(talk.poolDue("api")) == ["t3#1"], "the second began at 7")
        talk.start("t3")
        talk.now = 17
        #expect(launches(talk.poolDue("api")) == ["t4#1"])
    }

    @Test(
        "enough failures open a circuit; one attempt tries after the pause, and closes or opens it")
    func circuit() throws {
        let rule = PoolPolicy.Circuit(failures: 2, window: .seconds(60), cooldown: .seconds(30))
        var talk = Conversation(
            parallelism: 2, policies: ["api": PoolPolicy(circuit: rule)])
        let names = (1...9).map { "t\($0)" }.joined(separator: ";")
        talk.create(try plan(names) { $0.pool = "api" })
        #expect(launches(talk.end("t1", code: 1)) == ["t3#1"])
        talk.now = 61
        #expect(launches(talk.end("t2", code: 1)) == ["t4#1"], "the first is too long ago")
        talk.now = 70
        let words = talk.end("t3", code: 1)
        #expect(launches(words) == [])
        #expect(words.contains("api circuit open"))
        #expect(words.contains("set pool api at 100"))
        #expect(talk.scheduler.circuits == ["api": .open])
        #expect(launches(talk.end("t4")) == [], "what still ran when it opened says nothing")
        talk.now = 100
        let probe = talk.poolDue("api")
        #expect(probe.contains("api circuit half_open"))
        #expect(launches(probe) == ["t5#1"], "one alone")
        talk.now = 101
        let again = talk.end("t5", code: 1)
        #expect(again.contains("api circuit open") && again.contains("set pool api at 131"))
        talk.now = 131
        #expect(launches(talk.poolDue("api")) == ["t6#1"])
        let closed = talk.end("t6")
        #expect(closed.contains("api circuit closed"))
        #expect(launches(closed) == ["t7#1", "t8#1"])
        #expect(launches(talk.end("t7", code: 99)) == ["t9#1"], "a skip is no failure")
    }

    @Test("the circuit of a connection holds what works on it in every pool, and nothing else")
    func connection() throws {
        let rule = PoolPolicy.Circuit(failures: 2, window: .seconds(60), cooldown: .seconds(30))
        var talk = Conversation(
            parallelism: 2, policies: [.guarding("shop"): PoolPolicy(circuit: rule)])
        var work = try plan((1...8).map { "t\($0)" }.joined(separator: ";"))
        for number in work.tasks.indices {
            if number % 2 == 1 { work.tasks[number].pool = "api" }
            guard number < 6 else { continue }
            var flow = TaskFlow()
            flow.connection = "shop"
            work.flows[number] = flow
        }
        #expect(launches(talk.create(work)) == ["t1#1", "t2#1"])
        #expect(launches(talk.end("t1", code: 1)) == ["t3#1"])
        let words = talk.end("t2", code: 1)
        #expect(words.contains("connection:shop circuit open"))
        #expect(launches(words) == ["t7#1"], "what works on something else goes on")
        #expect(launches(talk.end("t3")) == ["t8#1"])
        #expect(launches(talk.end("t7") + talk.end("t8")) == [])
        talk.now = 30
        #expect(launches(talk.poolDue(.guarding("shop"))) == ["t4#1"], "one alone")
        let closed = talk.end("t4")
        #expect(closed.contains("connection:shop circuit closed"))
        #expect(launches(closed) == ["t5#1", "t6#1"])
    }
}
