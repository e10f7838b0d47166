import Domain
import Foundation
import Synchronization
import Testing
import TextSearch

@testable import LogFiles

@Suite("Searching a log")
struct SearchTests {
    private func lines(_ text: String) -> [(offset: Int64, text: String)] {
        var offset: Int64 = 0
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            defer { offset += Int64(line.utf8.count) + 1 }
            return (offset, String(line))
        }.filter { $0.offset < text.utf8.count }
    }

    @Test(
        "counts and nearest matches are those of a search line by line",
        arguments: 0..<30 as Range<UInt64>,
        ["error", "^x*$", "[0-9]Z x+$", "ü|WARN", "xyz|INFO.*x"])
    func matchesNaive(seed: UInt64, text: String) async throws {
        let content = IndexTests.randomLog(seed).replacing("\r\n", with: "\n")
        let file = try TemporaryLog(content)
        let log = try file.open(.tiny)
        let pattern = try TextPattern(text)
        let hits = lines(content).filter { pattern.matches(Array($0.text.utf8)) }.map(\.offset)
        let count = try await log.countMatches(of: pattern)
        #expect(count.matchingLines == Int64(hits.count))
        #expect(count.searchedBytes == count.fileSize)
        for offset in stride(from: -1, through: Int64(content.utf8.count) + 1, by: 97) {
            let next = try await log.firstMatch(of: pattern, from: offset, direction: .forward)
            #expect(next == hits.first { $0 > offset })
            let last = try await log.firstMatch(of: pattern, from: offset, direction: .backward)
            #expect(last == hits.last { $0 < offset })
        }
    }

    @Test("a cancelled count ends with CancellationError")
    func cancelled() async throws {
        let file = try TemporaryLog(String(repeating: "some line\n", count: 10_000))
        let log = try file.open(.tiny)
        let pattern = try TextPattern("some")
        let task = Task { try await log.countMatches(of: pattern) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("a missing log has no matches")
    func missing() async throws {
        let file = try TemporaryLog(nil)
        let log = try file.open()
        let pattern = try TextPattern("x")
        #expect(try await log.countMatches(of: pattern).matchingLines == 0)
        #expect(try await log.firstMatch(of: pattern, from: -1, direction: .forward) == nil)
    }
}
