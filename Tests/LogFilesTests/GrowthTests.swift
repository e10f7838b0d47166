import Domain
import Foundation
import Testing

@testable import LogFiles

@Suite("A log that changes while it is read")
struct GrowthTests {
    @Test("a log that is not there yet is empty, and appears")
    func appears() throws {
        let file = try TemporaryLog(nil)
        let log = try file.open()
        let before = try log.refresh()
        #expect(before == LogStatus(presence: .missing, size: 0))
        #expect(try log.slice(anchor: .end, linesBefore: 5, linesAfter: 0).lines.isEmpty)
        try file.write("hello\n")
        let after = try log.refresh()
        #expect(after.change(since: before) == .appeared)
        #expect(after.generation == 0)
        #expect(try log.slice(anchor: .end, linesBefore: 5, linesAfter: 0).lines.count == 1)
    }

    @Test("growth is told in bytes, and an unfinished line is finished later")
    func grows() throws {
        let file = try TemporaryLog("one\ntw")
        let log = try file.open()
        let before = try log.refresh()
        let slice = try log.slice(anchor: .end, linesBefore: 1, linesAfter: 0)
        #expect(slice.lines[0].isComplete == false)
        try file.append("o\nthree\n")
        #expect(try log.refresh().change(since: before) == .grown(byBytes: 8))
        let next = try log.slice(
            anchor: .byte(slice.lines[0].offset), linesBefore: 0, linesAfter: 9)
        #expect(next.lines.map(\.bytes) == [Array("two".utf8), Array("three".utf8)])
        #expect(next.generation == slice.generation)
    }

    @Test("a truncated log begins a new generation")
    func truncated() throws {
        let file = try TemporaryLog("one\ntwo\n")
        let log = try file.open()
        let before = try log.refresh()
        try file.truncate(to: 4)
        #expect(try log.refresh().change(since: before) == .truncated)
        #expect(try log.slice(anchor: .end, linesBefore: 9, linesAfter: 0).generation == 1)
    }

    @Test("a log that was emptied and has already outgrown its old length is not taken for grown")
    func rewritten() throws {
        let file = try TemporaryLog("one\ntwo\n")
        let log = try file.open()
        let before = try log.refresh()
        let handle = try FileHandle(forWritingTo: file.url)
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: Data("another log, longer\n".utf8))
        try handle.close()
        #expect(try log.refresh().change(since: before) == .truncated)
    }

    @Test("rotation is a new generation with the new file's lines")
    func rotated() throws {
        let file = try TemporaryLog("old\n")
        let log = try file.open()
        let before = try log.refresh()
        try file.rotate("new, and longer\n")
        #expect(try log.refresh().change(since: before) == .replaced)
        let slice = try log.slice(anchor: .end, linesBefore: 9, linesAfter: 0)
        #expect(slice.lines.map(\.bytes) == [Array("new, and longer".utf8)])
        #expect(slice.generation == 1)
    }

    @Test("a deleted log can still be read until another one appears")
    func deleted() throws {
        let file = try TemporaryLog("old\n")
        let log = try file.open()
        let before = try log.refresh()
        try file.delete()
        let gone = try log.refresh()
        #expect(gone.change(since: before) == .deleted)
        #expect(try log.slice(anchor: .end, linesBefore: 9, linesAfter: 0).lines.count == 1)
        try file.write("next\n")
        #expect(try log.refresh().change(since: gone) == .replaced)
    }

    @Test("a folder is refused with a remedy")
    func folder() throws {
        let file = try TemporaryLog("x")
        #expect(throws: LogFileError.notAFile(path: file.folder.path)) {
            try LogFile.open(path: file.folder.path)
        }
    }

    @Test("while it is being written, every slice and index shows only whole truths")
    func concurrently() async throws {
        let file = try TemporaryLog("")
        let log = try file.open(.tiny)
        let (url, count) = (file.url, 400)
        let writer = Task.detached {
            let handle = try FileHandle(forWritingTo: url)
            for number in 0..<count {
                // In two writes, so that readers meet unfinished lines.
                try handle.write(contentsOf: Data("line ".utf8))
                try handle.write(contentsOf: Data("\(number)\n".utf8))
            }
            try handle.close()
        }
        var last = -1
        while last < count - 1 {
            let slice = try log.slice(anchor: .end, linesBefore: 3, linesAfter: 0)
            for line in slice.lines where line.isComplete {
                let text = String(decoding: line.bytes, as: UTF8.self)
                let number = try #require(Int(text.dropFirst(5)), "'\(text)'")
                #expect(text == "line \(number)")
                last = max(last, number)
            }
            try await log.buildIndex()
        }
        try await writer.value
        try await log.buildIndex()
        #expect(try log.lineCount() == Int64(count))
        #expect(try log.refresh().generation == 0)
    }
}
