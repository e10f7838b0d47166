import Foundation
import SparkLog
import SparkSources
import Testing

@Suite("Logs that change while they are read")
struct ChangingLogTests {
    typealias Folder = EventLogFilesTests.Folder

    private func readOn(_ loader: EventLogLoader) throws {
        while try loader.readPortion() == .more {}
    }

    @Test("a file that was emptied and written anew is read from its start, shorter or longer")
    func writtenAnew() throws {
        let folder = try Folder()
        try folder.write("app.inprogress", LogLines.start("a") + LogLines.job(1) + LogLines.job(2))
        let loader = EventLogLoader(try EventLogFiles(path: folder.path("app.inprogress")))
        try readOn(loader)
        func rewrite(_ text: String) throws {
            // In place, as `>` of a shell does.
            let handle = try FileHandle(forWritingTo: folder.url.appending(path: "app.inprogress"))
            try handle.truncate(atOffset: 0)
            try handle.write(contentsOf: Data(text.utf8))
            try handle.close()
        }
        try rewrite(LogLines.start("b") + LogLines.job(7))
        try readOn(loader)
        #expect(loader.applications.map(\.id) == ["b"])
        #expect(loader.applications[0].jobs.map(\.id) == [7])
        try rewrite(LogLines.start("c") + (1...9).map(LogLines.job).joined())
        try readOn(loader)
        #expect(loader.applications.map(\.id) == ["c"])
        #expect(loader.applications[0].jobs.map(\.id) == Array(1...9))
        #expect(loader.applications[0].reading.badLines == 0)
    }

    @Test("another file of the same name takes the place of the one that was read")
    func replaced() throws {
        let folder = try Folder()
        try folder.write("app.inprogress", LogLines.start("a") + LogLines.job(1))
        let loader = EventLogLoader(try EventLogFiles(path: folder.path("app.inprogress")))
        try readOn(loader)
        try folder.write("new", LogLines.start("a") + LogLines.job(1) + LogLines.job(2))
        #expect(rename(folder.path("new"), folder.path("app.inprogress")) == 0)
        try readOn(loader)
        #expect(loader.applications.count == 1)
        #expect(loader.applications[0].jobs.map(\.id) == [1, 2])
    }

    @Test("a log that goes away is noticed")
    func gone() throws {
        let folder = try Folder()
        try folder.write("app.inprogress", LogLines.start("a"))
        let loader = EventLogLoader(try EventLogFiles(path: folder.path("app.inprogress")))
        try readOn(loader)
        #expect(!loader.isGone)
        try FileManager.default.removeItem(atPath: folder.path("app.inprogress"))
        try readOn(loader)
        #expect(loader.isGone)
    }

    @Test("pieces that were read may be compacted away; what comes behind them is read on")
    func compactedBehind() throws {
        let folder = try Folder()
        try folder.write("e/appstatus_a.inprogress", "")
        try folder.write("e/events_1_a", LogLines.start("a") + LogLines.job(1))
        try folder.write("e/events_2_a", LogLines.job(2))
        let loader = EventLogLoader(try EventLogFiles(path: folder.path("e")))
        try readOn(loader)
        // As a History Server does: the compact piece first, then the others go.
        try folder.write("e/events_2_a.compact", LogLines.start("a") + LogLines.job(2))
        for piece in 1...2 {
            try FileManager.default.removeItem(atPath: folder.path("e/events_\(piece)_a"))
        }
        try folder.write("e/events_3_a", LogLines.job(3))
        try readOn(loader)
        #expect(loader.applications[0].jobs.map(\.id) == [1, 2, 3])
    }

    @Test("pieces that were compacted before they were read are read in their compact form")
    func compactedAhead() throws {
        let folder = try Folder()
        try folder.write("e/appstatus_a.inprogress", "")
        try folder.write("e/events_1_a", LogLines.start("a") + LogLines.job(1))
        let loader = EventLogLoader(try EventLogFiles(path: folder.path("e")))
        try readOn(loader)
        try folder.write("e/events_3_a.compact", LogLines.start("a") + LogLines.job(3))
        try FileManager.default.removeItem(atPath: folder.path("e/events_1_a"))
        try folder.write("e/events_4_a", LogLines.job(4))
        try readOn(loader)
        #expect(loader.applications.count == 1)
        #expect(loader.applications[0].jobs.map(\.id) == [3, 4])
        #expect(loader.files.isCompacted)

        // Listed, but gone before the first byte was read.
        let late = EventLogLoader(try EventLogFiles(path: folder.path("e")))
        try folder.write("e/events_4_a.compact", LogLines.start("a") + LogLines.job(4))
        for name in ["events_3_a.compact", "events_4_a"] {
            try FileManager.default.removeItem(atPath: folder.path("e/" + name))
        }
        try readOn(late)
        #expect(late.applications[0].jobs.map(\.id) == [4])
    }
}
