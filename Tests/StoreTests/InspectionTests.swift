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

    private func write(_ byte: UInt8, at offset: Int, of path: String) throws {
        let file = try FileHandle(forUpdating: URL(filePath: path))
        try file.seek(toOffset: UInt64(offset))
        try file.write(contentsOf: [byte])
        try file.close()
    }

    private func mend(_ folder: StateFolder) throws -> StateDoctor.Mending {
        let lock = try StateLock(folder)
        return try StateDoctor.mend(folder, holding: lock)
    }

    @Test("one byte anywhere in the state file is put back by the doctor, and nothing is lost")
    func bytes() throws {
        _ = try fill(60)
        let whole = try Data(contentsOf: URL(filePath: folder.databasePath))
        var numbers = SeededRandom(seed: 31)
        // The head of the file says what it is; a table's root says where its rows are.
        let offsets =
            [0, 16, 19, 28, 60, 100]
            + (0..<6).map { _ in Int.random(in: 0..<whole.count, using: &numbers) }
        for offset in offsets {
            let damaged = try copy()
            let byte = whole[offset] ^ UInt8.random(in: 1...255, using: &numbers)
            try write(byte, at: offset, of: damaged.databasePath)
            let where_ = Comment("byte \(offset) is \(byte)")
            #expect(try !StateDoctor.check(damaged).damage.isEmpty, where_)
            let mending = try mend(damaged)
            #expect(mending.rows == nil && mending.repairs.count == 1, where_)
            #expect(
                try Data(contentsOf: URL(filePath: damaged.databasePath)) == whole, where_)
            #expect(try StoreWriter(damaged).findings.isEmpty, where_)
            #expect(FileManager.default.fileExists(atPath: mending.damagedPath ?? ""), where_)
        }
    }

    @Test("one byte anywhere in the write-ahead log destroys nothing: the doctor puts it back")
    func logBytes() throws {
        let writer = try fill(60)
        let log = try Data(contentsOf: URL(filePath: folder.databasePath + "-wal"))
        // What is behind the last frame is zero.
        let used = try #require(log.lastIndex { $0 != 0 })
        var numbers = SeededRandom(seed: 8)
        let offsets =
            [3, 9, 17, 25, 32 + 2, 32 + 9, 32 + 17]
            + (0..<25).map { _ in Int.random(in: 0..<used, using: &numbers) }
        for offset in offsets {
            let damaged = try copy()
            let byte = log[offset] ^ UInt8.random(in: 1...255, using: &numbers)
            try write(byte, at: offset, of: damaged.databasePath + "-wal")
            let where_ = Comment("byte \(offset) is \(byte)")
            #expect(throws: StoreError.self, where_) { try StoreWriter(damaged) }
            #expect(try StoreReader(damaged).finding?.contains("doctor --fix") == true, where_)
            #expect(try !StateDoctor.check(damaged).damage.isEmpty, where_)
            let mending = try mend(damaged)
            #expect(mending.rows == nil && mending.repairs.count == 1, where_)
            let reopened = try StoreWriter(damaged)
            #expect(reopened.findings.isEmpty && reopened.revision == 60, where_)
            #expect(try StoreReader(damaged).runs(limit: 100).count == 60, where_)
        }
        withExtendedLifetime(writer) {}
    }

    @Test("an emptied state file is no new one: the doctor says so, and begins anew")
    func emptied() throws {
        _ = try fill(5)
        try Data().write(to: URL(filePath: folder.databasePath))
        #expect(throws: StoreError.self) { try StoreWriter(folder) }
        #expect(throws: StoreError.self) { try StoreReader(folder) }
        #expect(try StateDoctor.check(folder).damage == ["it is empty, but had 5 records"])
        let mending = try mend(folder)
        #expect(mending.rows?.values.reduce(0, +) == 0)
        #expect(try StoreWriter(folder).findings.isEmpty)
    }

    @Test("without its head, or as random bytes, a file is moved aside and what is in it saved")
    func heads() throws {
        _ = try fill(40)
        let headless = try copy()
        for place in 0..<100 { try write(0, at: place, of: headless.databasePath) }
        #expect(try mend(headless).rows?["runs"] == 40)
        #expect(try StoreReader(headless).runs(limit: 100).count == 40)
        var numbers = SeededRandom(seed: 3)
        let noise = try copy()
        let bytes = (0..<50_000).map { _ in UInt8.random(in: 0...255, using: &numbers) }
        try Data(bytes).write(to: URL(filePath: noise.databasePath))
        #expect(try mend(noise).rows?.values.reduce(0, +) == 0)
        #expect(try StoreWriter(noise).findings.isEmpty)
    }
}
