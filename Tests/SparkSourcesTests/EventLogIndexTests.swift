import Foundation
import SparkLog
import SparkSources
import Testing

/// A copy of a small real log with a folder for sidecars.
private struct IndexedCopy {
    let folder: String
    let log: String
    var index: EventLogIndex { EventLogIndex(folder: folder + "/cache/spark") }

    init() throws {
        folder = NSTemporaryDirectory() + "index-\(UUID().uuidString)"
        let manager = FileManager.default
        try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let fixture = try #require(
            ExpectedLog.all.first { $0.name.hasPrefix("411-single-zstd") })
        log = folder + "/local-1.zstd"
        try manager.copyItem(atPath: fixture.path, toPath: log)
    }

    func files() throws -> EventLogFiles { try EventLogFiles(path: log) }

    func load() throws -> LoadedEventLog { try #require(try files().load(index: nil)) }

    func sidecar() throws -> String {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/cache/spark")
        return folder + "/cache/spark/" + (try #require(names.first))
    }

    func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
    }
}

private func report(_ log: LoadedEventLog) -> String {
    SparkReport.json(log.applications.map { SparkReport($0, facts: log.facts) })
}

@Suite("Sidecars of event logs")
struct EventLogIndexTests {
    @Test("what a sidecar gives back reports the same figures", arguments: ExpectedLog.all)
    func roundTrip(_ log: ExpectedLog) throws {
        let loaded = try #require(try EventLogFiles(path: log.path).load(index: nil))
        let bytes = SparkIndex.bytes(loaded.applications, loaded.facts)
        let read = try #require(SparkIndex.read(bytes))
        let again = LoadedEventLog(applications: read.applications, facts: read.facts)
        #expect(report(again) == report(loaded))
        for (left, right) in zip(loaded.applications, again.applications) {
            #expect(left.tasks.count == right.tasks.count)
            #expect(left.runningTasks == right.runningTasks)
            for row in 0..<left.tasks.count {
                #expect(left.tasks.task(row: row).figures == right.tasks.task(row: row).figures)
            }
            for index in left.stages.indices {
                #expect(left.taskRows(ofStage: index) == right.taskRows(ofStage: index))
            }
            let ids = left.sqlExecutions.flatMap { $0.plans.flatMap(\.metrics) + $0.extraMetrics }
            for id in ids {
                let (one, other) = (left.metric(id), right.metric(id))
                #expect(one?.total == other?.total && one?.stages == other?.stages)
                #expect(one?.tasks?.median == other?.tasks?.median)
            }
        }
    }

    @Test("a sidecar is the user's alone, and is used while the log stays as it is")
    func use() throws {
        let copy = try IndexedCopy()
        defer { try? FileManager.default.removeItem(atPath: copy.folder) }
        let loaded = try copy.load()
        #expect(copy.index.read(try copy.files()) == nil)
        #expect(copy.index.write(loaded, of: try copy.files()))
        #expect(try copy.mode(copy.sidecar()) == 0o600)
        #expect(try copy.mode(copy.folder + "/cache") == 0o700)
        let read = try #require(copy.index.read(try copy.files()))
        #expect(report(read) == report(loaded))
    }

    @Test("a log that has changed is read again")
    func changed() throws {
        let copy = try IndexedCopy()
        defer { try? FileManager.default.removeItem(atPath: copy.folder) }
        copy.index.write(try copy.load(), of: try copy.files())
        let before = try Data(contentsOf: URL(filePath: copy.log))
        try (before + before).write(to: URL(filePath: copy.log))
        #expect(copy.index.read(try copy.files()) == nil)
        let again = try #require(try copy.files().load(index: copy.index))
        #expect(again.applications.count == 2)
        // The same bytes, written anew: another file, whatever its time says.
        try before.write(to: URL(filePath: copy.log), options: .atomic)
        #expect(copy.index.read(try copy.files()) == nil)
    }

    @Test("a damaged, cut, foreign or open sidecar is passed over", arguments: 0..<40)
    func damaged(_ seed: Int) throws {
        let copy = try IndexedCopy()
        defer { try? FileManager.default.removeItem(atPath: copy.folder) }
        copy.index.write(try copy.load(), of: try copy.files())
        let path = try copy.sidecar()
        var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        let place = (seed * 7919 + 13) % bytes.count
        switch seed % 4 {
        case 0: bytes[place] ^= UInt8(1 << (seed % 8))
        case 1: bytes.removeSubrange(place...)
        case 2: bytes = Array("SPARK".utf8) + bytes
        default: break
        }
        try Data(bytes).write(to: URL(filePath: path))
        let mode = seed % 4 == 3 ? 0o666 : 0o600
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        #expect(copy.index.read(try copy.files()) == nil)
        let loaded = try #require(try copy.files().load(index: copy.index))
        #expect(loaded.applications[0].tasks.count > 0)
    }

    @Test("bytes of any kind in an index never crash the reader", arguments: 0..<300)
    func hostile(_ seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
        let bytes = (0..<Int(next() % 4_000)).map { _ in UInt8(truncatingIfNeeded: next() >> 9) }
        #expect(SparkIndex.read(bytes) == nil)
    }

    @Test("nothing is written for a log in progress, and nothing fails without a place to write")
    func unwritable() throws {
        let copy = try IndexedCopy()
        defer { try? FileManager.default.removeItem(atPath: copy.folder) }
        let loaded = try copy.load()
        try FileManager.default.moveItem(atPath: copy.log, toPath: copy.log + ".inprogress")
        let running = try EventLogFiles(path: copy.log + ".inprogress")
        #expect(!copy.index.write(loaded, of: running))
        #expect(!EventLogIndex(folder: "/proc/nowhere").write(loaded, of: running))
    }
}
