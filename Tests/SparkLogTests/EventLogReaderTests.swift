import Domain
import Testing

@testable import SparkLog

@Suite("Reading an event log")
struct EventLogReaderTests {
    @Test("application, jobs, stages, tasks and executors are told as the lines tell them")
    func model() {
        let application = SampleLog.read(SampleLog.text)
        #expect(application.id == "app-1")
        #expect(application.name == "orders")
        #expect(application.sparkVersion == "4.1.1")
        #expect(application.sparkProperties.map(\.key) == ["spark.a", "spark.b"])
        #expect(application.sparkProperties[0].value == "x \"y\" é\n")
        #expect(application.reading.events == SampleLog.lines.count)
        #expect(application.reading.badLines == 0)
        #expect(application.reading.otherEvents["SomethingElse"] == 1)
        #expect(application.jobs.map(\.outcome) == [.succeeded])
        #expect(application.jobs[0].sqlExecution == 7)
        #expect(application.stages.map(\.isSubmitted) == [true, false])
        #expect(application.stages[0].succeededTasks == 2)
        #expect(application.stages[0].failedTasks == 1)
        #expect(application.executors.map(\.cores) == [4])
        #expect(application.executors[0].endedTasks == 3)
        #expect(application.runningTasks == [])
        #expect(application.rdds[0]?.isPersisted == true)
    }

    @Test("figures of tasks are exact beyond 2^53, and a task without metrics has none")
    func tasks() {
        let application = SampleLog.read(SampleLog.text)
        #expect(application.taskRows(ofStage: 0) == [0, 1, 2])
        let first = application.tasks.task(row: 0)
        #expect(first[.inputBytes] == 9_007_199_254_740_993)
        #expect(first[.cpuNanoseconds] == 5_000_000_000)
        #expect(first[.duration] == 100)
        #expect(first.schedulerDelayMilliseconds == 10)
        #expect(first.locality == .nodeLocal)
        #expect(first.launchedAt == Instant(microseconds: 1_400_000))
        #expect(application.tasks.shuffleReadBytes(row: 1) == 3)
        let failed = application.tasks.task(row: 2)
        #expect(failed.outcome == .failed)
        #expect(!failed.hasMetrics)
        #expect(failed.isSpeculative)
        let reason = application.endReasons[failed.reasonIndex]
        #expect(reason.kind == "ExceptionFailure")
        #expect(reason.exceptionClass == "E")
        #expect(reason.message == "no")
        #expect(application.stageTotals(of: .runMilliseconds) == [380, 0])
    }

    @Test("both plans of an adaptive query are kept, with task values and the driver's last one")
    func plans() throws {
        let execution = try #require(SampleLog.read(SampleLog.text).sqlExecutions.first)
        #expect(execution.outcome == .succeeded)
        #expect(execution.jobs == [0])
        #expect(execution.plans.count == 2)
        #expect(execution.plans[0].nodes.map(\.name) == ["Sort", "Exchange"])
        #expect(execution.plans[1].nodes.map(\.depth) == [0, 1])
        let application = SampleLog.read(SampleLog.text)
        let size = try #require(application.metric(51))
        #expect(size.kind == .size)
        #expect(size.total == 40)
        #expect(size.tasks?.smallest == 10)
        #expect(size.tasks?.median == 30)
        #expect(size.stages == [0])
        #expect(application.metric(61)?.total == 9)
        #expect(application.metric(50)?.total == nil)
        #expect(application.metric(900) == nil)
    }

    @Test("a plan tells where its line starts in the log")
    func planOffset() {
        let plans = SampleLog.read(SampleLog.text).sqlExecutions[0].plans
        let before = SampleLog.lines.prefix(4).reduce(0) { $0 + $1.utf8.count + 1 }
        #expect(plans[0].logOffset == Int64(before))
    }

