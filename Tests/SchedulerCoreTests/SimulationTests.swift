import Domain
import SchedulerCore
import TestRandom
import Testing

@Suite("A scheduler in a made-up world")
struct SimulationTests {
    @Test(
        "slots hold, nothing runs twice or too early, all ends, and a replay equals the life",
        arguments: (0..<20).map { UInt64($0) * 20 })
    func simulate(first: UInt64) throws {
        var (launches, reopened) = (0, 0)
        for seed in first..<first + 20 {
            var world = SimulatedWorld(seed: seed)
            try world.live(runs: 5)
            launches += world.launchCount
            reopened += world.reopenCount
            try checkReplay(of: world, seed: seed)
        }
        #expect(launches > 200, "the world is too quiet to show anything")
        #expect(reopened > 0)
    }

    /// Two replays go on together from any point of the log, and end where the life ended.
    private func checkReplay(of world: SimulatedWorld, seed: UInt64) throws {
        let limits = world.scheduler.limits
        var random = SeededRandom(seed: seed)
        let cut = Int.random(in: 0...world.log.count, using: &random)
        var first = Scheduler(limits: limits, isReplaying: true)
        for event in world.log[..<cut] { _ = first.handle(event) }
        var second = Scheduler(limits: limits, isReplaying: true)
        for event in world.log[..<cut] { _ = second.handle(event) }
        #expect(first == second, "seed \(seed)")
        for event in world.log[cut...] {
            #expect(first.handle(event) == second.handle(event), "seed \(seed)")
        }
        first.finishReplay()
        #expect(first == world.scheduler, "seed \(seed)")
    }
}
