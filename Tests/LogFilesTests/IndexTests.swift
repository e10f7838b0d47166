import Domain
import Foundation
import LogText
import Testing

@testable import LogFiles

@Suite("The index of a log")
struct IndexTests {
    /// A log of random lines: with and without levels and times, empty, and longer than a block.
    static func randomLog(_ seed: UInt64, lines: Int = 60) -> String {
        var random = SeededRandom(seed)
        let starts = ["", "ERROR x", "WARN y", "INFO z", "2026-01-02 03:04:05 ERROR a", "\r", "ü"]
        var text = ""
        for line in 0..<Int.random(in: 0...lines, using: &random) {
            text += starts[Int.random(in: 0..<starts.count, using: &random)]
            if Bool.random(using: &random) {
                text += " 2026-01-02T03:04:\(10 + line % 50)Z"
            }
            text += String(repeating: "x", count: Int.random(in: 0...30, using: &random))
            text += "\n"
        }
        return Bool.random(using: &random) ? text : String(text.dropLast(1))
    }

    private func starts(_ bytes: [UInt8]) -> [Int] {
        guard !bytes.isEmpty else { return [] }
        return [0] + bytes.indices.dropLast().filter { bytes[$0] == 10 }.map { $0 + 1 }
    }

    @Test(
        "gives every line's number and offset as counting does", arguments: 0..<40 as Range<UInt64>)
    func matchesNaive(seed: UInt64) async throws {
        let bytes = Array(Self.randomLog(seed).utf8)
        let file = try TemporaryLog(bytes)
        let log = try file.open(.tiny)
        let progress = try await log.buildIndex()
        #expect(progress.isComplete)
        #expect(progress.newlineCount == Int64(bytes.count { $0 == 10 }))
        let starts = starts(bytes)
        #expect(try log.lineCount() == Int64(starts.count))
        for (number, start) in starts.enumerated() {
            #expect(try log.offset(ofLine: Int64(number)) == Int64(start))
            #expect(try log.lineNumber(at: Int64(start)) == Int64(number))
            let slice = try log.slice(anchor: .line(Int64(number)), linesBefore: 1, linesAfter: 1)
            #expect(slice.firstLineNumber == Int64(max(0, number - 1)))
            #expect(slice.lines.last?.offset == Int64(start))
            #expect(slice.lineCount == Int64(starts.count))
        }
        #expect(try log.offset(ofLine: Int64(starts.count)) == nil)
        #expect(try log.offset(ofLine: -1) == nil)
        #expect(try log.lineNumber(at: Int64(bytes.count) + 1) == nil)
    }

    @Test("grown step by step it is the index made at once", arguments: 0..<8 as Range<UInt64>)
    func incremental(seed: UInt64) async throws {
        var random = SeededRandom(seed)
        var rest = Array(Self.randomLog(seed, lines: 90).utf8)[...]
        let file = try TemporaryLog()
        let log = try file.open(.tiny)
        while !rest.isEmpty {
            let step = rest.prefix(Int.random(in: 1...200, using: &random))
            rest = rest.dropFirst(step.count)
            try file.append(Array(step))
            try await log.buildIndex()
        }
        let fresh = try file.open(.tiny)
        try FileManager.default.removeItem(atPath: file.path + ".idx")
        try await fresh.buildIndex()
        #expect(try log.view().index.blocks == fresh.view().index.blocks)
    }

    @Test(
        "the next and the last problem are those that reading every line finds",
        arguments: 0..<20 as Range<UInt64>, [false, true])
    func problems(seed: UInt64, isIndexed: Bool) async throws {
        let bytes = Array(Self.randomLog(seed).utf8)
        let file = try TemporaryLog(bytes)
        let log = try file.open(.tiny)
        if isIndexed { try await log.buildIndex() }
        let problems = starts(bytes).filter { start in
            let line = Array(bytes[start...].prefix { $0 != 10 })
            return LogLevel.stated(by: line).map(\.isProblem) ?? false
        }
        for offset in stride(from: -1, through: bytes.count + 1, by: 61) {
            let next = try await log.problem(from: Int64(offset), direction: .forward)
            #expect(next == problems.first { $0 > offset }.map(Int64.init))
            let last = try await log.problem(from: Int64(offset), direction: .backward)
            #expect(last == problems.last { $0 < offset }.map(Int64.init))
        }
    }

