import Domain
import Foundation
import SparkLog
import Testing

@testable import SparkSources

@Suite("What a driver's API tells")
struct RESTModelTests {
    private func load(_ driver: SmallDriver) throws -> LoadedEventLog {
        let server = try CannedServer(driver.answers)
        return try SparkServer(url: "http://127.0.0.1:\(server.port)").load()
    }

    @Test("stages come in the order of their ids, those that were skipped among them")
    func stages() throws {
        let read = try #require(try load(SmallDriver()).mainApplication)
        #expect(read.stages.map(\.id) == [0, 1, 2, 3])
        #expect(read.stages.map(\.isSubmitted) == [true, true, false, true])
        #expect(read.stages[2].name == "stage 2")
        #expect(read.jobs.map(\.stages) == [[0, 1, 2, 3]])
        #expect(read.reading.taskStarts == 4 && read.tasks.count == 4)
        #expect(read.executors.map(\.host) == ["[::1]"])
    }

    @Test("a stage that reads a shuffle waits for those that had written one by then")
    func parents() throws {
        let read = try #require(try load(SmallDriver()).mainApplication)
        #expect(read.stages.map(\.parents) == [[], [], [], [0, 1, 2]])
    }

    @Test("a query has its error, its plan in full, and the time of its generated code")
    func queries() throws {
        let read = try #require(try load(SmallDriver()).mainApplication)
        let query = try #require(read.sqlExecutions.first)
        #expect(query.outcome == .failed("too big"))
        #expect(query.jobs == [0])
        let plan = try #require(query.plans.first)
        #expect(
            plan.nodes.map(\.name) == ["Exchange", "WholeStageCodegen (1)", "Project", "Range"])
        #expect(plan.nodes.map(\.depth) == [0, 1, 2, 3])
        #expect(plan.nodes[0].detail == "Exchange hashpartitioning(k, 8)")
        let totals = plan.nodes.map { $0.metricRange.map { read.metric(plan.metrics[$0])?.total } }
        #expect(totals == [[2048], [404], [], []])
    }

    @Test("data sets that are kept have their sizes, whichever job keeps them")
    func storage() throws {
        var driver = SmallDriver()
        driver.stages[0] = SmallDriver.stage(
            3, "COMPLETE", from: 5, to: 8, reads: 10, writes: 0, tasks: 2, rdds: [9])
        driver.stages.insert(
            SmallDriver.stage(
                4, "COMPLETE", from: 8, to: 9, reads: 0, writes: 0, tasks: 2, rdds: [22, 9]),
            at: 0)
        let job = driver.jobs.dropFirst().dropLast()
        let other = job.replacingOccurrences(of: #""jobId":0"#, with: #""jobId":1"#)
            .replacingOccurrences(of: "[3,1,0,2]", with: "[4]")
        driver.jobs = "[\(other),\(job)]"
        let read = try #require(try load(driver).mainApplication)
        let kept = read.rdds.values.filter(\.isPersisted)
        #expect(kept.map(\.id) == [22])
        #expect(kept.map(\.memoryBytes) == [4096] && kept.map(\.diskBytes) == [512])
        #expect(kept.map(\.cachedPartitions) == [1])
    }

    @Test("what the API does not tell is null in a report, and named")
    func notTold() throws {
        let log = try load(SmallDriver())
        let read = try #require(log.mainApplication)
        let report = SparkReport.json([SparkReport(read, facts: log.facts)])
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(report.utf8)) as? [String: Any])
        let first = try #require((object["applications"] as? [[String: Any]])?.first)
        let summary = try #require(first["summary"] as? [String: Any])
        for key in ["events", "bytes", "files", "codec", "aqe_updates", "driver_accum_updates"] {
            #expect(summary[key] is NSNull, "\(key)")
        }
        #expect((summary["streaming"] as? [String: Any])?["progress"] is NSNull)
        #expect(summary["layout"] as? String == "rest")
        #expect((summary["not_told"] as? [String])?.contains { $0.contains("streams") } ?? false)
        #expect(summary["in_progress"] as? Bool == true)
    }

    @Test("jobs, stages and tasks that a driver has forgotten are counted, and the setting named")
    func forgotten() throws {
        var driver = SmallDriver()
        driver.jobs = driver.jobs.replacingOccurrences(of: #""jobId":0"#, with: #""jobId":7"#)
        driver.stages = driver.stages.filter { !$0.contains(#""stageId":0,"#) }
        driver.stages[0] = driver.stages[0].replacingOccurrences(
            of: #""numCompleteTasks":2"#, with: #""numCompleteTasks":9"#)
        let told = try load(driver).facts.notTold
        #expect(told.contains("7 jobs that it has forgotten (spark.ui.retainedJobs)"))
        #expect(told.contains("1 stages that it has forgotten (spark.ui.retainedStages)"))
        #expect(told.contains("7 tasks that it has forgotten (spark.ui.retainedTasks)"))
    }

    @Test("a server of Spark before 3.1, which gives no tasks in a list, is asked stage by stage")
    func oldServer() throws {
        let driver = SmallDriver()
        var answers = driver.answers
        let list = "/api/v1/applications/app-1/stages"
        answers[list + "?details=true&withSummaries=false"] = driver.answers[list]?
            .replacingOccurrences(of: #""tasks":"#, with: #""other":"#)
        let server = try CannedServer(answers)
        let log = try SparkServer(url: "http://127.0.0.1:\(server.port)").load()
        #expect(log.mainApplication?.tasks.count == 4)
    }

    @Test("the attempt that is asked for is read, by address or id; another is none")
    func attempts() throws {
        let list = """
            [{"id":"app-1","name":"n","attempts":[{"attemptId":"2","completed":true,
            "startTimeEpoch":1795762800000,"endTimeEpoch":1795762900000},{"attemptId":"1",
            "completed":true,"startTimeEpoch":1795762700000,"endTimeEpoch":1795762750000}]},
            {"id":"app-2","name":"m","attempts":[{"completed":false,
            "startTime":"2026-11-27T07:00:00.000GMT"}]}]
            """
        let server = try CannedServer(["/api/v1/applications": list])
        let base = "http://127.0.0.1:\(server.port)"
        let all = try SparkServer(url: base).applications()
        #expect(all.map(\.attempt) == ["2", "1", nil])
        #expect(all.map { $0.endedAt?.seconds } == [1_795_762_900, 1_795_762_750, nil])
        #expect(all.map(\.url) == ["app-1/2", "app-1/1", "app-2"].map { base + "/history/" + $0 })
        for entry in all { #expect(try SparkServer(url: entry.url).entry() == entry) }
        #expect(try SparkServer(url: base + "/history/app-1/1/jobs/").entry().attempt == "1")
        #expect(try SparkServer(url: base).entry("app-1/1").attempt == "1")
        #expect(try SparkServer(url: base).entry("app-1").attempt == "2")
        #expect(try SparkServer(url: base + "/history/app-2/jobs/").entry("app-1").id == "app-1")
        let known = ["app-1/2", "app-1/1", "app-2"]
        #expect(throws: RemoteError.noApplication("app-1/3", known: known)) {
            try SparkServer(url: base + "/history/app-1/3/jobs/").entry()
        }
        #expect(throws: RemoteError.noApplication("other", known: known)) {
            try SparkServer(url: base + "/history/other/jobs/").entry()
        }
    }
}

@Suite("A driver that is looked at again and again")
struct ServerReadingTests {
    @Test("nothing is told twice, and only stages that changed are asked for again")
    func again() throws {
        let driver = SmallDriver()
        let base = "/api/v1/applications/app-1"
        let server = try ChangingServer(driver.answers)
        var reading = try SparkServer(url: "http://127.0.0.1:\(server.port)").reading()
        let first = try reading.look()
        #expect(first?.mainApplication?.tasks.count == 4)
        #expect(try reading.look() == nil)

        var next = driver
        next.stages.insert(
            SmallDriver.stage(
                4, "ACTIVE", from: 9, to: nil, reads: 0, writes: 0, tasks: 3, rdds: []), at: 0)
        var answers = next.answers
        answers[base + "/stages/4/0?details=true&withSummaries=false"] = next.stages[0]
        server.answers = answers
        server.asked = []
        let second = try reading.look()
        #expect(second?.mainApplication?.tasks.count == 7)
        #expect(second?.facts.isInProgress ?? false)
        #expect(server.asked.filter { $0.contains("details=true") }.count == 1)
        #expect(!server.asked.contains { $0.hasSuffix("/environment") || $0.hasSuffix("/logs") })
    }

    @Test("the end of an application is told, and a server that has gone")
    func end() throws {
        var driver = SmallDriver()
        let server = try ChangingServer(driver.answers)
        var reading = try SparkServer(url: "http://127.0.0.1:\(server.port)").reading()
        _ = try reading.look()
        driver.application = driver.application.replacingOccurrences(
            of: #""completed":false"#, with: #""completed":true"#
        ).replacingOccurrences(of: #""endTimeEpoch":-1"#, with: #""endTimeEpoch":1795762900000"#)
        server.answers = driver.answers
        let ended = try reading.look()
        #expect(ended?.facts.isInProgress == false)
        #expect(ended?.mainApplication?.endedAt?.seconds == 1_795_762_900)
        server.answers = [:]
        #expect(throws: RemoteError.self) { try reading.look() }
    }

    @Test("a first look that is no longer wanted ends between two questions")
    func unwanted() throws {
        let server = try ChangingServer(SmallDriver().answers)
        var reading = try SparkServer(url: "http://127.0.0.1:\(server.port)").reading()
        #expect(try reading.look(isWanted: { false }) == nil)
    }
}
