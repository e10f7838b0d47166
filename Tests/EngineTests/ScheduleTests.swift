import Domain
import Engine
import Foundation
import Glibc
import SchedulerCore
import Store
import Testing

@Suite("Schedules, backfills and what people do", .serialized, .timeLimit(.minutes(5)))
struct ScheduleTests {
    let harness: EngineHarness

    init() throws { harness = try EngineHarness() }

    /// A schedule of every hour that began `hours` ago.
    private func hourly(_ hours: Int64, catchesUp: Bool) -> Timetable {
        let now = Int64(Date().timeIntervalSince1970)
        let start = Instant(seconds: now / 3_600 * 3_600 - hours * 3_600)
        return Timetable(
            .every(.seconds(3_600), anchor: start), start: start, catchesUp: catchesUp)
    }

    private func open(scheduled: Set<PipelineName> = []) throws -> Engine {
        let folder = harness.folder
        var options = EngineOptions(
            folder: harness.state, limits: SchedulerLimits(parallelism: 2),
            grace: .milliseconds(300)
        ) { request in
            guard case .shell(let command) = request.task.action else {
                throw EngineHarness.RenderError()
            }
            let date = EnvironmentEntry(
                name: "DATE", value: String(request.run.logicalDate.seconds))
            return RenderedTask(
                work: .shell(command), environment: [date], workingDirectory: folder)
        }
        options.timetable = { _ in
            Timetable(.every(.seconds(3_600), anchor: Instant(seconds: 0)))
        }
        options.hasSchedule = { name in scheduled.contains { $0 != name } }
        return try Engine.open(options)
    }

    /// Waits until there are `count` runs and all have settled.
    ///
    /// - Parameter updates: since before the first of them was made.
    private func settle(
        _ updates: AsyncStream<EngineUpdate>, runs count: Int
    ) async throws -> [RunRow] {
        for await _ in updates {
            let runs = try harness.reader().runs(limit: 100)
            if runs.count >= count, runs.allSatisfy(\.state.isSettled) { return runs }
        }
        return []
    }

