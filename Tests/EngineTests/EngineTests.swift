import Domain
import Engine
import Foundation
import Glibc
import Runners
import SchedulerCore
import Store
import Testing

@Suite("Running pipelines", .serialized, .timeLimit(.minutes(5)))
struct EngineTests {
    let harness: EngineHarness

    init() throws { harness = try EngineHarness() }

    @Test("tasks run in the order of their needs; rows, attempts, events and logs tell it")
    func order() async throws {
        let engine = try harness.open()
        let (run, state) = try await engine.run([
            .shell("c", "echo c >> order", needs: ["b"]), .shell("a", "echo a | tee -a order"),
            .shell("b", "echo b >> order; exit 0", needs: ["a"]),
        ])
        await engine.shutDown(terminating: false)
        #expect(state == .success)
        #expect(harness.contents("order") == "a\nb\nc\n")
        let reader = try harness.reader()
        let rows = try reader.tasks(of: run)
        #expect(rows.map(\.id) == ["c", "a", "b"])
        #expect(rows.map(\.state) == [.success, .success, .success])
        #expect(rows.map(\.attemptCount) == [1, 1, 1])
        #expect(rows.map(\.exitCode) == [0, 0, 0])
        let attempt = try #require(try reader.attempts(of: run, "a").first)
        #expect(attempt.outcome == .exited(code: 0))
        #expect(try String(contentsOfFile: attempt.log, encoding: .utf8) == "a\n")
        #expect(attempt.log.hasPrefix(harness.state.logsPath + "/p/manual__"))
        let ends = try reader.events(of: run).compactMap { stored in
            if case .attemptEnded(let id, _, _, let next) = stored.event { (id, next) } else { nil }
        }
        #expect(ends.map(\.0.task) == ["a", "b", "c"])
        #expect(ends.map(\.1?.task) == ["b", "c", nil])
        let row = try #require(try reader.run(run))
        #expect((row.taskCount, row.settledCount, row.failedCount) == (3, 3, 0))
    }

