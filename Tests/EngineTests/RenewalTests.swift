import Domain
import Engine
import SchedulerCore
import Store
import Testing

@Suite("Runs that go on by their pipeline's file as it is now")
struct RenewalTests {
    let harness: EngineHarness

    init() throws { harness = try EngineHarness() }

    private func clear(
        _ engine: Engine, _ run: RunID, by tasks: [TaskDefinition]? = nil,
        _ scope: ClearScope = ClearScope(onlyFailed: true), hindrance: String? = nil
    ) async throws -> String {
        var order = OperatorOrder(.clear(run, scope), by: "ada")
        order.pipeline = tasks.map { Pipeline(name: "p", tasks: $0) }
        order.hindrance = hindrance
        let summary = try await engine.operate(order).summary
        _ = try await engine.waitUntilSettled(run)
        return summary
    }

    @Test("a mended task goes on where its run stopped, now and after everything was opened anew")
    func mended() async throws {
        let broken: [TaskDefinition] = [
            .shell("a", "echo a >> marks"), .shell("b", "exit 3", needs: ["a"]),
            .shell("c", "echo c >> marks", needs: ["b"]),
        ]
        let engine = try harness.open()
        let (run, state) = try await engine.run(broken)
        #expect(state == .failed)
        var mended = broken
        mended[1] = .shell("b", "echo b >> marks", needs: ["a"], retries: 2)
        let summary = try await clear(engine, run, by: mended)
        #expect(summary.hasSuffix("From here on it runs as its file is now."))
        #expect(harness.contents("marks") == "a\nb\nc\n")
        #expect(try harness.reader().run(run)?.state == .success)
        #expect(try harness.reader().definition(of: run)?.tasks == mended)
        #expect(try harness.reader().creation(of: run)?.plan.tasks[1].retries == 2)
        await engine.shutDown(terminating: false)
        let second = try harness.open()
        let again = try await clear(second, run, ClearScope(tasks: ["b"]))
        #expect(again == "Cleared task b of \(run).")
        #expect(harness.contents("marks") == "a\nb\nc\nb\n")
        await second.shutDown(terminating: false)
    }

    @Test("a run that another engine takes up goes on by the newer file")
    func takenUp() async throws {
        let runner = try harness.open()
        let (run, _) = try await runner.run([
            .shell("a", "exit 1"), .shell("b", "echo old >> marks", needs: ["a"]),
        ])
        var order = OperatorOrder(.clear(run, ClearScope(onlyFailed: true)), by: "ada")
        order.pipeline = Pipeline(
            name: "p",
            tasks: [
                .shell("a", "echo a >> marks; sleep 1000", retries: 1),
                .shell("b", "echo new >> marks", needs: ["a"]),
            ])
        let updates = runner.subscribe()
        _ = try await runner.operate(order)
        await updates.wait(for: "a", .running)
        await runner.shutDown(terminating: true)
        let second = try harness.open()
        _ = try await second.operate(OperatorOrder(.mark(run, ["a"], .success), by: "ada"))
        #expect(try await second.waitUntilSettled(run) == .success)
        #expect(harness.contents("marks").hasSuffix("new\n"))
        #expect(!harness.contents("marks").contains("old"))
        await second.shutDown(terminating: false)
    }

    @Test("needs may change in a run that has ended; the file may have its tasks in any order")
    func rewired() async throws {
        let engine = try harness.open()
        let (run, _) = try await engine.run([
            .shell("a", "exit 1"), .shell("b", "echo b >> marks"),
            .shell("c", "echo c >> marks", needs: ["b"]),
        ])
        _ = try await clear(
            engine, run,
            by: [
                .shell("c", "echo C >> marks", needs: ["a"]), .shell("a", "echo A >> marks"),
                .shell("b", "echo B >> marks", needs: ["c"]),
            ], ClearScope())
        #expect(harness.contents("marks") == "b\nc\nA\nC\nB\n")
        #expect(try harness.reader().tasks(of: run).map(\.id) == ["a", "b", "c"])
        await engine.shutDown(terminating: false)
    }

    @Test("what does not fit is told, and the run goes on as it was")
    func hindered() async throws {
        let engine = try harness.open()
        let old: [TaskDefinition] = [.shell("a", "echo old >> marks; exit 1")]
        let (run, _) = try await engine.run(old)
        let added = try await clear(engine, run, by: [.shell("a", "true"), .shell("z", "true")])
        #expect(added.contains("tasks came or went in its file since ('z')"))
        var waits = old[0]
        waits.options.mapping = TaskMapping(source: .items([.text("x")]))
        #expect(try await clear(engine, run, by: [waits]).contains("another kind of task"))
        let unread = try await clear(engine, run, hindrance: "pipelines/p.yml has mistakes.")
        #expect(unread.hasSuffix("It runs as it was: pipelines/p.yml has mistakes."))
        var scope = ClearScope(onlyFailed: true)
        scope.asItWas = true
        let wanted = try await clear(engine, run, by: [.shell("a", "true")], scope)
        #expect(wanted == "Cleared task a of \(run).")
        #expect(harness.contents("marks") == "old\nold\nold\nold\nold\n")
        #expect(try await clear(engine, run, by: old) == wanted)
        await engine.shutDown(terminating: false)
    }

    @Test("a run that goes on takes new commands, but no other needs")
    func running() async throws {
        let engine = try harness.open()
        let old: [TaskDefinition] = [
            .shell("a", "exit 1"), .shell("b", "until [ -e go ]; do sleep 0.02; done"),
            .shell("c", "echo old >> marks", needs: ["b"]),
        ]
        let updates = engine.subscribe(keeping: .max)
        let run = try await engine.trigger(
            RunRequest(pipeline: Pipeline(name: "p", tasks: old), by: "test"))
        await updates.wait(for: "a", .failed)
        func clear(_ tasks: [TaskDefinition]) async throws -> String {
            var order = OperatorOrder(.clear(run, ClearScope(tasks: ["a"])), by: "ada")
            order.pipeline = Pipeline(name: "p", tasks: tasks)
            return try await engine.operate(order).summary
        }
        var rewired = old
        rewired[2].needs = ["a", "b"]
        let refusal = try await clear(rewired)
        #expect(refusal.contains("'c' has other needs"))
        await updates.wait(for: "a", .failed)
        var mended = old
        mended[0] = .shell("a", "echo a >> marks; touch go")
        mended[2] = .shell("c", "echo new >> marks", needs: ["b"])
        #expect(try await clear(mended).hasSuffix("as its file is now."))
        #expect(try await engine.waitUntilSettled(run) == .success)
        #expect(harness.contents("marks") == "a\nnew\n")
        await engine.shutDown(terminating: false)
    }
}
