import Domain
import Engine
import Foundation
import Runners
import SchedulerCore
import Store
import Testing

/// Tasks that the runner begins by itself, in the place of those that end.
@Suite("What comes next begins by itself")
struct StandbyTests {
    private let harness: EngineHarness

    init() throws { harness = try EngineHarness() }

    private static let gate = "while ! test -e go; do sleep 0.005; done; echo first >> ran"

    /// Any task is short: on a busy machine none begins or ends within 20 ms.
    private static let patient = Foresight(window: .seconds(600), lifetime: .seconds(600))

    private func openGate() throws {
        try Data().write(to: URL(filePath: harness.folder + "/go"))
    }

    private func successors(_ run: RunID) throws -> [String: String] {
        var successors: [String: String] = [:]
        for stored in try harness.reader().events(of: run) {
            if case .attemptEnded(let id, _, _, let next?) = stored.event {
                successors[id.task.name] = next.task.name
            }
        }
        return successors
    }

    @Test("by a runner of its own as well: each after its parents, in their places, one at a time")
    func diamond() async throws {
        let engine = try harness.open(
            parallelism: 1, runner: HostProgram.runner, foresight: Self.patient)
        let (run, state) = try await engine.run([
            .shell("a", "echo first >> ran"),
            .shell("b", "echo b >> ran", needs: ["a"]),
            .shell("c", "echo c >> ran", needs: ["a"]),
            .shell("d", "echo d >> ran", needs: ["b", "c"]),
        ])
        await engine.shutDown(terminating: true)
        #expect(state == .success)
        #expect(harness.ran == ["first", "b", "c", "d"])
        #expect(try successors(run) == ["a": "b", "b": "c", "c": "d"])
        let rows = try harness.reader().tasks(of: run)
        #expect(rows.allSatisfy { $0.startedAt != nil && $0.endedAt != nil })
    }

