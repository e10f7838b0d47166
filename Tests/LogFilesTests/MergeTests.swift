import Domain
import Foundation
import Testing

@testable import LogFiles

@Suite("Logs of a run as one")
struct MergeTests {
    private func texts(_ slice: MergedLogSlice) -> [String] {
        slice.lines.map { "\($0.source):" + String(decoding: $0.line.bytes, as: UTF8.self) }
    }

    @Test("lines come by time, a stack trace behind its line, equal times in the logs' order")
    func order() async throws {
        let one = try TemporaryLog(
            "start\n10:00:01 a\n10:00:03 ERROR b\n  at x\n  at y\n10:00:09 c\n")
        let two = try TemporaryLog("10:00:01 d\n10:00:02 e\r\n10:00:04 f\n")
        let merge = LogMerge([try one.open(), try two.open()])
        let all = try await merge.slice(
            at: merge.cut(at: .start), linesBefore: 5, linesAfter: 99)
        let expected = [
            "0:start", "0:10:00:01 a", "1:10:00:01 d", "1:10:00:02 e", "0:10:00:03 ERROR b",
            "0:  at x", "0:  at y", "1:10:00:04 f", "0:10:00:09 c",
        ]
        #expect(texts(all) == expected)
        #expect(all.lines.map(\.isTimeStated).filter { !$0 }.count == 3)
        let back = try await merge.slice(at: all.end, linesBefore: 99, linesAfter: 5)
        #expect(texts(back) == expected)
        #expect(back.start == all.start)
        let time = try #require(all.lines[4].time)
        let around = try await merge.slice(
            at: merge.cut(at: .time(time)), linesBefore: 2, linesAfter: 3)
        #expect(texts(around) == Array(expected[2..<7]))
    }

    @Test("a log that states no times stands where it began, forth and back")
    func untimed() async throws {
        let timed = try TemporaryLog("2026-01-02T03:00:01Z a\n2026-01-02T03:00:05Z b\n")
        let plain = try TemporaryLog("one\ntwo\n")
        let late = try TemporaryLog("three\n")
        let start = Instant(seconds: 1_767_322_800)
        let merge = LogMerge(
            [try timed.open(), try plain.open(), try late.open()],
            beginnings: [
                start, start.advanced(by: .seconds(3)), start.advanced(by: .seconds(9)),
            ])
        let expected = [
            "0:2026-01-02T03:00:01Z a", "1:one", "1:two", "0:2026-01-02T03:00:05Z b", "2:three",
        ]
        let forth = try await merge.slice(
            at: merge.cut(at: .start), linesBefore: 0, linesAfter: 9)
        #expect(texts(forth) == expected)
        let back = try await merge.slice(at: merge.cut(at: .end), linesBefore: 9, linesAfter: 0)
        #expect(texts(back) == expected)
    }

    @Test(
        "walking forth and back by small steps gives every line once, in one order",
        arguments: 0..<12 as Range<UInt64>)
    func steps(seed: UInt64) async throws {
        var random = SeededRandom(seed)
        var files: [TemporaryLog] = []
        var total = 0
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            var text = ""
            var second = 0
            for _ in 0..<Int.random(in: 0...150, using: &random) {
                second += Int.random(in: 0...2, using: &random)
                let isStated = Int.random(in: 0..<3, using: &random) > 0
                text +=
                    isStated
                    ? "10:\(10 + second / 60):\(10 + second % 50) x\n" : "  at y\n"
                total += 1
            }
            files.append(try TemporaryLog(text))
        }
        let merge = LogMerge(try files.map { try $0.open(.tiny) })
        var cut = try await merge.cut(at: .start)
        var forth: [MergedLogLine] = []
        while true {
            let slice = try await merge.slice(at: cut, linesBefore: 0, linesAfter: 7)
            if slice.lines.isEmpty { break }
            forth += slice.lines
            cut = slice.end
        }
        #expect(forth.count == total)
        #expect(cut == (try await merge.cut(at: .end)))
        let whole = try await merge.slice(
            at: merge.cut(at: .start), linesBefore: 0, linesAfter: 10_000)
        #expect(forth == whole.lines)
        var offsets: [[Int64]] = Array(repeating: [], count: files.count)
        for line in forth { offsets[line.source].append(line.line.offset) }
        for offsets in offsets { #expect(offsets == offsets.sorted()) }
    }

    @Test("of logs whose times never run backwards, the way back is the way forth reversed")
    func backwards() async throws {
        var files: [TemporaryLog] = []
        for source in 0..<3 {
            files.append(
                try TemporaryLog(
                    (0..<300).map {
                        $0 % 4 == 3
                            ? "  at z\n" : "10:\(10 + $0 / 10):\(10 + source + $0 % 10 * 3) x\n"
                    }.joined()))
        }
        let merge = LogMerge(try files.map { try $0.open(.tiny) })
        let forth = try await merge.slice(
            at: merge.cut(at: .start), linesBefore: 0, linesAfter: 2_000)
        var cut = try await merge.cut(at: .end)
        var back: [MergedLogLine] = []
        while true {
            let slice = try await merge.slice(at: cut, linesBefore: 11, linesAfter: 0)
            if slice.lines.isEmpty { break }
            back = slice.lines + back
            cut = slice.start
        }
        #expect(back == forth.lines)
        #expect(back.count == 900)
    }
}
