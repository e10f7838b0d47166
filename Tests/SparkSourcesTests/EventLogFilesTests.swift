import Codecs
import Foundation
import SparkLog
import SparkSources
import Testing

@Suite("Finding and following the files of a log")
struct EventLogFilesTests {
    /// A folder that is removed with its last owner.
    final class Folder {
        let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        init() throws {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        }
        deinit {
            do { try FileManager.default.removeItem(at: url) } catch { print("left: \(url)") }
        }
        func write(_ name: String, _ text: String) throws {
            let file = url.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        func append(_ name: String, _ text: String) throws {
            let handle = try FileHandle(forWritingTo: url.appending(path: name))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data(text.utf8))
            try handle.close()
        }
        func path(_ name: String) -> String { url.appending(path: name).path }
    }

    @Test("rolled pieces are read by number, ten after two; other files are ignored")
    func rolling() throws {
        let folder = try Folder()
        try folder.write("eventlog_v2_a/events_1_a", LogLines.start("a"))
        for piece in [10, 2, 3] {
            try folder.write("eventlog_v2_a/events_\(piece)_a", LogLines.job(piece))
        }
        try folder.write("eventlog_v2_a/.events_1_a.crc", "x")
        try folder.write("eventlog_v2_a/notes.txt", "x")
        try folder.write("eventlog_v2_a/appstatus_a.inprogress", "")
        let files = try EventLogFiles(path: folder.path("eventlog_v2_a"))
        #expect(files.layout == .rolling)
        #expect(files.isInProgress)
        let loader = EventLogLoader(files)
        try loader.readAll()
        #expect(loader.applications[0].jobs.map(\.id) == [2, 3, 10])
        #expect(loader.applications[0].reading.badLines == 0)
    }

    @Test("pieces of one log may each have a codec of their own")
    func mixedCodecs() throws {
        let folder = try Folder()
        func lzf(_ text: String) -> String {
            // Stored: its bytes are the text's own.
            "ZV\0\u{0}\(UnicodeScalar(UInt8(text.utf8.count)))" + text
        }
        try folder.write("e/appstatus_a", "")
        try folder.write("e/events_1_a.zstd", LogLines.start("a") + LogLines.job(1))
        try folder.write("e/events_2_a.lzf", lzf(LogLines.job(2)))
        try folder.write("e/events_3_a.lz4", LogLines.job(3))
        let loader = EventLogLoader(try EventLogFiles(path: folder.path("e")))
        try loader.readAll()
        #expect(loader.applications[0].jobs.map(\.id) == [1, 2, 3])
        #expect(loader.applications[0].reading.badLines == 0)
        #expect(loader.damagedPlaces == 0)
    }

    @Test("a compacted piece stands for all up to its number")
    func compacted() throws {
        let folder = try Folder()
        for piece in 1...4 { try folder.write("e/events_\(piece)_a", LogLines.job(piece)) }
        try folder.write("e/events_2_a.compact", LogLines.start("a") + LogLines.job(20))
        try folder.write("e/appstatus_a", "")
        let files = try EventLogFiles(path: folder.path("e"))
        #expect(files.isCompacted)
        #expect(!files.isInProgress)
        let loader = EventLogLoader(files)
        try loader.readAll()
        #expect(loader.applications[0].jobs.map(\.id) == [20, 3, 4])
    }

    @Test("bytes that are appended and pieces that are added are read when asked again")
    func following() throws {
        let folder = try Folder()
        try folder.write(
            "e/events_1_a",
            LogLines.start("a") + LogLines.job(1) + String(LogLines.job(2).prefix(20)))
        try folder.write("e/appstatus_a.inprogress", "")
        let loader = EventLogLoader(try EventLogFiles(path: folder.path("e")))
        func readOn() throws { while try loader.readPortion() == .more {} }
        try readOn()
        #expect(loader.applications[0].jobs.map(\.id) == [1])
        try folder.append("e/events_1_a", String(LogLines.job(2).dropFirst(20)))
        try readOn()
        #expect(loader.applications[0].jobs.map(\.id) == [1, 2])
        try folder.append("e/events_1_a", LogLines.job(3))
        try folder.write("e/events_2_a", LogLines.job(4))
        try readOn()
        #expect(loader.applications[0].jobs.map(\.id) == [1, 2, 3, 4])
        #expect(loader.files.pieces.count == 2)
        loader.finish()
        #expect(!loader.applications[0].reading.isTruncated)
    }

