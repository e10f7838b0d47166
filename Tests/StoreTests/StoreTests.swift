import Domain
import Foundation
import Glibc
import GRDB
import SchedulerCore
import Store
import Testing

@Suite("The state of a workspace")
struct StoreTests {
    let temporary: TemporaryFolder
    var folder: StateFolder { temporary.state }

    init() throws { temporary = try TemporaryFolder() }

    func write(_ body: (StoreWriter) throws -> Void) throws {
        try folder.prepare()
        try body(try StoreWriter(folder))
    }

    func events(_ run: RunID = "manual__1") throws -> [StoreEntry] {
        let pipeline = chain(of: 2)
        let first = AttemptID(run: run, task: "t0", number: 1)
        return [
            StoreEntry(
                event: .runCreated(try creation(of: pipeline, run), at: 10),
                changes: [
                    .runState(run, .running, at: 10),
                    .taskState(run, "t0", .queued, TaskDetail(at: 10, attemptCount: 1)),
                ],
                intents: [AttemptIntent(id: first, at: 10, log: "/l/1.log", token: "abc")],
                definition: pipeline),
            StoreEntry(
                event: .attemptStarted(
                    first, process: ProcessIdentity(pid: 7, startTicks: 8, bootID: "b"), at: 11),
                changes: [.taskState(run, "t0", .running, TaskDetail(at: 11, attemptCount: 1))]),
            StoreEntry(
                event: .attemptEnded(first, .exited(code: 3), at: 12),
                changes: [
                    .taskState(
                        run, "t0", .failed, TaskDetail(at: 12, attemptCount: 1, note: "exit 3")),
                    .taskState(run, "t1", .upstreamFailed, TaskDetail(at: 12, attemptCount: 0)),
                    .runState(run, .failed, at: 12),
                ]),
        ]
    }

