import TestRandom
import Testing

@testable import SparkLog

/// Values as they may stand in a line, some of them longer than what is looked at in one step.
private struct RandomValues {
    var random: SeededRandom

    mutating func value(depth: Int) -> String {
        switch Int.random(in: 0..<(depth > 4 ? 2 : 5), using: &random) {
        case 0: return string()
        case 1: return ["17", "-1.5e9", "true", "null"].randomElement(using: &random) ?? "0"
        case 2:
            let items = (0..<Int.random(in: 0..<5, using: &random)).map { _ in
                value(depth: depth + 1)
            }
            return "[" + items.joined(separator: ", ") + "]"
        default:
            let items = (0..<Int.random(in: 0..<5, using: &random)).map { _ in
                string() + ":" + value(depth: depth + 1)
            }
            return "{" + items.joined(separator: ",") + "}"
        }
    }

    mutating func string() -> String {
        let parts = ["a", "bc", "{", "}", "[", "]", #"\""#, #"\\"#, #"\n"#, "ß", ",", ": "]
        let count = Int.random(in: 0..<2, using: &random) == 0 ? 5 : 90
        let text = (0..<Int.random(in: 0..<count, using: &random)).compactMap { _ in
            parts.randomElement(using: &random)
        }
        return "\"" + text.joined() + "\""
    }
}

@Suite("Stepping over JSON")
struct JSONCursorTests {
    @Test(
        "a value is stepped over to its last byte, whatever stands in its strings",
        arguments: 1...20 as ClosedRange<UInt64>)
    func skipping(seed: UInt64) {
        var values = RandomValues(random: SeededRandom(seed: seed))
        for _ in 0..<200 {
            let value = values.value(depth: 0)
            let bytes = Array((value + ",[]}\n").utf8)
            bytes.withUnsafeBufferPointer { bytes in
                guard let base = bytes.baseAddress else { return }
                var cursor = JSONCursor(at: base, end: base + bytes.count)
                cursor.skipValue()
                #expect(!cursor.hasFailed && cursor.at - base == value.utf8.count, "\(value)")
            }
        }
    }

    @Test("a value that breaks off anywhere fails, and nothing behind the line is looked at")
    func breakingOff() {
        var values = RandomValues(random: SeededRandom(seed: 5))
        for _ in 0..<40 {
            let whole = Array("[\(values.value(depth: 0)), \(values.string())]".utf8)
            for length in 1..<whole.count {
                let bytes = whole[..<length] + Array("\n\"]}]}]}".utf8)
                bytes.withUnsafeBufferPointer { bytes in
                    guard let base = bytes.baseAddress else { return }
                    var cursor = JSONCursor(at: base, end: base + length + 1)
                    cursor.skipValue()
                    #expect(cursor.hasFailed && cursor.at == base + length)
                }
            }
        }
    }

    @Test("a string says whether it has escapes, however long it is")
    func escapes() {
        for length in 0..<200 {
            let plain = String(repeating: "x", count: length)
            for (text, hasEscapes) in [
                (plain, false), (plain + #"\t"#, true), (plain + #"\\"#, true),
                (#"\""# + plain, true),
            ] {
                let bytes = Array("\"\(text)\" \\\n".utf8)
                bytes.withUnsafeBufferPointer { bytes in
                    guard let base = bytes.baseAddress else { return }
                    var cursor = JSONCursor(at: base, end: base + bytes.count)
                    let found = cursor.string()
                    #expect(found?.count == text.utf8.count)
                    #expect(found?.hasEscapes == hasEscapes)
                }
            }
        }
    }
}