    @Test("a failure fails what needs it, and the rest still runs")
    func failure() async throws {
        let engine = try harness.open()
        let (run, state) = try await engine.run([
            .shell("bad", "exit 4"), .shell("after", "true", needs: ["bad"]),
            .shell("free", "true"),
        ])
        #expect(state == .failed)
        #expect(
            try harness.states(run) == [
                "bad": .failed, "after": .upstreamFailed, "free": .success,
            ])
        #expect(try harness.reader().run(run)?.failedCount == 2)
    }

    @Test("a task that fails once is repeated, and both attempts are kept")
    func retry() async throws {
        let engine = try harness.open()
        let (run, state) = try await engine.run([
            .shell("t", "test -e marker || { touch marker; exit 3; }", retries: 2)
        ])
        #expect(state == .success)
        #expect(
            try harness.reader().attempts(of: run, "t").map(\.outcome) == [
                .exited(code: 3), .exited(code: 0),
            ])
    }

    @Test("a timeout ends the whole tree")
    func timeout() async throws {
        let engine = try harness.open()
        let (run, state) = try await engine.run([
            .shell("t", "sleep 1000 & echo $! > pid; wait", timeout: .milliseconds(300))
        ])
        #expect(state == .failed)
        let pid = try #require(
            Int32(harness.contents("pid").trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(kill(pid, 0) != 0)
        #expect(
            try harness.reader().attempts(of: run, "t").map(\.outcome) == [.signalled(number: 15)])
    }

    @Test("a cancelled run ends its processes and skips what was open")
    func cancel() async throws {
        let engine = try harness.open()
        let updates = engine.subscribe()
        let run = try await engine.trigger(
            RunRequest(
                pipeline: Pipeline(
                    name: "p",
                    tasks: [
                        .shell("long", "sleep 1000"), .shell("after", "true", needs: ["long"]),
                    ]), by: "test"))
        await updates.wait(for: "long", .running)
        try await engine.cancel(run, by: "me")
        #expect(try await engine.waitUntilSettled(run) == .cancelled)
        #expect(try harness.states(run)["after"] == .skipped)
        await #expect(throws: EngineError.runEnded(run)) { try await engine.cancel(run, by: "me") }
    }

    @Test("re-running what failed uses the definition that the run was made of")
    func rerun() async throws {
        let engine = try harness.open()
        let (run, state) = try await engine.run([
            .shell("good", "echo x >> good"), .shell("t", "test -e marker", needs: ["good"]),
            .shell("after", "echo y >> after", needs: ["t"]),
        ])
        #expect(state == .failed)
        try Data().write(to: URL(filePath: harness.folder + "/marker"))
        try await engine.rerunFailed(run, by: "me")
        #expect(try await engine.waitUntilSettled(run) == .success)
        #expect(harness.contents("good") == "x\n")
        #expect(harness.contents("after") == "y\n")
        #expect(try harness.reader().attempts(of: run, "t").count == 2)
        await #expect(throws: EngineError.nothingToRerun(run)) {
            try await engine.rerunFailed(run, by: "me")
        }
    }

    @Test("a template that cannot be rendered fails its task with the reason in its log")
    func render() async throws {
        let engine = try harness.open()
        let (run, state) = try await engine.run([.shell("t", "{{ nope }}")])
        #expect(state == .failed)
        let attempt = try #require(try harness.reader().attempts(of: run, "t").last)
        let reason = "Template line 1: there is no 'nope'. Write 'ds'."
        #expect(attempt.outcome == .notStarted(reason: reason))
        #expect(
            try String(contentsOfFile: attempt.log, encoding: .utf8)
                == "[spillway] not started: \(reason)\n")
    }

    @Test("SQL tasks run, time out and fail as shell tasks do")
    func sql() async throws {
        let engine = try harness.open()
        let endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x FROM c) SELECT * FROM c"
        func task(_ id: TaskID, _ text: String, _ timeout: Span? = nil) -> TaskDefinition {
            TaskDefinition(id: id, action: .sql(.inline(text), on: "w"), timeout: timeout)
        }
        let (run, _) = try await engine.run([
            task("good", "CREATE TABLE t (a)"), task("bad", "SELECT nope"),
            task("slow", endless, .milliseconds(100)),
        ])
        #expect(
            try harness.states(run) == ["good": .success, "bad": .failed, "slow": .failed])
    }

    @Test("a paused pipeline's run waits, and goes on when resumed")
    func pause() async throws {
        let engine = try harness.open()
        try await engine.setPaused("p", true, by: "me")
        let run = try await engine.trigger(
            RunRequest(pipeline: Pipeline(name: "p", tasks: [.shell("t", "true")]), by: "me"))
        #expect(try harness.reader().run(run)?.state != .success)
        #expect(try harness.reader().attempts(of: run, "t").isEmpty)
        #expect(try harness.reader().pausedPipelines() == ["p"])
        try await engine.setPaused("p", false, by: "me")
        #expect(try await engine.waitUntilSettled(run) == .success)
    }

    @Test("parameters are checked before a run is made")
    func parameters() async throws {
        let engine = try harness.open()
        let pipeline = Pipeline(
            name: "p",
            params: [
                PipelineParameter(name: "region", defaultValue: "eu", allowed: ["eu", "us"]),
                PipelineParameter(name: "count", kind: .integer),
            ], tasks: [.shell("t", "true")])
        for (params, error) in [
            ([:], EngineError.missingParameter("count", of: "p")),
            (["count": "x"], .parameterMalformed("count", value: "x", kind: .integer)),
            (
                ["count": "1", "region": "mars"],
                .parameterNotAllowed("region", value: "mars", allowed: ["eu", "us"])
            ),
            (["cuont": "1"], .unknownParameter("cuont", of: "p", nearest: "count")),
        ] {
            await #expect(throws: error) {
                try await engine.trigger(
                    RunRequest(pipeline: pipeline, params: params, by: "me"))
            }
        }
        let run = try await engine.trigger(
            RunRequest(pipeline: pipeline, params: ["count": "3"], by: "me"))
        #expect(try harness.reader().creation(of: run)?.params == ["region": "eu", "count": "3"])
    }

    @Test("runs of one second get ids of their own; a date asked for twice is refused")
    func identifiers() async throws {
        let engine = try harness.open()
        let date = Instant(seconds: 86_400)
        func trigger(_ name: PipelineName) async throws -> RunID {
            try await engine.trigger(
                RunRequest(
                    pipeline: Pipeline(name: name, tasks: [.shell("t", "true")]),
                    logicalDate: date, by: "me"))
        }
        #expect(try await trigger("a") == "manual__1970-01-02T00:00:00+00:00")
        #expect(try await trigger("b") == "manual__1970-01-02T00:00:00+00:00__b")
        await #expect(throws: EngineError.runExists("manual__1970-01-02T00:00:00+00:00")) {
            try await trigger("a")
        }
        var runs: Set<RunID> = []
        for _ in 0..<5 { runs.insert(try await engine.run([.shell("t", "true")]).0) }
        #expect(runs.count == 5)
    }

    @Test("a schedule makes a run when it is due, one a date")
    func schedule() async throws {
        let engine = try harness.open()
        let updates = engine.subscribe()
        let tick = SystemClock.now().advanced(by: .milliseconds(50))
        let pipeline = Pipeline(name: "p", tasks: [.shell("t", "true")])
        engine.setPipelines([
            ScheduledPipeline(pipeline: pipeline, timetable: Timetable(.once, start: tick))
        ])
        await updates.wait(for: "t", .success)
        let runs = try harness.reader().runs(limit: 10)
        #expect(runs.map(\.logicalDate) == [tick])
        #expect(runs.map(\.trigger) == [.scheduled])
        #expect(try await engine.nextTicks().isEmpty)
    }

    @Test(
        "200 tasks in layers, some failing once, all end as they must",
        arguments: [1, 2, 3])
    func layers(seed: UInt64) async throws {
        var random = SplitMix(state: seed)
        let engine = try harness.open(parallelism: 4)
        let tasks = (0..<200).map { number in
            let below = max(0, number - 30)
            let needs = Set(
                (0..<random.below(4)).map { _ in below + random.below(number - below + 1) }
            )
            .filter { $0 < number }.sorted().map { TaskID("t\($0)") }
            return TaskDefinition.shell(
                TaskID("t\(number)"),
                random.below(10) == 0
                    ? "test -e m\(number) || { touch m\(number); exit 1; }" : "true",
                needs: needs, retries: 1)
        }
        let (run, state) = try await engine.run(tasks)
        #expect(state == .success)
        let rows = try harness.reader().tasks(of: run)
        #expect(rows.allSatisfy { $0.state == .success })
        let ends = Dictionary(rows.map { ($0.id, $0.endedAt) }, uniquingKeysWith: { $1 })
        for row in rows {
            for need in row.needs {
                let (end, start) = (ends[need].flatMap { $0 }, row.startedAt)
                if let end, let start { #expect(end <= start, "\(need) → \(row.id)") }
            }
        }
    }

    @Test("two engines cannot own one folder; when the first is shut down the next may")
    func owners() async throws {
        let engine = try harness.open()
        #expect(throws: StoreError.owned(path: harness.state.path, pid: getpid())) {
            try harness.open()
        }
        await engine.shutDown(terminating: false)
        await #expect(throws: EngineError.closed) { try await engine.nextTicks() }
        // At once, again and again: nothing of the one before is left when its end is told.
        for _ in 0..<200 { await (try harness.open()).shutDown(terminating: false) }
    }

    @Test("shutting down with termination ends the tasks and records how")
    func shutDown() async throws {
        let engine = try harness.open()
        let updates = engine.subscribe()
        let run = try await engine.trigger(
            RunRequest(
                pipeline: Pipeline(name: "p", tasks: [.shell("t", "sleep 1000")]), by: "me"))
        await updates.wait(for: "t", .running)
        await engine.shutDown(terminating: true)
        #expect(
            try harness.reader().attempts(of: run, "t").map(\.outcome) == [.signalled(number: 15)])
    }

    @Test("a task that outlives its engine is waited for by the next, never started beside it")
    func reopen() async throws {
        let first = try harness.open()
        let updates = first.subscribe()
        let command =
            "echo begin >> lives; while ! test -e go; do sleep 0.01; done; echo end >> lives"
        let run = try await first.trigger(
            RunRequest(
                pipeline: Pipeline(
                    name: "p",
                    tasks: [
                        .shell("t", command, retries: 1), .shell("u", "true", needs: ["t"]),
                    ]), by: "me"))
        await updates.wait(for: "t", .running)
        await first.shutDown(terminating: false)
        let second = try harness.open()
        #expect(try harness.reader().attempts(of: run, "t").map(\.outcome) == [nil])
        try Data().write(to: URL(filePath: harness.folder + "/go"))
        #expect(try await second.waitUntilSettled(run) == .success)
        let outcomes = try harness.reader().attempts(of: run, "t").map(\.outcome)
        #expect(outcomes == [.exited(code: 0)])
        #expect(harness.contents("lives") == "begin\nend\n")
    }

    @Test("a state folder that cannot be made is an error with a remedy")
    func readOnly() throws {
        let file = harness.folder + "/file"
        try Data().write(to: URL(filePath: file))
        #expect {
            try harness.open(state: StateFolder(path: file + "/state"))
        } throws: { error in
            guard case .unusableFolder = error as? StoreError else { return false }
            return true
        }
    }
}

/// Vigna's SplitMix64 (2015): numbers that a seed determines.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ limit: Int) -> Int { limit <= 0 ? 0 : Int(next() % UInt64(limit)) }
}