    @Test(
        "nothing overtakes what weighs more, be it ready by a rule of its own, after outputs, or in another pool",
        arguments: ["rule", "outputs", "pool", "plain"])
    func inOrder(kind: String) async throws {
        let engine = try harness.open(parallelism: 1, runner: HostProgram.runner)
        var tasks = (0..<10).map { number in
            let writes = kind == "outputs" && number == 2 ? "; echo k=1 > $SPILLWAY_OUTPUT" : ""
            return TaskDefinition.shell(
                TaskID("l\(number)"), "echo l\(number) >> ran\(writes)")
        }
        var late = TaskDefinition.shell("K", "echo K >> ran", needs: ["l2"])
        late.options.priority = 50
        if kind == "rule" { late.triggerRule = .allDone }
        if kind == "pool" { late.pool = "x" }
        tasks.append(late)
        for number in tasks.indices { tasks[number].options.weightRule = .absolute }
        let (_, state) = try await engine.run(tasks)
        await engine.shutDown(terminating: true)
        #expect(state == .success)
        #expect(
            harness.ran
                == ["l0", "l1", "l2", "K", "l3", "l4", "l5", "l6", "l7", "l8", "l9"], "\(kind)")
    }

    @Test("nothing begins by itself once the pipeline is paused; resumed, it goes on")
    func pause() async throws {
        let engine = try harness.open(parallelism: 1)
        let updates = engine.subscribe()
        let run = try await engine.trigger(
            RunRequest(
                pipeline: Pipeline(
                    name: "p",
                    tasks: [
                        .shell("a", Self.gate), .shell("b", "echo b >> ran", needs: ["a"]),
                        .shell("c", "echo c >> ran", needs: ["b"]),
                    ]), by: "test"))
        await updates.wait(for: "a", .running)
        try await engine.setPaused("p", true, by: "test")
        try openGate()
        await updates.wait(for: "a", .success)
        #expect(harness.ran == ["first"])
        #expect(try harness.states(run) == ["a": .success, "b": .scheduled, "c": .none])
        try await engine.setPaused("p", false, by: "test")
        #expect(try await engine.waitUntilSettled(run) == .success)
        #expect(harness.ran == ["first", "b", "c"])
        await engine.shutDown(terminating: true)
    }

    @Test("what a cancelled run had ready never begins")
    func cancel() async throws {
        let engine = try harness.open(parallelism: 1)
        let updates = engine.subscribe()
        let run = try await engine.trigger(
            RunRequest(
                pipeline: Pipeline(
                    name: "p",
                    tasks: [.shell("a", Self.gate), .shell("b", "echo b >> ran", needs: ["a"])]),
                by: "test"))
        await updates.wait(for: "a", .running)
        try await engine.cancel(run, by: "test")
        #expect(try await engine.waitUntilSettled(run) == .cancelled)
        #expect(harness.ran.isEmpty)
        await engine.shutDown(terminating: true)
    }

    @Test("a failure lets nothing begin that needs it, and what does not takes its place")
    func failure() async throws {
        let engine = try harness.open(parallelism: 1, foresight: Self.patient)
        let (run, state) = try await engine.run([
            .shell("bad", "echo bad >> ran; exit 3"), .shell("after", "true", needs: ["bad"]),
            .shell("last", "true", needs: ["after"]), .shell("free", "echo free >> ran"),
        ])
        await engine.shutDown(terminating: true)
        #expect(state == .failed)
        #expect(
            try harness.states(run) == [
                "bad": .failed, "after": .upstreamFailed, "last": .upstreamFailed,
                "free": .success,
            ])
        #expect(harness.ran == ["bad", "free"])
        #expect(try successors(run) == ["bad": "free"])
    }

    @Test("another run that waits for the slot has it when its turn comes")
    func otherRun() async throws {
        let engine = try harness.open(parallelism: 1)
        let updates = engine.subscribe()
        let tasks = (1...4).map { TaskDefinition.shell(TaskID("n\($0)"), "echo n >> ran") }
        let first = try await engine.trigger(
            RunRequest(
                pipeline: Pipeline(name: "p", tasks: [.shell("a", Self.gate)] + tasks),
                logicalDate: Instant(seconds: 2_000_000), by: "test"))
        await updates.wait(for: "a", .running)
        // Of an earlier date: it goes before.
        let second = try await engine.trigger(
            RunRequest(
                pipeline: Pipeline(name: "q", tasks: [.shell("early", "echo early >> ran")]),
                logicalDate: Instant(seconds: 1_000_000), by: "test"))
        try openGate()
        #expect(try await engine.waitUntilSettled(second) == .success)
        #expect(try await engine.waitUntilSettled(first) == .success)
        #expect(harness.ran == ["first", "early", "n", "n", "n", "n"])
        await engine.shutDown(terminating: true)
    }

    @Test("where tasks are not short, what was intended ahead is taken back, and begins as ever")
    func withdrawal() async throws {
        let engine = try harness.open(parallelism: 1)
        let updates = engine.subscribe()
        let run = try await engine.trigger(
            RunRequest(
                pipeline: Pipeline(
                    name: "p",
                    tasks: [
                        .shell("a", Self.gate), .shell("b", "echo b >> ran", needs: ["a"]),
                        .shell("c", "echo c >> ran"),
                    ]), by: "test"))
        await updates.wait(for: "a", .running)
        let reader = try harness.reader()
        // After a power cut these would count as begun.
        _ = await updates.first { _ in (try? reader.openAttempts().count) == 1 }
        #expect(try reader.openAttempts().map(\.id.task) == ["a"])
        try openGate()
        #expect(try await engine.waitUntilSettled(run) == .success)
        #expect(Set(harness.ran) == ["first", "b", "c"])
        #expect(harness.ran.count == 3)
        #expect(try successors(run)["a"] == nil)
        await engine.shutDown(terminating: true)
    }
}
