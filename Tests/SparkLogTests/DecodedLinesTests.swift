import Testing

@testable import SparkLog

@Suite("Lines that are decoded ahead")
struct DecodedLinesTests {
    /// Lines of two applications, bad and blank ones among them, and a task without a reason.
    private static let lines: [String] = {
        var lines = SampleLog.lines
        lines.insert("no event", at: 6)
        lines.insert("", at: 7)
        lines.insert(
            SampleLog.taskEnd(3, duration: 50, update: 1).replacing(
                #""Task End Reason":{"Reason":"Success"},"#, with: ""), at: 17)
        lines.append(lines[6])
        return lines + lines.map { $0.replacing("app-1", with: "app-2") }
    }()

    @Test(
        "what lines say is the same when they are decoded ahead, wherever they begin and end",
        arguments: 1..<Self.lines.count)
    func sameAsInTurn(begin: Int) {
        let expected = Self.read(ahead: nil)
        for end in [begin + 1, begin + 5, Self.lines.count] where end <= Self.lines.count {
            let isSame = Self.read(ahead: begin..<end) == expected
            #expect(isSame, "lines \(begin) to \(end) ahead")
        }
    }

    @Test("one decoder serves portion after portion, and its numbers of texts stay its own")
    func oneDecoder() {
        var reader = EventLogReader()
        var ahead = DecodedLines()
        for start in stride(from: 0, to: Self.lines.count, by: 4) {
            let now = Self.bytes(start..<min(start + 2, Self.lines.count))
            let next = Self.bytes(
                min(start + 2, Self.lines.count)..<min(start + 4, Self.lines.count))
            ahead.begin(at: reader.placeAhead(by: now.count))
            next.withUnsafeBytes { ahead.append($0) }
            ahead.decode()
            reader.feed(now)
            reader.feed(&ahead)
        }
        reader.finish()
        #expect(Self.report(reader) == Self.read(ahead: nil))
    }

    @Test("several decoders, each with numbers of its own, mix up no executor")
    func severalDecoders() {
        let names = (0..<6).map { "worker-\($0)" }
        let lines = (0..<60).map { place in
            // Each portion names them in another order, and each decoder meets them in its own.
            let name = names[(place * place + place / 6) % names.count]
            return SampleLog.taskEnd(100 + place, duration: 50, update: 1)
                .replacing(#""Executor ID":"1""#, with: #""Executor ID":"\#(name)""#) + "\n"
        }
        let head = Self.bytes(0..<12)
        var expected = EventLogReader()
        expected.feed(head + Array(lines.joined().utf8))
        var reader = EventLogReader()
        reader.feed(head)
        var decoders = [DecodedLines(), DecodedLines(), DecodedLines()]
        for start in stride(from: 0, to: lines.count, by: 6) {
            let bytes = Array(lines[start..<start + 6].joined().utf8)
            let decoder = start / 6 % decoders.count
            decoders[decoder].begin(at: reader.placeAhead(by: 0))
            bytes.withUnsafeBytes { decoders[decoder].append($0) }
            decoders[decoder].decode()
            reader.feed(&decoders[decoder])
        }
        func tasks(_ reader: EventLogReader) -> [String: Int] {
            let executors = reader.currentApplication.executors
            return Dictionary(
                executors.indices.map { (executors[$0].id, executors[$0].endedTasks) },
                uniquingKeysWith: +)
        }
        #expect(tasks(reader) == tasks(expected))
        #expect(names.allSatisfy { tasks(reader)[$0] ?? 0 > 0 })
    }

    /// Some lines before those ahead may be decoded after them: here all are, and a cut one too.
    private static func read(ahead range: Range<Int>?) -> String {
        var reader = EventLogReader()
        guard let range else {
            reader.feed(bytes(0..<lines.count))
            reader.finish()
            return report(reader)
        }
        let now = bytes(0..<range.lowerBound)
        reader.feed(Array(now.prefix(100)))
        let rest = Array(now.dropFirst(100))
        var ahead = DecodedLines()
        ahead.begin(at: reader.placeAhead(by: rest.count))
        bytes(range).withUnsafeBytes { ahead.append($0) }
        ahead.decode()
        reader.feed(rest)
        reader.feed(&ahead)
        reader.feed(bytes(range.upperBound..<lines.count))
        reader.finish()
        return report(reader)
    }

    private static func bytes(_ range: Range<Int>) -> [UInt8] {
        Array(lines[range].map { $0 + "\n" }.joined().utf8)
    }

    private static func report(_ reader: EventLogReader) -> String {
        let facts = SparkLogFacts(
            layout: "single", isInProgress: false, files: 1, bytes: 0, codec: "none")
        return SparkReport.json(reader.applications.map { SparkReport($0, facts: facts) })
            + reader.applications.map { "\($0.stages) \($0.rdds.count)" }.joined()
    }
}
