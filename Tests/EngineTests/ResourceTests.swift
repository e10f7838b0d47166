import Domain
import Engine
import Foundation
import Runners
import SchedulerCore
import Store
import Testing

@Suite("What attempts use, in the store", .serialized, .timeLimit(.minutes(5)))
struct ResourceTests {
    @Test("each attempt's row holds what its processes used")
    func stored() async throws {
        let harness = try EngineHarness()
        let engine = try harness.open()
        let (run, _) = try await engine.run([
            .shell("busy", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"),
            .shell("bad", "exit 4", retries: 1),
        ])
        await engine.shutDown(terminating: false)
        let attempts = try harness.reader().attempts(of: run)
        #expect(attempts.map(\.id.task) == ["busy", "bad", "bad"])
        #expect(try #require(attempts[0].use).cpuTime > .milliseconds(5))
        for attempt in attempts { #expect(attempt.use != nil, "\(attempt.id)") }
    }

    @Test("a task over its limit fails with the reason, and is repeated where it may be")
    func limit() async throws {
        let harness = try EngineHarness()
        let engine = try harness.open()
        var task = TaskDefinition.shell("hungry", "while :; do :; done", retries: 1)
        task.options.limits = TaskLimits(cpuTime: .milliseconds(100))
        let (run, state) = try await engine.run([task])
        await engine.shutDown(terminating: false)
        #expect(state == .failed)
        let row = try #require(try harness.reader().tasks(of: run).first)
        #expect(row.attemptCount == 2)
        #expect(row.note?.hasPrefix("ended at its limit of 100ms of processor time") == true)
        // The definition that the run keeps has it as well.
        let kept = try harness.reader().definition(of: run)
        #expect(kept?.tasks.first?.options.limits == task.options.limits)
    }

    @Test("limits hold for what a killed runner left to the next one")
    func limitsSurvive() async throws {
        let harness = try EngineHarness()
        let engine = try harness.open(runner: HostProgram.runner)
        var task = TaskDefinition.shell(
            "hungry",
            "until test -e go; do sleep 0.01; done; while :; do :; done")
        task.options.limits = TaskLimits(cpuTime: .milliseconds(300))
        let updates = engine.subscribe(keeping: .max)
        let run = try await engine.trigger(
            RunRequest(pipeline: Pipeline(name: "p", tasks: [task]), by: "test"))
        await updates.wait(for: "hungry", .running)
        HostProgram.killRunner(of: harness.state.path)
        try Data().write(to: URL(filePath: harness.folder + "/go"))
        #expect(try await engine.waitUntilSettled(run) == .failed)
        await engine.shutDown(terminating: false)
        let row = try #require(try harness.reader().tasks(of: run).first)
        #expect(row.note?.hasPrefix("ended at its limit of 300ms of processor time") == true)
    }
}
