import Domain
import SchedulerCore
import Testing

@Suite("Runs with mapped tasks, branches, waits and roles, lived from seeds")
struct FlowSimulationTests {
    @Test(
        "every launch and every state is what the rules say, and a replay equals the life",
        arguments: (0..<16).map { UInt64($0) * 50 })
    func simulate(first: UInt64) throws {
        var (launches, instances, leftOut) = (0, 0, 0)
        for seed in first..<first + 50 {
            var world = try FlowWorld(seed: seed)
            try world.live()
            launches += world.launches
            instances += world.instancesMade
            leftOut += world.leftOutSeen
            var replay = Scheduler(limits: world.scheduler.limits, isReplaying: true)
            for event in world.log { _ = replay.handle(event) }
            replay.finishReplay()
            #expect(replay == world.scheduler, "seed \(seed)")
        }
        #expect(launches > 100 && instances > 20 && leftOut > 0, "too quiet to show anything")
    }
}
