import Foundation
import SparkLog
import SparkSources
import Testing

/// Portions are decoded on several threads, plain files without a copy in between.
@Suite("Reading a log in portions")
struct EventLogLoaderTests {
    @Test(
        "what is read is the same, however large the portions are",
        arguments: [4_096, 100_000, 131_072, 200_001, 1 << 20, 16 << 20])
    func portions(size: Int) throws {
        let text = Self.text(lines: 9_000)
        let log = try WrittenLog(text)
        defer { log.remove() }
        var reader = EventLogReader()
        reader.feed(Array(text.utf8))
        reader.finish()
        let loader = EventLogLoader(try EventLogFiles(path: log.path), portionBytes: size)
        try loader.readAll()
        #expect(loader.bytesRead == text.utf8.count)
        #expect(loader.decodedBytes == text.utf8.count)
        #expect(
            Self.report(loader.applications, loader.facts)
                == Self.report(reader.applications, loader.facts))
    }

    @Test("lines that are longer than portions, and a last one without its end, are whole")
    func longLines() throws {
        var lines = Self.text(lines: 2_000).split(separator: "\n").map(String.init)
        for (place, length) in [(100, 300_000), (101, 5 << 20), (900, 700_000), (1_500, 130_000)] {
            lines.insert(
                #"{"Event":"Long","x":""# + String(repeating: "y", count: length) + #""}"#,
                at: place)
        }
        let text = lines.joined(separator: "\n") + "\n" + #"{"Event":"SparkListenerApplica"#
        let log = try WrittenLog(text)
        defer { log.remove() }
        var reader = EventLogReader()
        reader.feed(Array(text.utf8))
        reader.finish()
        for size in [4_096, 150_000, 1 << 20] {
            let loader = EventLogLoader(try EventLogFiles(path: log.path), portionBytes: size)
            try loader.readAll()
            let isSame =
                Self.report(loader.applications, loader.facts)
                == Self.report(reader.applications, loader.facts)
            #expect(isSame, "portions of \(size)")
            #expect(loader.applications[0].reading.isTruncated)
        }
    }

    @Test("a log that grows is followed, by large steps and by small ones")
    func growing() throws {
        let lines = Self.text(lines: 6_000).split(separator: "\n").map(String.init)
        let log = try WrittenLog("")
        defer { log.remove() }
        let loader = EventLogLoader(try EventLogFiles(path: log.path), portionBytes: 1 << 18)
        var read = 0
        var step = 1
        while read < lines.count {
            let next = min(lines.count, read + step)
            try log.append(lines[read..<next].joined(separator: "\n") + "\n")
            while try loader.readPortion() == .more {}
            let reading = loader.applications[0].reading
            #expect(reading.events + reading.badLines == next)
            read = next
            step = step % 7 == 0 ? 1_900 : step + 1
        }
    }

    @Test("a log that is written anew is read as if there had been no other before")
    func writtenAnew() throws {
        let log = try WrittenLog(Self.text(lines: 9_000))
        defer { log.remove() }
        let loader = EventLogLoader(try EventLogFiles(path: log.path), portionBytes: 1 << 18)
        while try loader.readPortion() == .more {}
        // Other executors come first now: whoever remembered their numbers would mix them up.
        let lines = Self.text(lines: 8_000).split(separator: "\n")
        let text = (lines.prefix(2) + lines.dropFirst(2).reversed()).joined(separator: "\n") + "\n"
        try log.replace(text)
        while try loader.readPortion() == .more {}
        loader.finish()
        var reader = EventLogReader()
        reader.feed(Array(text.utf8))
        reader.finish()
        let isSame =
            Self.report(loader.applications, loader.facts)
            == Self.report(reader.applications, loader.facts)
        #expect(isSame)
    }

    /// An application whose tasks, stages and plans name new texts and ids all the time.
    private static func text(lines count: Int) -> String {
        var lines = [
            #"{"Event":"SparkListenerLogStart","Spark Version":"4.1.1"}"#,
            #"{"Event":"SparkListenerApplicationStart","App Name":"a","App ID":"app","Timestamp":5}"#,
        ]
        for number in 0..<(count - 2) {
            switch number % 5 {
            case 0:
                lines.append(
                    #"{"Event":"x.SparkListenerSQLExecutionStart","executionId":\#(number),"#
                        + #""description":"query \#(number)","sparkPlanInfo":{"nodeName":"Sort","#
                        + #""simpleString":"Sort \#(number % 91)","children":[],"metadata":{},"#
                        + #""metrics":[{"name":"time \#(number % 17)","accumulatorId":\#(number),"#
                        + #""metricType":"timing"}]},"time":9}"#)
            case 1: lines.append("no event \(number)")
            default:
                lines.append(
                    #"{"Event":"SparkListenerTaskEnd","Stage ID":\#(number / 50),"Stage Attempt ID":0,"#
                        + #""Task End Reason":{"Reason":"Success"},"Task Info":{"Task ID":\#(number),"#
                        + #""Index":0,"Launch Time":1400,"Executor ID":"e\#(number % 300)","#
                        + #""Host":"h\#(number % 70)","Finish Time":\#(1_500 + number),"#
                        + #""Accumulables":[{"ID":\#(number - number % 5),"Name":"time","#
                        + #""Update":"\#(number)","Value":"1","Internal":true,"#
                        + #""Count Failed Values":true,"Metadata":"sql"}]},"#
                        + #""Task Metrics":{"Executor Run Time":\#(number)}}"#)
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func report(_ applications: [SparkApplication], _ facts: SparkLogFacts) -> String
    {
        SparkReport.json(applications.map { SparkReport($0, facts: facts) })
            + applications.map { application in
                application.executors.map { "\($0.id) \($0.host) \($0.endedTasks)" }
                    .joined(separator: ",")
                    + application.sqlExecutions.flatMap { $0.plans.flatMap(\.metrics) }.map { id in
                        application.metric(id).map { "\($0.name) \($0.total ?? -1)" } ?? "-"
                    }.joined(separator: ",")
            }.joined()
    }
}

private struct WrittenLog {
    let path: String

    init(_ text: String) throws {
        path = NSTemporaryDirectory() + "local-\(UUID().uuidString)"
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    func replace(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: path)) }

    func append(_ text: String) throws {
        let handle = try #require(FileHandle(forWritingAtPath: path))
        defer { try? handle.close() }
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