    @Test("portions of any size give the same report", arguments: [1, 2, 7, 64, 1000])
    func portions(size: Int) {
        var reader = EventLogReader()
        let bytes = SampleLog.bytes
        for start in stride(from: 0, to: bytes.count, by: size) {
            reader.feed(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        reader.finish()
        #expect(report(reader.currentApplication) == report(SampleLog.read(SampleLog.text)))
    }

    @Test("a log cut at any byte keeps every whole line and says that it was cut")
    func truncation() {
        let bytes = SampleLog.bytes
        var lineStarts = 0
        for length in 0...bytes.count {
            if length > 0, bytes[length - 1] == 0x0A { lineStarts += 1 }
            var reader = EventLogReader()
            reader.feed(Array(bytes[..<length]))
            let whole = reader.currentApplication.reading.events
            reader.finish()
            let reading = reader.currentApplication.reading
            #expect(whole == lineStarts)
            #expect(reading.badLines == 0)
            let hasRest = length > 0 && bytes[length - 1] != 0x0A
            let isComplete = reading.events == whole + 1
            #expect(reading.isTruncated == (hasRest && !isComplete))
        }
    }

    @Test("bad lines are counted with their numbers, and all others are read")
    func badLines() {
        var lines = SampleLog.lines
        lines.insert(#"{"Event":"SparkListenerJobStart",_"Job ID":1}"#, at: 3)
        lines.insert("not JSON at all", at: 5)
        lines.insert(#"{"NoEvent":1}"#, at: 8)
        lines.insert(#"{"Event":"SparkListenerJobEnd","Job ID":0} trailing"#, at: 9)
        let application = SampleLog.read(lines.joined(separator: "\n") + "\n")
        #expect(application.reading.badLines == 4)
        #expect(application.reading.firstBadLines == [4, 6, 9, 10])
        #expect(application.reading.events == SampleLog.lines.count)
        #expect(application.jobs.count == 1)
    }

    @Test("a line that is too long is left out, and the next ones are read")
    func longLine() {
        let long = #"{"Event":"SparkListenerX","x":""# + String(repeating: "a", count: 5_000)
        var reader = EventLogReader(maximumLineBytes: 1_000)
        for portion in [SampleLog.lines[0] + "\n" + long, long, "\"}\n" + SampleLog.lines[2]] {
            reader.feed(Array(portion.utf8))
        }
        reader.feed([0x0A])
        reader.finish()
        #expect(reader.currentApplication.reading.badLines == 1)
        #expect(reader.currentApplication.reading.events == 2)
        #expect(reader.currentApplication.id == "app-1")
    }

    @Test("the name of an event is found behind other keys, blanks and carriage returns")
    func unusualShape() {
        let application = SampleLog.read(
            "\r\n { \"App ID\" : \"a\\u0062\" , \"Event\" : \"SparkListenerApplicationStart\" ,"
                + " \"Timestamp\" : 5 } \r\n")
        #expect(application.id == "ab")
        #expect(application.startedAt == Instant(microseconds: 5_000))
        #expect(application.reading.badLines == 0)
    }

    @Test("a job, its stages and their ends that are told twice count once")
    func toldTwice() {
        let twice = SampleLog.lines.flatMap { line in
            ["JobStart", "JobEnd", "StageSubmitted", "StageCompleted"].contains {
                line.hasPrefix(#"{"Event":"SparkListener\#($0)""#)
            } ? [line, line] : [line]
        }
        let application = SampleLog.read(twice.joined(separator: "\n") + "\n")
        #expect(application.jobs.map(\.outcome) == [.succeeded])
        #expect(application.reading.jobEnds == 1)
        #expect(application.stages.count == 2)
    }

    @Test("a byte order mark at the start of the file is no part of the first event")
    func byteOrderMark() {
        let application = SampleLog.read("\u{FEFF}" + SampleLog.text)
        #expect(application.reading.badLines == 0)
        #expect(application.sparkVersion == "4.1.1")
    }

    @Test("a second application in the same log is one of its own")
    func twoApplications() {
        var reader = EventLogReader()
        reader.feed(SampleLog.bytes)
        reader.feed(
            Array(SampleLog.text.replacing("app-1", with: "app-2").utf8))
        reader.finish()
        #expect(reader.applications.map(\.id) == ["app-1", "app-2"])
        #expect(reader.applications.map(\.tasks.count) == [3, 3])
    }

    @Test("a snapshot stays as it is while reading goes on")
    func snapshots() {
        var reader = EventLogReader()
        let half = SampleLog.bytes.count / 2
        reader.feed(Array(SampleLog.bytes[..<half]))
        let snapshot = reader.currentApplication
        let before = report(snapshot)
        #expect(snapshot.endedAt == nil)
        reader.feed(Array(SampleLog.bytes[half...]))
        #expect(report(snapshot) == before)
        #expect(reader.currentApplication.endedAt != nil)
    }

    private func report(_ application: SparkApplication) -> String {
        let facts = SparkLogFacts(
            layout: "single", isInProgress: false, files: 1, bytes: 0, codec: "none")
        return SparkReport.json([SparkReport(application, facts: facts)])
    }
}