    @Test("a log that loses its .inprogress while it is followed has ended")
    func renamed() throws {
        let folder = try Folder()
        try folder.write("app-1.inprogress", LogLines.start("a") + LogLines.job(1))
        let loader = EventLogLoader(try EventLogFiles(path: folder.path("app-1.inprogress")))
        while try loader.readPortion() == .more {}
        #expect(loader.files.isInProgress)
        try folder.append("app-1.inprogress", LogLines.job(2))
        try FileManager.default.moveItem(
            atPath: folder.path("app-1.inprogress"), toPath: folder.path("app-1"))
        while try loader.readPortion() == .more {}
        #expect(!loader.files.isInProgress)
        #expect(loader.applications[0].jobs.map(\.id) == [1, 2])
    }

    @Test("dated pieces come before the plain one, and a folder is listed log by log")
    func datedAndListed() throws {
        let folder = try Folder()
        try folder.write("d/eventlog", LogLines.job(3))
        try folder.write("d/eventlog-2024-01-02--10-00.gz", LogLines.job(2))
        try folder.write("d/eventlog-2024-01-01--10-00.gz", LogLines.start("d") + LogLines.job(1))
        try folder.write("old/EVENT_LOG_1", LogLines.start("o"))
        try folder.write("app-5.inprogress", LogLines.start("s"))
        try folder.write("unrelated/readme", "x")
        let logs = EventLogFiles.logs(in: folder.url.path)
        #expect(logs.map(\.layout) == [.single, .dated, .oldDirectory])
        #expect(logs.map(\.isInProgress) == [true, false, true])
        let loader = EventLogLoader(logs[1])
        try loader.readAll()
        #expect(loader.applications[0].jobs.map(\.id) == [1, 2, 3])
    }

    @Test("a missing path and a folder of logs are told apart, with what to do")
    func errors() throws {
        let folder = try Folder()
        #expect(throws: EventLogError.notFound(path: "/no/such")) {
            try EventLogFiles(path: "/no/such")
        }
        let path = folder.url.path
        try folder.write("notes", "no log")
        #expect(throws: EventLogError.noLog(path: path, candidates: [])) {
            try EventLogFiles(path: path)
        }
        // The only log of a folder is the one that is meant.
        try folder.write("app-5", LogLines.start("s"))
        #expect(try EventLogFiles(path: path).path == path + "/app-5")
        try folder.write("app-6", LogLines.start("t"))
        let both = [path + "/app-5", path + "/app-6"]
        #expect(throws: EventLogError.noLog(path: path, candidates: both)) {
            try EventLogFiles(path: path)
        }
    }

    @Test(
        "real compressed logs cut anywhere keep what was readable",
        arguments: ["lz4", "lzf", "zstd", "snappy"])
    func truncated(codec: String) throws {
        let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "Fixtures")
        let names = [
            "lz4": "411-single-lz4/local-1795416148859.lz4",
            "lzf": "411-single-lzf/local-1795416190846.lzf",
            "zstd": "411-single-zstd/local-1795416222027.zstd",
            "snappy": "430-range-join-snappy/local-1795418568607.snappy",
        ]
        let data = try Data(contentsOf: fixtures.appending(path: try #require(names[codec])))
        func events(_ length: Int) -> Int {
            var reader = EventLogReader()
            let decompressor = Decompressor()
            data.prefix(length).withUnsafeBytes { bytes in
                decompressor.feed(bytes) { reader.feed($0) }
            }
            reader.finish(isCut: decompressor.finish { reader.feed($0) })
            let reading = reader.currentApplication.reading
            #expect(decompressor.codec == Codec(rawValue: codec))
            #expect(reading.badLines == 0)
            return reading.events
        }
        let all = events(data.count)
        #expect(all == (codec == "snappy" ? 49 : 51))
        var last = 0
        for length in stride(from: 5_000, to: data.count, by: 9_973) {
            let found = events(length)
            #expect(found >= last && found <= all)
            last = found
        }
    }
}