    @Test("what was appended is what is read: runs, tasks, attempts, definition and events")
    func roundTrip() throws {
        try write { writer in
            let entries = try events()
            #expect(try writer.append(entries) == 3)
            let reader = try StoreReader(folder)
            #expect(try reader.revision() == 3)
            let run = RunRow(
                id: "manual__1", pipeline: "chain", trigger: .manual, state: .failed,
                logicalDate: 0, createdAt: 10, startedAt: 10, endedAt: 12, taskCount: 2,
                settledCount: 2, failedCount: 2)
            #expect(try reader.runs(limit: 10) == [run])
            #expect(try reader.runs(of: "chain", limit: 10) == [run])
            #expect(try reader.runs(of: "other", limit: 10) == [])
            #expect(try reader.runs(limit: 10, offset: 1) == [])
            #expect(
                try reader.tasks(of: "manual__1") == [
                    TaskRow(
                        id: "t0", state: .failed, group: "even", attemptCount: 1, startedAt: 11,
                        endedAt: 12, exitCode: 3, note: "exit 3"),
                    TaskRow(id: "t1", state: .upstreamFailed, needs: ["t0"]),
                ])
            #expect(
                try reader.attempts(of: "manual__1", "t0") == [
                    AttemptRow(
                        id: AttemptID(run: "manual__1", task: "t0", number: 1), startedAt: 11,
                        endedAt: 12, outcome: .exited(code: 3), log: "/l/1.log")
                ])
            #expect(try reader.definition(of: "manual__1") == chain(of: 2))
            #expect(try reader.events(of: "manual__1").map(\.event) == entries.map(\.event))
            #expect(try reader.openRuns() == [])
        }
    }

    @Test("what ends while the clock was set back ended no earlier than it began")
    func clockSetBack() throws {
        let first = AttemptID(run: "manual__1", task: "t0", number: 1)
        try write { writer in
            _ = try writer.append(try Array(events().prefix(2)))
            _ = try writer.append([
                StoreEntry(
                    event: .attemptEnded(first, .exited(code: 0), at: 2),
                    changes: [
                        .taskState(
                            "manual__1", "t0", .success, TaskDetail(at: 2, attemptCount: 1)),
                        .runState("manual__1", .success, at: 3),
                    ])
            ])
            let reader = try StoreReader(folder)
            #expect(try reader.run("manual__1")?.endedAt == 10)
            #expect(try reader.tasks(of: "manual__1").first?.endedAt == 11)
            #expect(try reader.attempts(of: "manual__1", "t0").map(\.endedAt) == [11])
        }
    }

    @Test("an attempt without an end is open, with the process it runs in")
    func openAttempt() throws {
        try write { writer in
            _ = try writer.append(Array(try events().prefix(1)))
            let reader = try StoreReader(folder)
            let id = AttemptID(run: "manual__1", task: "t0", number: 1)
            #expect(
                try reader.openAttempts() == [
                    OpenAttempt(id: id, process: nil, token: "abc", log: "/l/1.log")
                ])
            _ = try writer.append([try events()[1]])
            #expect(
                try reader.openAttempts().map(\.process) == [
                    ProcessIdentity(pid: 7, startTicks: 8, bootID: "b")
                ])
            _ = try writer.append([try events()[2]])
            #expect(try reader.openAttempts() == [])
        }
    }

    @Test("a run is found by its id, by a beginning of it, and as the latest")
    func find() throws {
        try write { writer in
            for id in ["manual__2026-01", "manual__2026-02", "manual__2026"] as [RunID] {
                _ = try writer.append([
                    StoreEntry(
                        event: .runCreated(try creation(of: chain(of: 1), id), at: 1),
                        definition: chain(of: 1))
                ])
            }
            let reader = try StoreReader(folder)
            #expect(try reader.runs(matching: "latest").map(\.id) == ["manual__2026"])
            #expect(try reader.runs(matching: "manual__2026").map(\.id) == ["manual__2026"])
            #expect(
                try reader.runs(matching: "manual__2026-").map(\.id) == [
                    "manual__2026-02", "manual__2026-01",
                ])
            #expect(try reader.runs(matching: "%").isEmpty)
            var child = try creation(of: chain(of: 1), "pipeline_triggered__2026")
            child.trigger = .pipelineTriggered
            _ = try writer.append([
                StoreEntry(event: .runCreated(child, at: 1), definition: chain(of: 1))
            ])
            #expect(try reader.runs(matching: "latest").map(\.id) == ["manual__2026"])
        }
    }

    @Test("a run is found among those of one pipeline, whose name stands before it")
    func findOfPipeline() throws {
        try write { writer in
            let made: [(PipelineName, RunID)] = [
                ("a", "manual__2026-01"), ("b", "manual__2026-01__b"), ("a", "manual__2026-02"),
                ("b", "manual__2026-01__b_2"), ("a/c", "manual__2026-03"),
            ]
            for (name, id) in made {
                _ = try writer.append([
                    StoreEntry(
                        event: .runCreated(try creation(of: chain(name, of: 1), id), at: 1),
                        definition: chain(name, of: 1))
                ])
            }
            let reader = try StoreReader(folder)
            func found(_ text: String) throws -> [RunID] {
                try reader.runs(matching: text).map(\.id)
            }
            #expect(try found("a/latest") == ["manual__2026-02"])
            #expect(try found("b/latest") == ["manual__2026-01__b_2"])
            #expect(try found("a/manual__2026-01") == ["manual__2026-01"])
            #expect(try found("b/manual__2026-01") == ["manual__2026-01__b"])
            #expect(try found("b/manual__2026-01__b_") == ["manual__2026-01__b_2"])
            #expect(try found("a/manual") == ["manual__2026-02", "manual__2026-01"])
            #expect(try found("a/manual__2026-01__b").isEmpty)
            #expect(try found("c/latest").isEmpty)
            #expect(try found("/latest").isEmpty)
        }
    }

    @Test("the newest runs of every pipeline, and no more of each than asked for")
    func recentRuns() throws {
        try write { writer in
            for (number, name) in ["b", "a", "b", "c", "b", "a"].enumerated() {
                let pipeline = chain(PipelineName(name), of: 1)
                _ = try writer.append([
                    StoreEntry(
                        event: .runCreated(
                            try creation(of: pipeline, RunID("r\(number)")), at: 1),
                        definition: pipeline)
                ])
            }
            let reader = try StoreReader(folder)
            #expect(
                try reader.recentRuns(each: 2).mapValues { $0.map(\.id) } == [
                    "a": ["r5", "r1"], "b": ["r4", "r2"], "c": ["r3"],
                ])
            #expect(try reader.recentRuns(each: 0).isEmpty)
            #expect(try reader.recentRuns(each: 9)["b"] == reader.runs(of: "b", limit: 9))
        }
    }

    @Test("a glance has all names, and the newest runs of the liveliest pipeline's neighbours")
    func glance() throws {
        try write { writer in
            for (number, name) in ["a", "b", "c", "d", "e", "c", "c", "b"].enumerated() {
                let pipeline = chain(PipelineName(name), of: 1)
                let id = RunID("r\(number)")
                _ = try writer.append([
                    StoreEntry(
                        event: .runCreated(try creation(of: pipeline, id), at: 1),
                        changes: [.runState(id, .success, at: 2)], definition: pipeline)
                ])
            }
            let reader = try StoreReader(folder)
            var glance = try reader.glance(each: 2, around: 1)
            #expect(glance.pipelines == ["a", "b", "c", "d", "e"])
            #expect(glance.liveliest == "b", "the one that ran last")
            #expect(
                glance.recentRuns.mapValues { $0.map(\.id) } == [
                    "a": ["r0"], "b": ["r7", "r1"], "c": ["r6", "r5"],
                ])
            let running = chain("d", of: 1)
            _ = try writer.append([
                StoreEntry(
                    event: .runCreated(try creation(of: running, "r8"), at: 1),
                    changes: [.runState("r8", .running, at: 2)], definition: running),
                StoreEntry(
                    event: .runCreated(try creation(of: chain("a", of: 1), "r9"), at: 1),
                    changes: [.runState("r9", .success, at: 2)], definition: chain("a", of: 1)),
            ])
            glance = try reader.glance(each: 9, around: 9)
            #expect(glance.liveliest == "d", "the one that runs")
            #expect(try glance.recentRuns == reader.recentRuns(each: 9))
        }
    }

    @Test("a store without runs has no recent ones")
    func noRecentRuns() throws {
        try write { _ in
            let reader = try StoreReader(folder)
            #expect(try reader.recentRuns(each: 5).isEmpty)
            #expect(try reader.glance(each: 5, around: 5) == StoreGlance())
        }
    }

    @Test("each run has the definition it was made of, however many were read before")
    func definitions() throws {
        try write { writer in
            let runs = (0..<40).map { number in
                (RunID("r\(number)"), chain(of: 1 + number % 20))
            }
            for (id, pipeline) in runs {
                _ = try writer.append([
                    StoreEntry(
                        event: .runCreated(try creation(of: pipeline, id), at: 1),
                        definition: pipeline)
                ])
            }
            let reader = try StoreReader(folder)
            for _ in 0..<2 {
                for (id, pipeline) in runs {
                    #expect(try reader.definition(of: id) == pipeline)
                    #expect(try reader.tasks(of: id).map(\.needs) == pipeline.tasks.map(\.needs))
                }
            }
        }
    }

    @Test("a paused pipeline is remembered, and forgotten when it goes on")
    func pause() throws {
        try write { writer in
            let reader = try StoreReader(folder)
            for isPaused in [true, false] {
                _ = try writer.append([
                    StoreEntry(
                        event: .pipelinePaused("a", isPaused: isPaused, by: "me", at: 1))
                ])
                #expect(try reader.pausedPipelines() == (isPaused ? ["a"] : []))
            }
        }
    }

    @Test("only their owner may read the files")
    func modes() throws {
        try write { writer in
            _ = try writer.append(try events())
            for name in ["", "/state.db", "/state.db-wal"] {
                var status = stat()
                #expect(stat(folder.path + name, &status) == 0)
                #expect(status.st_mode & 0o777 == (name.isEmpty ? 0o700 : 0o600), "\(name)")
            }
        }
    }

    @Test("a database of a newer version is left alone")
    func newer() throws {
        try write { _ in }
        try DatabaseQueue(path: folder.databasePath).write { database in
            try database.execute(sql: "CREATE TABLE newer (x); PRAGMA user_version = 99")
        }
        let refusal = StoreError.newerVersion(path: folder.databasePath, found: 99, known: 7)
        #expect(throws: refusal) { try StoreWriter(folder) }
        #expect(throws: refusal) { try StoreReader(folder) }
    }

    @Test("a file that is no database is called damaged, and is not touched")
    func noDatabase() throws {
        try folder.prepare()
        let rubbish = Data(repeating: 0x41, count: 8_192)
        try rubbish.write(to: URL(filePath: folder.databasePath))
        #expect {
            try StoreWriter(folder)
        } throws: { error in
            guard case .corrupt = error as? StoreError else { return false }
            return true
        }
        #expect(try Data(contentsOf: URL(filePath: folder.databasePath)) == rubbish)
    }

    @Test("a folder that never saw a run says so")
    func nothingYet() {
        #expect(throws: StoreError.noState(path: folder.path)) { try StoreReader(folder) }
    }

    @Test("a second owner is told the first one's process")
    func lock() throws {
        try folder.prepare()
        let first = try StateLock(folder)
        #expect(throws: StoreError.owned(path: folder.path, pid: getpid())) {
            try StateLock(folder)
        }
        withExtendedLifetime(first) {}
    }

    @Test("a lock that was given back can be taken again")
    func unlock() throws {
        try folder.prepare()
        do { _ = try StateLock(folder) }
        _ = try StateLock(folder)
    }

    @Test(
        "a name makes one harmless file name",
        arguments: [
            ("orders", "orders"), ("a/b", "a%2Fb"), ("..", "%2E."), ("50%", "50%25"),
            ("a\u{0}\n", "a%00%0A"), ("", "%"),
        ])
    func fileNames(name: String, expected: String) {
        #expect(StateFolder.safeFileName(name) == expected)
    }

    @Test("long names stay apart and within what file systems take")
    func longNames() {
        let names = ["x", "y"].map { String(repeating: "ä", count: 250) + $0 }
        let safe = names.map { StateFolder.safeFileName($0) }
        #expect(safe[0] != safe[1])
        #expect(safe.allSatisfy { $0.utf8.count <= 255 && $0.hasPrefix("ää") })
    }

    @Test("every attempt has a log of its own, whatever dots its task's name holds")
    func logPaths() {
        let folder = StateFolder(path: "/w")
        let attempts = [("a", 1), ("a", 12), ("a.1", 2), ("a.1.2", 1), ("../a", 1), ("a/1", 1)]
        let paths = attempts.map { task, number in
            folder.logPath(
                of: AttemptID(run: "r/1", task: TaskID(task), number: number), in: "p")
        }
        #expect(
            paths == [
                "/w/logs/p/r%2F1/a.1.log", "/w/logs/p/r%2F1/a.12.log",
                "/w/logs/p/r%2F1/a.1.2.log", "/w/logs/p/r%2F1/a.1.2.1.log",
                "/w/logs/p/r%2F1/%2E.%2Fa.1.log", "/w/logs/p/r%2F1/a%2F1.1.log",
            ])
    }
}
