import Domain
import Foundation
import SchedulerCore
import Store
import Testing

@Suite("Runs and logs that are over for long")
struct RetentionTests {
    private let folder: StateFolder

    init() throws {
        folder = StateFolder(
            path: NSTemporaryDirectory() + "spillway-retention-" + UUID().uuidString)
        try folder.prepare()
    }

    private static let now = Instant(seconds: 100_000_000)

    private func age(_ days: Int64) -> Instant { Instant(seconds: 100_000_000 - days * 86_400) }

    private func run(_ name: String, ended days: Int64?) -> [StoreEntry] {
        let start = age((days ?? 400) + 1)
        do {
            let creation = RunCreation(
                id: RunID(name), pipeline: "p", trigger: .manual, logicalDate: start,
                dataIntervalStart: start, dataIntervalEnd: start, params: [:],
                plan: RunPlan(
                    maxActiveTasks: 1, maxActiveRuns: 1, tasks: [TaskPlan(id: "t")],
                    graph: try DAG(nodeCount: 1, edges: [])))
            var entries = [
                StoreEntry(
                    event: .runCreated(creation, at: start),
                    changes: [.runState(RunID(name), .running, at: start)],
                    definition: Pipeline(name: "p", description: name))
            ]
            if let days {
                entries.append(
                    StoreEntry(
                        event: nil, changes: [.runState(RunID(name), .success, at: age(days))]))
            }
            let logs = folder.logFolder(of: RunID(name), in: "p")
            try FileManager.default.createDirectory(
                atPath: logs, withIntermediateDirectories: true)
            try Data("hello".utf8).write(to: URL(filePath: logs + "/t.1.log"))
            return entries
        } catch {
            Issue.record(error)
            return []
        }
    }

    private func hasLog(_ name: String) -> Bool {
        let logs = folder.logFolder(of: RunID(name), in: "p")
        return FileManager.default.fileExists(atPath: logs + "/t.1.log")
    }

    @Test("old runs go with rows, events and logs; the newest, the young and the open stay")
    func sweep() throws {
        let writer = try StoreWriter(folder)
        for (name, days) in [
            ("open", nil), ("old1", 300), ("old2", 200), ("young", 10), ("old3", 150),
        ] as [(String, Int64?)] {
            _ = try writer.append(run(name, ended: days))
        }
        let policy = RetentionPolicy(runs: .seconds(100 * 86_400), keep: 1)
        let dry = try StateRetention.sweep(folder, policy, at: Self.now, isDry: true)
        #expect(dry.runs == 2)
        #expect(dry.files == 2)
        #expect(dry.bytes == 10)
        #expect(hasLog("old1"))
        #expect(try StateRetention.sweep(folder, policy, at: Self.now) == dry)
        let reader = try StoreReader(folder)
        // The last one is old as well, and the newest of its pipeline.
        #expect(try reader.runs(limit: 10).map(\.id) == ["old3", "young", "open"])
        #expect(try reader.events(after: 0).count == 3)
        #expect(try reader.tasks(of: "old1").isEmpty)
        #expect(!hasLog("old1") && !hasLog("old2"))
        #expect(hasLog("old3") && hasLog("young") && hasLog("open"))
        #expect(try StateDoctor.check(folder).damage.isEmpty)
        #expect(try StateRetention.sweep(folder, policy, at: Self.now).runs == 0)
        // The writer goes on with what is left.
        _ = try writer.append(run("next", ended: 1))
        #expect(try reader.runs(limit: 1).map(\.id) == ["next"])
    }

    @Test("logs may go before their runs, and without a policy nothing goes")
    func logs() throws {
        let writer = try StoreWriter(folder)
        _ = try writer.append(run("old", ended: 50) + run("young", ended: 1))
        #expect(try StateRetention.sweep(folder, RetentionPolicy(), at: Self.now).files == 0)
        let policy = RetentionPolicy(logs: .seconds(30 * 86_400))
        let outcome = try StateRetention.sweep(folder, policy, at: Self.now)
        #expect(outcome.runs == 0 && outcome.files == 1)
        #expect(!hasLog("old") && hasLog("young"))
        #expect(try StoreReader(folder).runs(limit: 10).count == 2)
    }

    @Test("the database gets smaller once nobody writes to it")
    func compact() throws {
        do {
            let writer = try StoreWriter(folder)
            for number in 0..<300 { _ = try writer.append(run("run\(number)", ended: 300)) }
        }
        let policy = RetentionPolicy(runs: .seconds(86_400), keep: 1)
        #expect(try StateRetention.sweep(folder, policy, at: Self.now).runs == 299)
        #expect(try StateRetention.compact(folder, holding: StateLock(folder)) > 50_000)
        #expect(try StoreReader(folder).runs(limit: 10).count == 1)
    }
}