    @Test("a jump to a time is the first line that is not earlier")
    func times() async throws {
        let file = try TemporaryLog(
            (0..<50).map { "2026-01-02 03:04:\(10 + $0 % 50) line \($0)\n  at x\n" }.joined())
        let log = try file.open(.tiny)
        for isIndexed in [false, true] {
            if isIndexed { try await log.buildIndex() }
            let time = try #require(Instant(iso8601: "2026-01-02T03:04:32.5Z"))
            let offset = try #require(try await log.firstLine(at: time))
            let slice = try log.slice(anchor: .byte(offset), linesBefore: 0, linesAfter: 1)
            #expect(
                slice.lines.map { String(decoding: $0.bytes, as: UTF8.self) }
                    == ["2026-01-02 03:04:33 line 23"])
            let late = try #require(Instant(iso8601: "2026-01-03"))
            #expect(try await log.firstLine(at: late) == nil)
        }
    }

    @Test("saved beside the log, for this user only, it is taken over by the next opening")
    func saved() async throws {
        let file = try TemporaryLog(Self.randomLog(3))
        let first = try file.open(.tiny)
        try await first.buildIndex()
        let mode = try FileManager.default.attributesOfItem(atPath: file.path + ".idx")[
            .posixPermissions]
        #expect(mode as? Int == 0o600)
        let second = try file.open(.tiny)
        second.loadSavedIndex()
        #expect(try second.view().index.blocks == first.view().index.blocks)
        try file.append("ERROR more\n")
        let third = try file.open(.tiny)
        third.loadSavedIndex()
        #expect(!third.indexProgress.isComplete)
        #expect(third.indexProgress.indexedBytes == first.indexProgress.indexedBytes)
        try await third.buildIndex()
        #expect(try third.lineCount() == Int64(third.indexProgress.newlineCount))
    }

    @Test("a saved index of another state of the file is never believed")
    func stale() async throws {
        let text = Self.randomLog(5) + "\n"
        let file = try TemporaryLog(text)
        try await file.open(.tiny).buildIndex()
        func isBelieved() throws -> Bool {
            let log = try file.open(.tiny)
            log.loadSavedIndex()
            return log.indexProgress.indexedBytes > 0
        }
        #expect(try isBelieved())
        let saved = try Data(contentsOf: URL(filePath: file.path + ".idx"))
        for place in stride(from: 0, to: saved.count, by: 5) {
            var damaged = saved
            damaged[place] ^= 0x10
            try damaged.write(to: URL(filePath: file.path + ".idx"))
            #expect(try !isBelieved())
        }
        try saved.prefix(saved.count - 8).write(to: URL(filePath: file.path + ".idx"))
        #expect(try !isBelieved())
        try saved.write(to: URL(filePath: file.path + ".idx"))
        #expect(try isBelieved())
        try file.truncate(to: UInt64(text.utf8.count - 1))
        #expect(try !isBelieved())
        try file.append("changed, and longer than before")
        #expect(try !isBelieved())
    }

    @Test("a cancelled build stops, keeps what it has, and the next one goes on")
    func cancelled() async throws {
        let file = try TemporaryLog(String(repeating: "INFO some line\n", count: 2_000))
        let log = try file.open(.tiny)
        let task = Task {
            try await log.buildIndex { _ in withUnsafeCurrentTask { $0?.cancel() } }
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(!log.indexProgress.isComplete)
        try await log.buildIndex()
        #expect(try log.lineCount() == 2_000)
    }

    @Test("a truncated log loses its index and gets a new one")
    func truncated() async throws {
        let file = try TemporaryLog("a\nb\nc\n")
        let log = try file.open(.tiny)
        try await log.buildIndex()
        try file.truncate(to: 2)
        #expect(try log.slice(anchor: .end, linesBefore: 1, linesAfter: 0).lineCount == nil)
        try await log.buildIndex()
        #expect(try log.lineCount() == 1)
    }
}
