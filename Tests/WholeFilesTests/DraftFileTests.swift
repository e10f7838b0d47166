import Foundation
import Glibc
import Testing
import WholeFiles

@Suite("Files written whole")
struct DraftFileTests {
    @Test("a file takes the place of another at once, and nothing else is left")
    func replaces() throws {
        let folder = try Folder()
        let path = folder.path + "/state"
        try DraftFile.write("old", to: path)
        try DraftFile.write("new, and longer", to: path, isSynced: true)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "new, and longer")
        #expect(folder.names == ["state"])
        #expect(mode(path) == 0o600)
    }

    @Test("what is not placed leaves the old file and no draft")
    func abandoned() throws {
        let folder = try Folder()
        let path = folder.path + "/state"
        try DraftFile.write("old", to: path)
        do {
            let draft = try DraftFile(for: path)
            try Array("half".utf8).withUnsafeBytes { try draft.write($0) }
            #expect(folder.names.count == 2)
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
        #expect(folder.names == ["state"])
    }

    @Test("a place that cannot be written is told with its reason, and loses nothing")
    func failures() throws {
        let folder = try Folder()
        let path = folder.path + "/state"
        try DraftFile.write("old", to: path)
        #expect(throws: FileFailure(code: ENOENT)) {
            try DraftFile.write("new", to: folder.path + "/missing/state")
        }
        // A folder in the place: the draft is whole, but cannot take it.
        try FileManager.default.createDirectory(
            atPath: folder.path + "/taken/by", withIntermediateDirectories: true)
        #expect(throws: FileFailure(code: EISDIR)) {
            try DraftFile.write("new", to: folder.path + "/taken")
        }
        #expect(folder.names == ["state", "taken"])
        #expect(FileFailure(code: EDQUOT).isDiskFull && FileFailure(code: ENOSPC).isDiskFull)
        #expect(!FileFailure(code: EACCES).isDiskFull)
    }

    @Test("two at once both write whole files, in whatever order")
    func together() async throws {
        let folder = try Folder()
        let path = folder.path + "/state"
        try await withThrowingTaskGroup { group in
            for letter in "abcdefgh" {
                group.addTask {
                    let text = String(repeating: letter, count: 200_000)
                    for _ in 0..<5 { try DraftFile.write(text, to: path) }
                }
            }
            try await group.waitForAll()
        }
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.count == 200_000 && Set(text).count == 1)
        #expect(folder.names == ["state"])
    }

    @Test("the mode is the old file's where that is asked for")
    func modes() throws {
        let folder = try Folder()
        let path = folder.path + "/export"
        try DraftFile.write("old", to: path)
        chmod(path, 0o640)
        let draft = try DraftFile(for: path)
        draft.takeMode()
        try draft.place()
        #expect(mode(path) == 0o640)
    }

    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }
}

/// A folder that is removed with its owner.
private final class Folder {
    let path = NSTemporaryDirectory() + "whole-" + UUID().uuidString

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }
}
