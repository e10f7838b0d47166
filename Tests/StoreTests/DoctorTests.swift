import Domain
import Foundation
import SchedulerCore
import Store
import Testing

@Suite("A damaged state")
struct DoctorTests {
    let folder: StateFolder

    init() throws {
        folder = StateFolder(
            path: NSTemporaryDirectory() + "spillway-doctor-" + UUID().uuidString)
        try folder.prepare()
        let writer = try StoreWriter(folder)
        for number in 0..<40 {
            let pipeline = Pipeline(
                name: PipelineName("p\(number)"),
                tasks: (0..<20).map { TaskDefinition(id: TaskID("t\($0)"), action: .shell("true")) }
            )
            let run = RunID("run\(number)")
            let creation = RunCreation(
                id: run, pipeline: pipeline.name, trigger: .manual, logicalDate: 0,
                dataIntervalStart: 0, dataIntervalEnd: 0, params: [:],
                plan: RunPlan(
                    maxActiveTasks: 1, maxActiveRuns: 1,
                    tasks: pipeline.tasks.map { TaskPlan(id: $0.id) },
                    graph: try DAG(nodeCount: 20, edges: [])))
            let entry = StoreEntry(
                event: .runCreated(creation, at: 1),
                changes: [.runState(run, .success, at: 2)], definition: pipeline)
            _ = try writer.append([entry])
        }
    }

    @Test("a whole state is said to be whole, with what is in it")
    func whole() throws {
        defer { try? FileManager.default.removeItem(atPath: folder.path) }
        let report = try StateDoctor.check(folder)
        #expect(report.damage.isEmpty)
        #expect((report.runs, report.tasks, report.events) == (40, 800, 40))
    }

    @Test("overwritten pages are found; the rest of the history is saved", arguments: 1...6)
    func overwritten(seed: Int) throws {
        defer { try? FileManager.default.removeItem(atPath: folder.path) }
        // Written whole: nothing of it is in the log beside it.
        let lock = try StateLock(folder)
        _ = try StateRetention.compact(folder, holding: lock)
        var bytes = try Data(contentsOf: URL(filePath: folder.databasePath))
        let pages = bytes.count / 4_096
        try #require(pages > 12)
        let page = 4 + seed * (pages - 6) / 7
        bytes.replaceSubrange(
            page * 4_096..<page * 4_096 + 4_096, with: Data(repeating: 0xA5, count: 4_096))
        try bytes.write(to: URL(filePath: folder.databasePath))
        let report = try StateDoctor.check(folder)
        #expect(!report.damage.isEmpty)
        let mending = try StateDoctor.mend(folder, holding: lock)
        #expect(FileManager.default.fileExists(atPath: mending.damagedPath ?? ""))
        #expect(try StateDoctor.check(folder).damage.filter { !$0.contains("no run") }.isEmpty)
        let kept = try #require(mending.rows).values.reduce(0, +)
        // The page at the root of a table hides that table, but never another one.
        #expect(kept >= 120, "only \(kept) of 920 rows were saved")
        #expect(try StoreReader(folder).runs(limit: 100).count <= 40)
    }
}
