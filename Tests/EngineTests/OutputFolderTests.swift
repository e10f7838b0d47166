import Domain
import Foundation
import SchedulerCore
import Store
import Testing

@testable import Engine

@Suite("Folders of outputs")
struct OutputFolderTests {
    let path = NSTemporaryDirectory() + "spillway-outputs-" + UUID().uuidString

    private func intent(_ number: Int) -> AttemptIntent {
        AttemptIntent(
            id: AttemptID(run: "r", task: TaskID("t\(number)"), number: 1),
            at: Instant(microseconds: 0), log: path + "/r/t\(number).1.log", token: "x")
    }

    private func ask(_ folders: inout OutputFolders, _ number: Int) -> Bool {
        folders.mayHaveFile(of: intent(number).id)
    }

    /// Sets the time of the folder's last change.
    private func age(_ seconds: Double) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -seconds)], ofItemAtPath: path + "/r")
    }

    @Test("without a change since the launch nothing is looked for; after any, it is")
    func changes() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        var folders = OutputFolders()
        defer { folders.close() }
        folders.prepare(for: intent(1))
        // Made this moment: what comes now could have the same time.
        #expect(ask(&folders, 1) == true)
        try age(10)
        folders.prepare(for: intent(2))
        folders.prepare(for: intent(3))
        #expect(ask(&folders, 2) == false)
        try Data().write(to: URL(filePath: path + "/r/t3.1.out"))
        #expect(ask(&folders, 3) == true)
        #expect(ask(&folders, 3), "asked again, nothing is known of it")
    }

    @Test("a change that sets the clock's time back is seen as any other")
    func past() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        var folders = OutputFolders()
        defer { folders.close() }
        folders.prepare(for: intent(1))
        try age(10)
        folders.prepare(for: intent(2))
        try age(1_000)
        #expect(ask(&folders, 2) == true)
        try age(-1_000)
        folders.prepare(for: intent(3))
        #expect(ask(&folders, 3) == true, "of a time to come nothing is believed")
    }

    @Test("a folder that somebody removed is made again")
    func removed() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        var folders = OutputFolders()
        defer { folders.close() }
        folders.prepare(for: intent(1))
        try FileManager.default.removeItem(atPath: path)
        folders.prepare(for: intent(2))
        #expect(FileManager.default.fileExists(atPath: path + "/r"))
    }
}