    @Test(
        "ids do not depend on which pipeline comes first: named where several have a schedule",
        arguments: [["a"], ["b", "a"], ["a", "b"]] as [[PipelineName]])
    func ids(names: [PipelineName]) async throws {
        let engine = try open(scheduled: Set(names))
        let updates = engine.subscribe(keeping: .max)
        let pipelines = names.map { name in
            ScheduledPipeline(
                pipeline: Pipeline(name: name, tasks: [.shell("t", "true")]),
                timetable: hourly(0, catchesUp: true))
        }
        engine.setPipelines(pipelines)
        let runs = try await settle(updates, runs: names.count)
        let bare = "scheduled__\(try #require(runs.first).logicalDate.airflowTimestamp)"
        #expect(
            Set(runs.map(\.id.name))
                == (names.count == 1 ? [bare] : [bare + "__a", bare + "__b"]))
        let request = RunRequest(
            pipeline: pipelines[0].pipeline, logicalDate: Instant(seconds: 86_400), by: "me")
        let manual = try await engine.trigger(request)
        #expect(manual.name == "manual__1970-01-02T00:00:00+00:00")
        await #expect(throws: EngineError.runExists(manual)) {
            _ = try await engine.trigger(request)
        }
        await engine.shutDown(terminating: false)
    }

    @Test("missed ticks are made up for one after the other, and not again at the next start")
    func catchUp() async throws {
        var pipeline = Pipeline(name: "p", tasks: [.shell("t", "echo $DATE >> dates")])
        pipeline.maxActiveRuns = 1
        let scheduled = ScheduledPipeline(
            pipeline: pipeline, timetable: hourly(3, catchesUp: true))
        let first = try open()
        let updates = first.subscribe()
        first.setPipelines([scheduled])
        var ended = 0
        for await update in updates {
            guard case .advanced(_, let changes) = update else { continue }
            for case .runState(_, .success, _) in changes { ended += 1 }
            if ended == 4 { break }
        }
        await first.shutDown(terminating: false)
        let dates = harness.contents("dates").split(separator: "\n").compactMap { Int64($0) }
        #expect(dates == dates.sorted())
        #expect(dates.count == 4)
        let second = try open()
        second.setPipelines([scheduled])
        #expect(try await second.nextTicks()["p"].map { $0.seconds > (dates.last ?? 0) } ?? false)
        await second.shutDown(terminating: false)
        #expect(try harness.reader().runs(limit: 10).count == 4)
    }

    @Test("without catch-up only the newest missed tick is run, also after a pause")
    func newestOnly() async throws {
        let pipeline = Pipeline(name: "p", tasks: [.shell("t", "true")])
        let engine = try open()
        try await engine.setPaused("p", true, by: "ada")
        engine.setPipelines([
            ScheduledPipeline(pipeline: pipeline, timetable: hourly(5, catchesUp: false))
        ])
        _ = try await engine.nextTicks()
        #expect(try harness.reader().runs(limit: 10).isEmpty)
        let updates = engine.subscribe()
        try await engine.setPaused("p", false, by: "ada")
        #expect(try await settle(updates, runs: 1).map(\.trigger) == [.scheduled])
        await engine.shutDown(terminating: false)
        #expect(try harness.reader().runs(limit: 10).count == 1)
    }

    @Test("a task that depends on the past waits until the run before is mended")
    func past() async throws {
        var task = TaskDefinition.shell("t", "test -e ok-$DATE")
        task.past = .sameTask
        let pipeline = Pipeline(name: "p", tasks: [task, .shell("free", "true")])
        let engine = try open()
        func trigger(_ second: Int64) async throws -> RunID {
            try await engine.trigger(
                RunRequest(
                    pipeline: pipeline, logicalDate: Instant(seconds: second), by: "ada"))
        }
        try Data().write(to: URL(filePath: harness.folder + "/ok-7200"))
        let first = try await trigger(3_600)
        #expect(try await engine.waitUntilSettled(first) == .failed)
        let updates = engine.subscribe()
        let second = try await trigger(7_200)
        await updates.wait(for: "free", .success)
        #expect(try harness.states(second)["t"] == TaskState.none)
        _ = try await engine.operate(OperatorOrder(.mark(first, ["t"], .success), by: "ada"))
        #expect(try await engine.waitUntilSettled(second) == .success)
        #expect(try harness.reader().run(first)?.state == .success)
        await engine.shutDown(terminating: false)
    }

    @Test("what waits for the past goes on after a restart, though it was mended meanwhile")
    func pastAfterRestart() async throws {
        var task = TaskDefinition.shell("t", "test -e ok")
        task.past = .sameTask
        let pipeline = Pipeline(name: "p", tasks: [task])
        let first = try open()
        let failed = try await first.trigger(
            RunRequest(pipeline: pipeline, logicalDate: Instant(seconds: 0), by: "ada"))
        #expect(try await first.waitUntilSettled(failed) == .failed)
        let waiting = try await first.trigger(
            RunRequest(pipeline: pipeline, logicalDate: Instant(seconds: 60), by: "ada"))
        await first.shutDown(terminating: false)
        try Data().write(to: URL(filePath: harness.folder + "/ok"))
        let second = try open()
        #expect(try harness.states(waiting)["t"] == TaskState.none)
        try await second.rerunFailed(failed, by: "ada")
        #expect(try await second.waitUntilSettled(waiting) == .success)
        await second.shutDown(terminating: false)
    }

    @Test("a run that takes too long fails, and its process is ended")
    func runTimeout() async throws {
        var pipeline = Pipeline(
            name: "p", tasks: [.shell("t", "sleep 1000"), .shell("u", "true", needs: ["t"])])
        pipeline.timing.runTimeout = .milliseconds(200)
        let engine = try open()
        let run = try await engine.trigger(RunRequest(pipeline: pipeline, by: "ada"))
        #expect(try await engine.waitUntilSettled(run) == .failed)
        #expect(try harness.states(run) == ["t": .skipped, "u": .skipped])
        await engine.shutDown(terminating: false)
    }

    @Test("a backfill makes each run once, repeats what failed, and goes on after a restart")
    func backfill() async throws {
        let pipeline = Pipeline(
            name: "p", schedule: .every(.seconds(3_600)),
            tasks: [.shell("t", "echo $DATE >> dates; test $DATE != 7200 || test -e ok")])
        func order(_ reprocess: BackfillReprocess) -> OperatorOrder {
            let backfill = Backfill(
                id: "", pipeline: "p", from: Instant(seconds: 3_600),
                to: Instant(seconds: 4 * 3_600), maxActiveRuns: 1, reprocess: reprocess, person: "")
            return OperatorOrder(.backfill(backfill, file: nil), by: "ada", pipeline: pipeline)
        }
        func ended(_ id: BackfillID?, _ engine: Engine) async throws {
            let updates = engine.subscribe()
            let id = try #require(id)
            if try harness.reader().backfill(id)?.state == .completed { return }
            for await _ in updates {
                if try harness.reader().backfill(id)?.state == .completed { return }
            }
        }
        let recording = try Engine.open(
            {
                var options = EngineOptions(
                    folder: harness.state, limits: SchedulerLimits(parallelism: 2),
                    render: { _ in throw EngineHarness.RenderError() })
                options.timetable = { _ in
                    Timetable(.every(.seconds(3_600), anchor: Instant(seconds: 0)))
                }
                options.launches = false
                return options
            }())
        let made = try await recording.operate(order(.none))
        await recording.shutDown(terminating: false)
        #expect(harness.contents("dates") == "")
        let engine = try open()
        try await ended(made.backfill, engine)
        #expect(harness.contents("dates") == "3600\n7200\n10800\n14400\n")
        let row = try #require(try harness.reader().backfill("backfill-1"))
        #expect((row.runCount, row.failedCount, row.activeCount) == (4, 1, 0))
        try Data().write(to: URL(filePath: harness.folder + "/ok"))
        let again = try await engine.operate(order(.failed))
        #expect(again.summary == "Made backfill-2 of p: 1 to repeat, 3 left alone.")
        try await ended(again.backfill, engine)
        #expect(harness.contents("dates") == "3600\n7200\n10800\n14400\n7200\n")
        try await ended(try await engine.operate(order(.completed)).backfill, engine)
        #expect(
            harness.contents("dates")
                == "3600\n7200\n10800\n14400\n7200\n3600\n7200\n10800\n14400\n")
        #expect(try harness.reader().runs(limit: 99).allSatisfy { $0.state == .success })
        await engine.shutDown(terminating: false)
    }

    @Test("a request is carried out once, however often it is seen, and keeps its answer")
    func once() async throws {
        let pipeline = Pipeline(name: "p", tasks: [.shell("t", "echo x >> marks")])
        func order(_ params: [String: String] = [:]) -> OperatorOrder {
            OperatorOrder(
                .trigger("p", file: nil, params: params, logicalDate: nil), by: "ada",
                request: "q1",
                run: RunRequest(pipeline: pipeline, params: params, by: "ada"))
        }
        let engine = try open()
        let first = try await engine.operate(order())
        let run = try #require(first.run)
        #expect(try await engine.operate(order()) == first)
        _ = try await engine.waitUntilSettled(run)
        await engine.shutDown(terminating: false)
        let second = try open()
        #expect(try await second.operate(order()) == first)
        await second.shutDown(terminating: false)
        #expect(harness.contents("marks") == "x\n")
        #expect(try harness.reader().answer(to: "q1") == .done(first))
        #expect(try harness.reader().events(of: run).first?.event.person == "ada")
    }

    @Test("marks, pauses, triggers and backfills are taken back by who did them last")
    func undo() async throws {
        let engine = try open()
        let (run, state) = try await engine.run([
            .shell("a", "exit 1"), .shell("b", "sleep 1000", needs: ["a"]),
        ])
        #expect(state == .failed)
        func undo() async throws -> String {
            try await engine.operate(OperatorOrder(.undo, by: "ada")).summary
        }
        _ = try await engine.operate(OperatorOrder(.setPaused("p", true), by: "ada"))
        #expect(try await undo() == "Resumed pipeline p again.")
        _ = try await engine.operate(OperatorOrder(.mark(run, ["a"], .success), by: "ada"))
        _ = try await undo()
        #expect(try harness.reader().tasks(of: run).first?.state == .failed)
        await #expect(throws: EngineError.nothingToUndo("eve")) {
            try await engine.operate(OperatorOrder(.undo, by: "eve"))
        }
        await engine.shutDown(terminating: true)
    }
}
