import Domain
import Engine
import Foundation
import Glibc
import Runners
import SchedulerCore
import Store
import Testing

@Suite(
    "Hooks, waits, other pipelines and assets over restarts", .serialized, .timeLimit(.minutes(5)))
struct FlowRecoveryTests {
    let harness: EngineHarness

    init() throws { harness = try EngineHarness() }

    private func pipeline(_ name: PipelineName, _ tasks: [TaskDefinition]) -> Pipeline {
        Pipeline(name: name, tasks: tasks, folder: harness.folder)
    }

    private func hooked(_ occasion: Hook.Occasion) -> Pipeline {
        var made = pipeline("p", [.shell("t", occasion == .failure ? "exit 1" : "true")])
        made.hooks = [
            Hook(
                occasion,
                .command("echo $SPILLWAY_HOOK_KEY $SPILLWAY_STATE >> \(harness.folder)/hooked"))
        ]
        return made
    }

    @Test("a hook is carried out once, and not again at the next start")
    func hookOnce() async throws {
        for _ in 0..<2 {
            let engine = try harness.open()
            await engine.shutDown(terminating: false)
        }
        let engine = try harness.open()
        let run = try await engine.trigger(RunRequest(pipeline: hooked(.failure), by: "me"))
        #expect(try await engine.waitUntilSettled(run) == .failed)
        await engine.shutDown(terminating: false)
        #expect(harness.contents("hooked") == "\(run)//0/on_failure failed\n")
        #expect(try harness.reader().hookCalls().isEmpty)
        let next = try harness.open()
        await next.shutDown(terminating: false)
        #expect(harness.contents("hooked").split(separator: "\n").count == 1)
    }

    @Test("hooks of tasks do not wait for each other; those of the run come behind them")
    func hooksBeside() async throws {
        let engine = try harness.open()
        var (first, second) = (
            TaskDefinition.shell("a", "true"), TaskDefinition.shell("b", "true", needs: ["a"])
        )
        let folder = harness.folder
        let waiting = "until test -e \(folder)/b; do sleep 0.01; done"
        first.options.hooks = [
            Hook(.success, .command(waiting + "; echo a >> \(folder)/hooked"))
        ]
        second.options.hooks = [
            Hook(.success, .command("echo b >> \(folder)/hooked; touch \(folder)/b"))
        ]
        var made = pipeline("p", [first, second])
        made.hooks = [Hook(.success, .command("echo run >> \(folder)/hooked"))]
        let run = try await engine.trigger(RunRequest(pipeline: made, by: "me"))
        #expect(try await engine.waitUntilSettled(run) == .success)
        await engine.shutDown(terminating: false)
        #expect(harness.contents("hooked") == "b\na\nrun\n")
        #expect(try harness.reader().hookCalls().isEmpty)
    }

    @Test("a hook that was recorded and not carried out, as after kill -9, is at the next start")
    func hookLost() async throws {
        let engine = try harness.open()
        let run = try await engine.trigger(RunRequest(pipeline: hooked(.success), by: "me"))
        #expect(try await engine.waitUntilSettled(run) == .success)
        await engine.shutDown(terminating: false)
        do {
            // What the file holds where the process died between commit and hook.
            let writer = try StoreWriter(harness.state)
            var entry = StoreEntry(event: nil)
            entry.hookCalls = [
                HookCall(
                    id: 7, run: run, task: nil, attempt: 0, occasion: .success, state: "success",
                    note: nil, at: Instant(seconds: 1))
            ]
            _ = try writer.append([entry])
        }
        let next = try harness.open()
        await next.shutDown(terminating: false)
        let line = "\(run)//0/on_success success"
        #expect(harness.contents("hooked") == line + "\n" + line + "\n")
        #expect(try harness.reader().hookCalls().isEmpty)
    }

    @Test("a missed deadline is told by its hook, once, and ends nothing")
    func deadline() async throws {
        var late = hooked(.deadline)
        late.timing.deadline = RunDeadline(after: .milliseconds(50))
        late.tasks = [.shell("t", "until test -e hooked; do sleep 0.01; done")]
        let engine = try harness.open()
        let run = try await engine.trigger(RunRequest(pipeline: late, by: "me"))
        #expect(try await engine.waitUntilSettled(run) == .success)
        await engine.shutDown(terminating: false)
        #expect(harness.contents("hooked") == "\(run)//0/on_deadline running\n")
    }

    @Test("a wait goes on after a restart, with the same attempt, and sees what came meanwhile")
    func wait() async throws {
        let sensor = SensorTask(condition: .file("there"), pokeInterval: .milliseconds(20))
        let tasks = [
            TaskDefinition(id: "w", action: .wait(sensor)),
            .shell("after", "echo after >> ran", needs: ["w"]),
        ]
        let engine = try harness.open()
        let updates = engine.subscribe()
        let run = try await engine.trigger(RunRequest(pipeline: pipeline("p", tasks), by: "me"))
        await updates.wait(for: "w", .deferred)
        await engine.shutDown(terminating: false)
        try Data("x".utf8).write(to: URL(filePath: harness.folder + "/there"))
        let next = try harness.open()
        #expect(try await next.waitUntilSettled(run) == .success)
        await next.shutDown(terminating: false)
        #expect(try harness.reader().tasks(of: run).map(\.attemptCount) == [1, 1])
        #expect(harness.ran == ["after"])
    }

