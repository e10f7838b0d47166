import Domain
import Engine
import Foundation
import SchedulerCore
import Store
import Testing

@Suite("What is run again", .timeLimit(.minutes(2)))
struct ClearTests {
    let harness: EngineHarness

    init() throws { harness = try EngineHarness() }

    private func clear(
        _ engine: Engine, _ run: RunID, _ scope: ClearScope
    ) async throws -> OperatorResult {
        let result = try await engine.operate(OperatorOrder(.clear(run, scope), by: "ada"))
        _ = try await engine.waitUntilSettled(run)
        return result
    }

    /// The branch chooses `long`; its task waits for a file, which comes for the second attempt.
    private var tasks: [TaskDefinition] {
        var choose = TaskDefinition.shell("choose", "")
        choose.action = .branch("echo long > $SPILLWAY_OUTPUT")
        return [
            choose,
            .shell("long", "test -e ok || exec sleep 1000", needs: ["choose"]),
            .shell("other", "echo other >> marks", needs: ["choose"]),
            .shell("after", "echo after >> marks", needs: ["long"]),
        ]
    }

    @Test("of a timed-out run 'failed' takes what was cut off, not what a branch left out")
    func timedOut() async throws {
        let engine = try harness.open()
        var pipeline = Pipeline(name: "p", tasks: tasks)
        pipeline.timing.runTimeout = .milliseconds(300)
        let run = try await engine.trigger(RunRequest(pipeline: pipeline, by: "test"))
        #expect(try await engine.waitUntilSettled(run) == .failed)
        #expect(
            try harness.states(run) == [
                "choose": .success, "long": .skipped, "other": .skipped, "after": .skipped,
            ])
        await engine.shutDown(terminating: false)
        let second = try harness.open()
        try "".write(toFile: harness.folder + "/ok", atomically: true, encoding: .utf8)
        let result = try await clear(second, run, ClearScope(onlyFailed: true))
        #expect(result.tasks == ["long", "after"])
        #expect(
            try harness.states(run) == [
                "choose": .success, "long": .success, "other": .skipped, "after": .success,
            ])
        #expect(harness.contents("marks") == "after\n")
        await #expect(throws: EngineError.nothingToRerun(run)) {
            _ = try await clear(second, run, ClearScope(onlyFailed: true))
        }
        await second.shutDown(terminating: false)
    }

    @Test("of a run that was cancelled it takes the same, also while that is under way")
    func cancelled() async throws {
        let engine = try harness.open()
        let updates = engine.subscribe()
        let run = try await engine.trigger(
            RunRequest(pipeline: Pipeline(name: "p", tasks: tasks), by: "test"))
        await updates.wait(for: "long", .running)
        _ = try await engine.operate(OperatorOrder(.cancel(run, []), by: "eve"))
        #expect(try await engine.waitUntilSettled(run) == .cancelled)
        try "".write(toFile: harness.folder + "/ok", atomically: true, encoding: .utf8)
        let named = ClearScope(tasks: ["other", "after"], onlyFailed: true)
        #expect(try await clear(engine, run, named).tasks == ["after"])
        let result = try await clear(engine, run, ClearScope(onlyFailed: true))
        #expect(result.tasks == ["long", "after"])
        #expect(try harness.reader().run(run)?.state == .success)
        await engine.shutDown(terminating: false)
    }

    @Test("taking a cancel back runs again what it cut off, and that alone")
    func cancelTakenBack() async throws {
        let engine = try harness.open()
        let updates = engine.subscribe()
        let all =
            [TaskDefinition.shell("first", "echo first >> marks")]
            + tasks.map { task in
                var task = task
                task.needs.append("first")
                return task
            }
        let run = try await engine.trigger(
            RunRequest(pipeline: Pipeline(name: "p", tasks: all), by: "test"))
        await updates.wait(for: "long", .running)
        _ = try await engine.operate(OperatorOrder(.cancel(run, []), by: "eve"))
        #expect(try await engine.waitUntilSettled(run) == .cancelled)
        try "".write(toFile: harness.folder + "/ok", atomically: true, encoding: .utf8)
        let undone = try await engine.operate(OperatorOrder(.undo, by: "eve"))
        #expect(undone.tasks == ["long", "after"])
        #expect(try await engine.waitUntilSettled(run) == .success)
        #expect(harness.contents("marks") == "first\nafter\n")
        await #expect(throws: EngineError.nothingToUndo("eve")) {
            try await engine.operate(OperatorOrder(.undo, by: "eve"))
        }
        await engine.shutDown(terminating: false)
    }

    @Test("setups and teardowns that run again with a task are told with it")
    func roles() async throws {
        var (up, down) = (
            TaskDefinition.shell("up", "echo up >> marks"),
            TaskDefinition.shell("down", "echo down >> marks", needs: ["up", "work"])
        )
        (up.options.role, down.options.role) = (.setup, .teardown(failsRun: false))
        let engine = try harness.open()
        let (run, state) = try await engine.run([
            up, .shell("work", "echo work >> marks", needs: ["up"]), down,
            .shell("beside", "true", needs: ["up"]),
        ])
        #expect(state == .success)
        let before = harness.contents("marks")
        let result = try await clear(engine, run, ClearScope(tasks: ["work"]))
        #expect(Set(result.tasks) == ["up", "work", "down"] && result.tasks.count == 3)
        #expect(result.summary.hasPrefix("Cleared 3 tasks of"))
        #expect(harness.contents("marks") == before + "up\nwork\ndown\n")
        let only = try await clear(engine, run, ClearScope(tasks: ["beside"]))
        #expect(only.tasks == ["beside"] && only.summary.hasPrefix("Cleared task beside of"))
        await engine.shutDown(terminating: false)
    }
}
