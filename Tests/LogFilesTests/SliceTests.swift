import Domain
import Foundation
import Testing

@testable import LogFiles

@Suite("Slices of a log")
struct SliceTests {
    private func texts(_ slice: LogSlice) -> [String] {
        slice.lines.map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    @Test("the tail is the last lines, and the end of the file")
    func tail() throws {
        let log = try TemporaryLog("one\ntwo\nthree\n")
        let slice = try log.open().slice(anchor: .end, linesBefore: 2, linesAfter: 5)
        #expect(texts(slice) == ["two", "three"])
        #expect(slice.lines.map(\.offset) == [4, 8])
        #expect(slice.isAtEnd)
        #expect(!slice.isAtStart)
        #expect(slice.fileSize == 14)
    }

    @Test("an anchor inside a line is that line, with its neighbours around it")
    func around() throws {
        let log = try TemporaryLog("one\ntwo\nthree\nfour\n")
        let slice = try log.open(.tiny).slice(anchor: .byte(9), linesBefore: 1, linesAfter: 2)
        #expect(texts(slice) == ["two", "three", "four"])
        #expect(slice.endOffset == 19)
    }

    @Test(
        "line ends, NUL bytes and a missing last line end are what they are",
        arguments: [
            ("", []), ("\n", [""]), ("\n\n", ["", ""]), ("a", ["a"]), ("a\r\nb\r\n", ["a", "b"]),
            ("\r\n", [""]), ("a\rb\n", ["a\rb"]), ("a\0b\n\0", ["a\0b", "\0"]),
            ("x\n\r", ["x", "\r"]),
        ])
    func lineEnds(text: String, lines: [String]) throws {
        let file = try TemporaryLog(text)
        let log = try file.open(.tiny)
        #expect(texts(try log.slice(anchor: .end, linesBefore: 9, linesAfter: 9)) == lines)
        #expect(texts(try log.slice(anchor: .byte(0), linesBefore: 9, linesAfter: 9)) == lines)
    }

    @Test("a long line shows its start and tells how much is hidden")
    func longLine() throws {
        let log = try TemporaryLog("ab\n" + String(repeating: "x", count: 1_000) + "\ncd\n")
        let slice = try log.open(.tiny)
            .slice(anchor: .byte(500), linesBefore: 1, linesAfter: 2, maxBytesPerLine: 10)
        #expect(texts(slice) == ["ab", "xxxxxxxxxx", "cd"])
        #expect(slice.lines[1].byteCount == 1_000)
        #expect(slice.lines[1].hiddenByteCount == 990)
    }

    @Test("the byte limit leaves out the lines farthest from the anchor, never the nearest")
    func byteLimit() throws {
        let text = (0..<100).map { "line \($0)\n" }.joined()
        let file = try TemporaryLog(text)
        let log = try file.open()
        let few = try log.slice(
            anchor: .end, linesBefore: 100, linesAfter: 0, maxTotalBytes: 200)
        #expect(texts(few) == ["line 97", "line 98", "line 99"])
        let one = try log.slice(anchor: .byte(0), linesBefore: 3, linesAfter: 3, maxTotalBytes: 0)
        #expect(texts(one) == ["line 0"])
    }

    @Test(
        "every slice equals the one cut out of the whole file", arguments: 0..<60 as Range<UInt64>)
    func matchesNaive(seed: UInt64) throws {
        var random = SeededRandom(seed)
        let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in
            [10, 10, 13, 0, 65, 66, 0xFF, 67][Int.random(in: 0..<8, using: &random)] as UInt8
        }
        let file = try TemporaryLog(bytes)
        var tuning = LogTuning.tiny
        tuning.blockBytes = Int.random(in: 1...9, using: &random)
        tuning.shortestGap = 1
        let log = try file.open(tuning)
        let naive = naiveLines(bytes)
        for _ in 0..<40 {
            let at = Int64.random(in: -2...Int64(bytes.count + 2), using: &random)
            let before = Int.random(in: -1...6, using: &random)
            let after = Int.random(in: -1...6, using: &random)
            let slice = try log.slice(
                anchor: .byte(at), linesBefore: before, linesAfter: after, maxBytesPerLine: 3)
            let index =
                at >= bytes.count
                ? naive.count : naive.lastIndex { $0.offset <= max(0, at) } ?? naive.count
            let expected = naive[
                max(0, index - max(0, before))..<min(naive.count, index + max(0, after))]
            #expect(slice.lines.map(\.offset) == expected.map(\.offset))
            #expect(slice.lines.map(\.byteCount) == expected.map(\.byteCount))
            #expect(slice.lines.map(\.bytes) == expected.map { Array($0.bytes.prefix(3)) })
            #expect(slice.lines.map(\.isComplete) == expected.map(\.isComplete))
        }
    }

    @Test("a line of 1 GB is opened at once, and asking again finds its ends")
    func hugeLine() throws {
        let file = try TemporaryLog("first\n")
        try file.truncate(to: 1_000_000_000)
        try file.append("\nlast\n")
        var tuning = LogTuning()
        tuning.searchEffort = 1 << 20
        tuning.shortestGap = 1 << 18
        let log = try file.open(tuning)
        let once = try log.slice(
            anchor: .end, linesBefore: 3, linesAfter: 0, maxBytesPerLine: 100)
        #expect(once.lines.map(\.isMeasured) == [false, true])
        #expect(once.lines[0].bytes == [UInt8](repeating: 0, count: 100))
        #expect(once.lines[0].byteCount >= 1_000_000)
        var asked = 1
        var slice = once
        while slice.lines.first?.isMeasured == false, asked < 4_000 {
            slice = try log.slice(
                anchor: .end, linesBefore: 3, linesAfter: 0, maxBytesPerLine: 100)
            asked += 1
        }
        #expect(asked < 2_000)
        #expect(slice.lines.map(\.byteCount) == [5, 999_999_994, 4])
    }

    @Test("once indexed, an immense line is measured at the first asking")
    func indexedHugeLine() async throws {
        let file = try TemporaryLog("first\n")
        try file.truncate(to: 40_000_000)
        try file.append("\nlast\n")
        var tuning = LogTuning()
        tuning.searchEffort = 1 << 17
        let log = try file.open(tuning)
        try await log.buildIndex()
        let slice = try log.slice(
            anchor: .byte(20_000_000), linesBefore: 1, linesAfter: 2, maxBytesPerLine: 100)
        #expect(slice.lines.map(\.byteCount) == [5, 39_999_994, 4])
        #expect(slice.lines.map(\.isMeasured) == [true, true, true])
        #expect(slice.lineCount == 3)
    }

    private func naiveLines(_ bytes: [UInt8]) -> [LogLine] {
        var lines: [LogLine] = []
        var start = 0
        while start < bytes.count {
            let newline = bytes[start...].firstIndex(of: 10)
            var content = bytes[start..<(newline ?? bytes.count)]
            if newline != nil, content.last == 13 { content.removeLast() }
            lines.append(
                LogLine(
                    offset: Int64(start), byteCount: Int64(content.count), bytes: Array(content),
                    isComplete: newline != nil))
            start = newline.map { $0 + 1 } ?? bytes.count
        }
        return lines
    }
}
