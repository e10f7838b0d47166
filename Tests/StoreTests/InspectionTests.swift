import Domain
import Foundation
import GRDB
import SchedulerCore
import Store
import TestRandom
import Testing

@Suite("A state file is looked at when it is opened")
final class InspectionTests {
    private let folder = StateFolder(
        path: NSTemporaryDirectory() + "spillway-inspection-" + UUID().uuidString)
    private var copies = 0

    deinit {
        for number in 0...copies {
            let suffix = number == 0 ? "" : "-\(number)"
            try? FileManager.default.removeItem(atPath: folder.path + suffix)
        }
    }

    private func entry(_ number: Int) throws -> StoreEntry {
        var pipeline = chain(of: 10)
        pipeline.description = "as of \(number)"
        let run = RunID("run\(number)")
        let date = Int64(number)
        return StoreEntry(
            event: .runCreated(try creation(of: pipeline, run, date: date), at: 0),
            changes: [.runState(run, .success, at: Instant(seconds: date))], definition: pipeline)
    }

    /// `count` records in as many commits.
    private func fill(_ count: Int) throws -> StoreWriter {
        try folder.prepare()
        let writer = try StoreWriter(folder)
        for number in 0..<count { _ = try writer.append([try entry(number)]) }
        return writer
    }

    /// The folder as a kill would leave it now.
    private func copy() throws -> StateFolder {
        copies += 1
        let path = folder.path + "-\(copies)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for file in ["state.db", "state.db-wal", "state.db-sums"] {
            let source = folder.path + "/" + file
            guard FileManager.default.fileExists(atPath: source) else { continue }
            try FileManager.default.copyItem(atPath: source, toPath: path + "/" + file)
        }
        return StateFolder(path: path)
    }

    private func flip(_ folder: StateFolder, at offset: Int, bit: Int) throws {
        let file = try FileHandle(forUpdating: URL(filePath: folder.databasePath))
        try file.seek(toOffset: UInt64(offset))
        let byte = try #require(try file.read(upToCount: 1)?.first)
        try file.seek(toOffset: UInt64(offset))
        try file.write(contentsOf: [byte ^ UInt8(1 << bit)])
        try file.close()
    }

    @Test("one flipped bit anywhere is found by who owns the state, who reads it, and the doctor")
    func flips() throws {
        _ = try fill(60)
        let size = try Data(contentsOf: URL(filePath: folder.databasePath)).count
        try #require(size > 100_000)
        var numbers = SeededRandom(seed: 20)
        for _ in 0..<150 {
            let (offset, bit) = (
                Int.random(in: 0..<size, using: &numbers), Int.random(in: 0..<8, using: &numbers)
            )
            let damaged = try copy()
            try flip(damaged, at: offset, bit: bit)
            let where_ = Comment("byte \(offset), bit \(bit)")
            let reading = Result { try StoreReader(damaged).finding }
            if case .success(nil) = reading { Issue.record("not found by a reader: \(where_)") }
            let checking = Result { try StateDoctor.check(damaged).damage }
            if case .success([]) = checking { Issue.record("not found by the doctor: \(where_)") }
            let opening = Result { try StoreWriter(damaged).findings }
            if case .success([]) = opening { Issue.record("not found by the owner: \(where_)") }
            if case .success = opening {
                // Told once; from then on it is the history.
                #expect(try StoreWriter(damaged).findings.isEmpty, where_)
                #expect(try StoreReader(damaged).runs(limit: 100).count == 60, where_)
            }
        }
    }

    @Test("a cut write-ahead log is found, and what came before the cut is there")
    func cuts() throws {
        let writer = try fill(60)
        let whole = try copy()
        #expect(try StoreWriter(whole).findings.isEmpty)
        #expect(try StoreReader(whole).runs(limit: 100).count == 60)
        let length = try Data(contentsOf: URL(filePath: folder.databasePath + "-wal")).count
        try #require(length > 100_000)
        var numbers = SeededRandom(seed: 4)
        var found = 0
        for _ in 0..<60 {
            let cut = try copy()
            let log = try FileHandle(forUpdating: URL(filePath: cut.databasePath + "-wal"))
            try log.truncate(atOffset: UInt64.random(in: 0..<UInt64(length), using: &numbers))
            try log.close()
            let findings: [String]
            do {
                let reopened = try StoreWriter(cut)
                findings = reopened.findings
                let runs = try StoreReader(cut).runs(limit: 100).count
                #expect(Int64(runs) == reopened.revision)
                #expect(findings.isEmpty == (runs == 60), "\(runs) runs, \(findings)")
            }
            if !findings.isEmpty {
                found += 1
                #expect(try StoreWriter(cut).findings.isEmpty, "told once")
            }
        }
        #expect(found > 40)
        withExtendedLifetime(writer) {}
    }

    @Test("a removed write-ahead log is found as well")
    func removed() throws {
        let writer = try fill(20)
        let copy = try copy()
        try FileManager.default.removeItem(atPath: copy.databasePath + "-wal")
        let damage = try StateDoctor.check(copy).damage
        #expect(damage.contains { $0.contains("lost its newest 20 records") }, "\(damage)")
        #expect(try StoreWriter(copy).findings.count == 1)
        withExtendedLifetime(writer) {}
    }

    @Test("checkpoints, retention and compaction keep the sums right")
    func kept() throws {
        do {
            let writer = try fill(450)
            let policy = RetentionPolicy(runs: .seconds(60), keep: 1)
            let outcome = try StateRetention.sweep(folder, policy, at: Instant(seconds: 1_000_000))
            #expect(outcome.runs > 0)
            for number in 450..<460 { _ = try writer.append([try entry(number)]) }
            #expect(try StoreWriter(try copy()).findings.isEmpty)
        }
        do {
            let lock = try StateLock(folder)
            _ = try StateRetention.compact(folder, holding: lock)
        }
        #expect(try StateDoctor.check(folder).damage.isEmpty)
        let reopened = try StoreWriter(folder)
        #expect(reopened.findings.isEmpty)
        #expect(reopened.revision == 460)
    }

    @Test("what another program changed is told once, and taken")
    func foreign() throws {
        _ = try fill(5)
        try DatabaseQueue(path: folder.databasePath).write { database in
            try database.execute(sql: "UPDATE runs SET state = 'failed' WHERE id = 'run3'")
        }
        #expect(try StoreReader(folder).finding?.contains("changed by another program") == true)
        #expect(try StoreWriter(folder).findings.count == 1)
        #expect(try StoreWriter(folder).findings.isEmpty)
        #expect(try StoreReader(folder).run("run3")?.state == .failed)
    }

    @Test("a state from before there were sums gets them")
    func older() throws {
        _ = try fill(5)
        try FileManager.default.removeItem(atPath: folder.databasePath + "-sums")
        #expect(try StoreReader(folder).finding == nil)
        do {
            let writer = try StoreWriter(folder)
            #expect(writer.findings.isEmpty)
            _ = try writer.append([try entry(5)])
        }
        try flip(folder, at: 9_000, bit: 3)
        #expect(throws: Never.self) { try StateDoctor.check(folder) }
        #expect(try !StateDoctor.check(folder).damage.isEmpty)
    }
}
