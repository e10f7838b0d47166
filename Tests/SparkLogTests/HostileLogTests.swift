import TestRandom
import Testing

@testable import SparkLog

@Suite("Hostile event logs")
struct HostileLogTests {
    @Test("flipped bits never stop the reading", arguments: 1...20 as ClosedRange<UInt64>)
    func bitFlips(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<10 {
            var bytes = SampleLog.bytes
            for _ in 0..<Int.random(in: 1...20, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
            check(bytes)
        }
    }

    @Test(
        "parts put together at random never stop the reading",
        arguments: 1...20 as ClosedRange<UInt64>)
    func splices(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let marks = Array(#"{}[]",:\/0-.eE "#.utf8) + [0x0A, 0x0D, 0xFF, 0x00]
        for _ in 0..<10 {
            var bytes: [UInt8] = []
            while bytes.count < 4_000 {
                let start = Int.random(in: 0..<SampleLog.bytes.count, using: &random)
                let length = Int.random(in: 0..<300, using: &random)
                bytes += SampleLog.bytes.dropFirst(start).prefix(length)
                if let mark = marks.randomElement(using: &random) { bytes.append(mark) }
            }
            check(bytes)
        }
    }

    private func check(_ bytes: [UInt8]) {
        var reader = EventLogReader()
        reader.feed(bytes)
        reader.finish()
        let lines = bytes.split(separator: 0x0A).count
        let reading = reader.applications.map(\.reading)
        let counted = reading.reduce(0) { $0 + $1.events + $1.badLines }
        #expect(counted <= lines)
        #expect(counted >= lines - 1 - bytes.count { $0 == 0x0D })
        for application in reader.applications {
            let facts = SparkLogFacts(
                layout: "single", isInProgress: false, files: 1, bytes: 0, codec: "none")
            let text = SparkReport.json([SparkReport(application, facts: facts)])
            #expect(text.hasSuffix("}]}"))
        }
    }

    @Test("nesting of a million levels is one line like any other")
    func deepNesting() {
        let depth = 1_000_000
        let deep = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        let objects = String(repeating: #"{"a":"#, count: 100_000)
        let application = SampleLog.read(
            #"{"Event":"SparkListenerX","x":"# + deep + "}\n"
                + #"{"Event":"SparkListenerX","x":"# + objects + "\n" + SampleLog.text)
        #expect(application.reading.badLines == 1)
        #expect(application.reading.events == SampleLog.lines.count + 1)
    }

    @Test("a plan of hostile depth is read without recursion")
    func deepPlan() {
        let depth = 20_000
        let plan =
            String(repeating: #"{"nodeName":"n","children":["#, count: depth)
            + String(repeating: "]}", count: depth)
        let application = SampleLog.read(
            #"{"Event":"SparkListenerSQLExecutionStart","executionId":1,"sparkPlanInfo":"# + plan
                + "}\n")
        #expect(application.sqlExecutions.first?.plans.first?.nodes.count == depth)
    }

    @Test("absurd numbers saturate, and times that are none are unknown")
    func numbers() {
        let absurd = [
            "9223372036854775807", "-9223372036854775808", "99999999999999999999999", "1e400", "-1",
            "1.5e3", "\"12\"", "null", "true", "{}", "[]", "\"NaN\"",
        ]
        for number in absurd {
            let line = SampleLog.taskEnd(1, duration: 100, update: 1)
                .replacing(":1400", with: ":\(number)").replacing(":5000000000", with: ":\(number)")
                .replacing(#""Stage ID":0"#, with: #""Stage ID":\#(number)"#)
            let application = SampleLog.read(String(repeating: line + "\n", count: 3))
            #expect(application.reading.events == 3)
            #expect(application.tasks.count == 3)
        }
    }

    @Test("invalid UTF-8 and lone surrogates become replacement characters")
    func encoding() {
        var reader = EventLogReader()
        reader.feed(
            Array(#"{"Event":"SparkListenerApplicationStart","App Name":"a"#.utf8) + [0xFF, 0xC3]
                + Array(#"\ud800\uD83D\uDE00\uzz","App ID":"x"}"#.utf8) + [0x0A])
        #expect(reader.currentApplication.name == "a\u{FFFD}\u{FFFD}\u{FFFD}😀uzz")
        #expect(reader.currentApplication.id == "x")
    }

    @Test("a report in JSON holds no byte that a terminal obeys, and gives names back as they are")
    func harmless() throws {
        let name = "a\u{1B}]52;c;AA\u{7}\u{9B}2J\u{202E}\u{2066}\u{0}ß😀"
        let application = SampleLog.read(
            #"{"Event":"SparkListenerApplicationStart","App Name":"\#(name.replacing("\u{0}", with: "\\u0000"))","App ID":"x"}"#
                + "\n")
        let facts = SparkLogFacts(
            layout: "single", isInProgress: false, files: 1, bytes: 0, codec: "none")
        let text = SparkReport.json([SparkReport(application, facts: facts)])
        #expect(text.utf8.allSatisfy { (0x20..<0x7F).contains($0) })
        #expect(text.contains(#"\u001b]52;c;AA\u0007\u009b2J\u202e\u2066\u0000\u00df\ud83d\ude00"#))
    }
}