    @Test("a task that is a run of another pipeline waits for that very run after a restart")
    func child() async throws {
        let child = pipeline(
            "child", [.shell("c", "echo c >> ran; until test -e go; do sleep 0.01; done")])
        let parent = pipeline(
            "parent",
            [TaskDefinition(id: "sub", action: .pipeline(ChildPipelineTask(pipeline: "child")))])
        let engine = try harness.open(runner: HostProgram.runner, pipelines: [child])
        let updates = engine.subscribe()
        let run = try await engine.trigger(RunRequest(pipeline: parent, by: "me"))
        await updates.wait(for: "c", .running)
        await engine.shutDown(terminating: false)
        let next = try harness.open(runner: HostProgram.runner, pipelines: [child])
        try Data("x".utf8).write(to: URL(filePath: harness.folder + "/go"))
        #expect(try await next.waitUntilSettled(run) == .success)
        await next.shutDown(terminating: false)
        #expect(harness.ran == ["c"])
        let runs = try harness.reader().runs(limit: 10)
        #expect(Set(runs.map(\.pipeline)) == ["parent", "child"])
        #expect(runs.map(\.state) == [.success, .success])
        #expect(try harness.reader().tasks(of: run).map(\.attemptCount) == [1])
    }

    @Test("a task whose run of another pipeline fails names that run")
    func failingChild() async throws {
        let child = pipeline("child", [.shell("c", "exit 3")])
        let parent = pipeline(
            "parent",
            [TaskDefinition(id: "sub", action: .pipeline(ChildPipelineTask(pipeline: "child")))])
        let engine = try harness.open(pipelines: [child])
        let run = try await engine.trigger(RunRequest(pipeline: parent, by: "me"))
        #expect(try await engine.waitUntilSettled(run) == .failed)
        await engine.shutDown(terminating: false)
        let reader = try harness.reader()
        let made = try #require(try reader.runs(of: "child", limit: 1).first).id
        #expect(try reader.tasks(of: run).map(\.note) == ["run \(made) failed"])
        #expect(
            try reader.attempts(of: run, "sub").map(\.outcome) == [
                .failed(reason: "run \(made) failed")
            ])
    }

    @Test("a run starts when every asset it waits for was made anew, also over a restart")
    func assets() async throws {
        var consumer = pipeline("consumer", [.shell("use", "echo used >> ran")])
        consumer.schedule = .assets(.all([.asset("orders"), .asset("stock")]))
        func producer(_ name: PipelineName, _ asset: AssetName, _ command: String) -> Pipeline {
            var task = TaskDefinition.shell("make", command)
            task.options.outlets = [asset]
            return pipeline(name, [task])
        }
        func make(_ engine: Engine, _ producer: Pipeline) async throws {
            let run = try await engine.trigger(RunRequest(pipeline: producer, by: "me"))
            _ = try await engine.waitUntilSettled(run)
        }
        let engine = try harness.open(pipelines: [consumer])
        engine.setPipelines([], consumers: [consumer])
        for _ in 0..<2 { try await make(engine, producer("a", "orders", "true")) }
        // What failed has made nothing.
        try await make(engine, producer("b", "stock", "exit 1"))
        await engine.shutDown(terminating: false)
        #expect(try harness.reader().runs(of: "consumer", limit: 9).isEmpty)
        let next = try harness.open(pipelines: [consumer])
        let updates = next.subscribe()
        next.setPipelines([], consumers: [consumer])
        try await make(next, producer("b", "stock", "true"))
        await updates.wait(for: "use", .success)
        try await make(next, producer("a", "orders", "true"))
        await next.shutDown(terminating: false)
        let runs = try harness.reader().runs(of: "consumer", limit: 9)
        #expect(runs.map(\.trigger) == [.assetTriggered])
        #expect(harness.ran == ["used"])
    }

    @Test("a runner whose state folder was removed ends its tasks, and itself")
    func homeless() async throws {
        let engine = try harness.open(runner: HostProgram.runner)
        let updates = engine.subscribe()
        _ = try await engine.trigger(
            RunRequest(
                pipeline: pipeline("p", [.shell("t", "echo $$ > pid; exec sleep 300")]), by: "me"))
        await updates.wait(for: "t", .running)
        let text = harness.contents("pid").trimmingCharacters(in: .whitespacesAndNewlines)
        let pid = try #require(Int32(text))
        let identity = try #require(ProcessTable.identity(of: pid))
        await engine.shutDown(terminating: false)
        #expect(ProcessTable.isAlive(identity))
        // A database that is just being closed removes files of its own.
        while access(harness.state.path, F_OK) == 0 {
            try? FileManager.default.removeItem(atPath: harness.state.path)
            await Task.yield()
        }
        while ProcessTable.isAlive(identity) { await Task.yield() }
    }
}
