import Domain
import Foundation
import LogText
import Testing
import TextSearch

@testable import LogFiles

@Suite("Filtered slices")
struct FilterTests {
    @Test("a stack trace stays with its error when only errors are shown")
    func levels() async throws {
        let file = try TemporaryLog(
            "before\nINFO a\n  more\nERROR b\n  at x\n  at y\nWARN c\n  more\nFATAL d\n")
        let log = try file.open(.tiny)
        let slice = try await log.filteredSlice(
            LogFilter(minimumLevel: .error), anchor: .end, linesBefore: 9, linesAfter: 0)
        #expect(
            slice.lines.map { String(decoding: $0.bytes, as: UTF8.self) }
                == ["before", "ERROR b", "  at x", "  at y", "FATAL d"])
    }

    @Test(
        "are what filtering every line gives", arguments: 0..<25 as Range<UInt64>, [false, true])
    func matchesNaive(seed: UInt64, isIndexed: Bool) async throws {
        var random = SeededRandom(seed)
        let content = IndexTests.randomLog(seed).replacing("\r\n", with: "\n")
        let file = try TemporaryLog(content)
        let log = try file.open(.tiny)
        if isIndexed { try await log.buildIndex() }
        let patterns = try ["x+$", "ERROR", "^$", "[0-9]Z", "INFO|ü"].map { try TextPattern($0) }
        func some() -> [TextPattern] {
            patterns.filter { _ in Int.random(in: 0..<4, using: &random) == 0 }
        }
        for _ in 0..<6 {
            let level = [nil, LogLevel.warning, .error][Int.random(in: 0..<3, using: &random)]
            let filter = LogFilter(include: some(), exclude: some(), minimumLevel: level)
            let all = try log.slice(anchor: .byte(0), linesBefore: 0, linesAfter: 1_000).lines
            var current: LogLevel?
            let expected = all.filter { line in
                current = LogLevel.stated(by: line.bytes) ?? current
                if let level, let current, current < level { return false }
                if !filter.include.isEmpty,
                    !filter.include.contains(where: { $0.matches(line.bytes) })
                {
                    return false
                }
                return !filter.exclude.contains { $0.matches(line.bytes) }
            }.map(\.offset)
            let at = Int64.random(in: 0...Int64(content.utf8.count), using: &random)
            let anchor =
                all.last { $0.offset <= at && at < Int64(content.utf8.count) }?.offset
                ?? Int64(content.utf8.count)
            let slice = try await log.filteredSlice(
                filter, anchor: .byte(at), linesBefore: 3, linesAfter: 4)
            #expect(
                slice.lines.map(\.offset)
                    == expected.filter { $0 < anchor }.suffix(3)
                    + expected.filter { $0 >= anchor }.prefix(4))
        }
    }
}
