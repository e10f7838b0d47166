import Foundation
import Testing

@testable import Runners

@Suite("Folders that hold nothing")
struct EmptyFoldersTests {
    @Test("no file that is there is missed, whenever it came", arguments: [1, 2, 3])
    func exact(seed: UInt64) throws {
        let folder = NSTemporaryDirectory() + "spillway-empty-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var folders = EmptyFolders()
        defer { folders.closeAll() }
        var state = seed
        var there: Set<Int> = []
        let end = Date(timeIntervalSinceNow: 0.4)
        var answers = [false: 0, true: 0]
        while Date() < end {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let (choice, name) = (Int(state >> 33) % 1_000, Int(state >> 45) % 4)
            let path = folder + "/\(name).out"
            if choice < 2 {
                try Data().write(to: URL(filePath: path))
                there.insert(name)
            } else if choice < 8 {
                try? FileManager.default.removeItem(atPath: path)
                there.remove(name)
            }
            let answer = folders.mayHold(path)
            answers[answer, default: 0] += 1
            #expect(answer == there.contains(name))
        }
        #expect(answers.values.allSatisfy { $0 > 0 })
    }

    @Test("a folder that is not there, or was removed and made again, is looked into anew")
    func replaced() throws {
        let folder = NSTemporaryDirectory() + "spillway-empty-" + UUID().uuidString
        var folders = EmptyFolders()
        defer { folders.closeAll() }
        func isThere() -> Bool { folders.mayHold(folder + "/a") }
        #expect(!isThere())
        for _ in 0..<3 {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            #expect(!isThere())
            // Old enough to be relied on.
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -60)], ofItemAtPath: folder)
            #expect(!isThere())
            try Data().write(to: URL(filePath: folder + "/a"))
            #expect(isThere())
            try FileManager.default.removeItem(atPath: folder)
            #expect(!isThere())
        }
    }
}
