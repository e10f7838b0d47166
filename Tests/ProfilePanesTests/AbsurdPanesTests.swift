import PaneKit
import Screen
import SparkAdvice
import SparkLog
import TestRandom
import Testing

@testable import ProfilePanes

/// A log with one of everything that the profiler shows; `%` stands where a number does.
enum EverythingLog {
    static let lines = beginning + work + rest

    private static let beginning: [String] = [
        #"{"Event":"SparkListenerLogStart","Spark Version":"4.1.1"}"#,
        #"{"Event":"SparkListenerResourceProfileAdded","Resource Profile Id":0,"Executor Resource Requests":{"cores":{"Resource Name":"cores","Amount":%4},"memory":{"Resource Name":"memory","Amount":%1024}},"Task Resource Requests":{"cpus":{"Resource Name":"cpus","Amount":%1}}}"#,
        #"{"Event":"SparkListenerEnvironmentUpdate","Spark Properties":{"spark.master":"spark://h:1","spark.executor.cores":"%4","spark.sql.shuffle.partitions":"%200","spark.executor.memory":"%1g","spark.task.cpus":"%1"}}"#,
        #"{"Event":"SparkListenerApplicationStart","App Name":"all","App ID":"app-1","Timestamp":%1000}"#,
        #"{"Event":"SparkListenerExecutorAdded","Timestamp":%1100,"Executor ID":"1","Executor Info":{"Host":"h1","Total Cores":%4}}"#,
        #"{"Event":"SparkListenerExecutorAdded","Timestamp":%1100,"Executor ID":"2","Executor Info":{"Host":"h2","Total Cores":%4}}"#,
        #"{"Event":"SparkListenerBlockManagerAdded","Block Manager ID":{"Executor ID":"1","Host":"h1","Port":%7},"Maximum Memory":%900,"Timestamp":%1100}"#,
        #"{"Event":"org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart","executionId":7,"description":"q","details":"","sparkPlanInfo":{"nodeName":"Exchange","simpleString":"Exchange hashpartitioning(k, 200)","children":[{"nodeName":"Scan parquet t","simpleString":"Scan","children":[],"metadata":{"Format":"Parquet"},"metrics":[{"name":"number of files read","accumulatorId":%52,"metricType":"sum"},{"name":"scan time","accumulatorId":%53,"metricType":"nsTiming"},{"name":"avg","accumulatorId":%54,"metricType":"average"}]}],"metadata":{},"metrics":[{"name":"data size","accumulatorId":%51,"metricType":"size"}]},"time":%1200}"#,
        #"{"Event":"SparkListenerJobStart","Job ID":0,"Submission Time":%1300,"Stage Infos":[\#(stage(0)),\#(stage(1))],"Stage IDs":[0,1],"Properties":{"spark.sql.execution.id":"7"}}"#,
        #"{"Event":"org.apache.spark.sql.execution.ui.SparkListenerDriverAccumUpdates","executionId":7,"accumUpdates":[[%52,%9],[%53,%9]]}"#,
    ]

    private static let work: [String] = (0...1).flatMap { number -> [String] in
        var lines = [#"{"Event":"SparkListenerStageSubmitted","Stage Info":\#(stage(number))}"#]
        for task in 0..<6 { lines.append(taskEnd(number, task)) }
        lines.append(#"{"Event":"SparkListenerStageCompleted","Stage Info":\#(stage(number))}"#)
        return lines
    }

    private static let rest: [String] = again + (0..<6).map(batch) + ending

    private static let again: [String] = [
        #"{"Event":"SparkListenerTaskStart","Stage ID":1,"Stage Attempt ID":0,"Task Info":{"Task ID":%99,"Index":%9,"Attempt":%0,"Launch Time":%1500,"Executor ID":"1","Host":"h1"}}"#,
        #"{"Event":"SparkListenerStageExecutorMetrics","Executor ID":"1","Stage ID":1,"Stage Attempt ID":0,"Executor Metrics":{"JVMHeapMemory":%5000}}"#,
        #"{"Event":"SparkListenerBlockUpdated","Block Updated Info":{"Block Manager ID":{"Executor ID":"1","Host":"h","Port":%1},"Block ID":"rdd_0_1","Storage Level":{"Use Memory":true},"Memory Size":%100,"Disk Size":%100}}"#,
        #"{"Event":"SparkListenerJobEnd","Job ID":0,"Completion Time":%9000,"Job Result":{"Result":"JobSucceeded"}}"#,
        #"{"Event":"org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionEnd","executionId":7,"time":%9050,"errorMessage":""}"#,
    ]

    private static func batch(_ batch: Int) -> String {
        #"{"Event":"org.apache.spark.sql.streaming.StreamingQueryListener$QueryProgressEvent","progress":{"id":"q","runId":"r","name":"s","timestamp":"2026-01-01T00:00:0\#(batch).000Z","batchId":%\#(batch),"durationMs":{"triggerExecution":%900,"addBatch":%700},"eventTime":{"watermark":"1970-01-01T00:00:01.000Z"},"stateOperators":[{"numRowsTotal":%40,"memoryUsedBytes":%100},{"numRowsTotal":%6}],"sources":[{"description":"a","numInputRows":%7,"inputRowsPerSecond":%5,"processedRowsPerSecond":%2},{"numInputRows":%1,"inputRowsPerSecond":%5}],"sink":{"description":"s","numOutputRows":%3}}}"#
    }

    private static let ending: [String] = [
        #"{"Event":"SparkListenerExecutorRemoved","Timestamp":%8000,"Executor ID":"2","Removed Reason":"lost"}"#,
        #"{"Event":"SparkListenerApplicationEnd","Timestamp":%10000}"#,
    ]

    private static func stage(_ id: Int) -> String {
        #"{"Stage ID":\#(id),"Stage Attempt ID":0,"Stage Name":"s","Number of Tasks":%6,"RDD Info":[{"RDD ID":\#(id),"Name":"rdd","Storage Level":{"Use Memory":true},"Number of Partitions":%3,"Number of Cached Partitions":%3,"Memory Size":%10,"Disk Size":%10}],"Parent IDs":[\#(id == 1 ? "0" : "")],"Submission Time":%1300,"Completion Time":%9000}"#
    }

    private static func taskEnd(_ stage: Int, _ task: Int) -> String {
        let numbers = { (keys: [String]) in
            keys.map { #""\#($0)":%\#(100 + task * 900)"# }.joined(separator: ",")
        }
        return
            #"{"Event":"SparkListenerTaskEnd","Stage ID":\#(stage),"Stage Attempt ID":0,"Task Type":"ResultTask","Task End Reason":{"Reason":"\#(task == 5 ? "ExecutorLostFailure" : "Success")"},"Task Info":{"Task ID":%\#(stage * 10 + task),"Index":%\#(task),"Attempt":%0,"Launch Time":%1400,"Executor ID":"\#(task % 2 + 1)","Host":"h","Getting Result Time":%0,"Finish Time":%\#(2_000 + task * 900),"Accumulables":[{"ID":%51,"Name":"data size","Update":"%30","Value":"%99","Metadata":"sql"}]},"Task Executor Metrics":{"JVMHeapMemory":%77},"Task Metrics":{\#(numbers(["Executor Run Time", "Executor CPU Time", "Executor Deserialize Time", "JVM GC Time", "Result Size", "Result Serialization Time", "Memory Bytes Spilled", "Disk Bytes Spilled", "Peak Execution Memory"])),"Input Metrics":{\#(numbers(["Bytes Read", "Records Read"]))},"Output Metrics":{\#(numbers(["Bytes Written", "Records Written"]))},"Shuffle Read Metrics":{\#(numbers(["Remote Blocks Fetched", "Local Blocks Fetched", "Fetch Wait Time", "Remote Bytes Read", "Local Bytes Read", "Total Records Read"]))},"Shuffle Write Metrics":{\#(numbers(["Shuffle Bytes Written", "Shuffle Write Time", "Shuffle Records Written"]))}}}"#
    }

    /// The log, each number replaced by what `number` makes of it.
    static func text(_ number: (Substring) -> String) -> String {
        lines.map { line in
            var result = ""
            var rest = line[...]
            while let mark = rest.firstIndex(of: "%") {
                result += rest[..<mark]
                rest = rest[rest.index(after: mark)...]
                let digits = rest.prefix(while: \.isNumber)
                result += number(digits)
                rest = rest.dropFirst(digits.count)
            }
            return result + rest + "\n"
        }.joined()
    }
}

@Suite("Absurd numbers in the profiler")
struct AbsurdPanesTests {
    private static let extremes = [
        "0", "-1", "9223372036854775807", "-9223372036854775808", "4611686018427387904",
        "99999999999999999999999", "1e308", "-1e308", "1e400", "0.5", "NaN", "null", "2147483648",
    ]

    private func draw(_ application: ProfiledApplication) {
        for (width, height) in [(160, 45), (20, 5)] {
            var desk = ProfileTests.Desk()
            desk.size = Size(width: width, height: height)
            desk.show(application)
            let counts = [
                application.application.stages.count, application.application.jobs.count,
                application.application.executors.count, application.findings.count,
                application.application.sqlExecutions.count,
            ]
            let views: [ProfileView] =
                ProfileView.tabs + (0..<min(4, counts[0])).flatMap { [.stage($0), .tasks($0)] }
                + (0..<min(2, counts[1])).map { .job($0) }
                + (0..<min(3, counts[2])).map { .executor($0) }
                + (0..<min(4, counts[3])).map { .finding($0) }
                + (0..<min(2, counts[4])).map { .plan($0, version: 0) }
            for view in views {
                desk.state.views = [view]
                ProfilePane.show(&desk.state, desk.context)
                _ = desk.text
                for _ in 0..<3 {
                    desk.press(.nextMetric, .nextColumn, .sortDescending, .last)
                    _ = desk.text
                }
            }
        }
        let pair = SparkComparison(application.profile, application.profile)
        _ = ComparedRuns(pair).table(.unicode, width: 80)
        _ =
            SparkMarkdown(
                application: application.application, findings: application.findings
            ).text
    }

    @Test("the log with one of everything fills every view")
    func everything() {
        let application = SmallApplication.profiled(EverythingLog.text { String($0) })
        #expect(application.application.reading.badLines == 0)
        #expect(application.application.tasks.count == 12)
        #expect(application.application.streamingQueries.first?.progress.count == 6)
        #expect(application.application.sqlExecutions.first?.plans.first?.nodes.count == 2)
        draw(application)
    }

    @Test("one absurd number everywhere stops no view", arguments: extremes)
    func same(_ number: String) {
        draw(SmallApplication.profiled(EverythingLog.text { _ in number }))
    }

    @Test(
        "absurd numbers among real ones stop no view", arguments: 1...15 as ClosedRange<UInt64>)
    func mixed(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let share = [3, 12, 60][Int(seed % 3)]
        draw(
            SmallApplication.profiled(
                EverythingLog.text { digits in
                    guard Int.random(in: 0..<share, using: &random) == 0 else {
                        return String(digits)
                    }
                    return Self.extremes.randomElement(using: &random) ?? "0"
                }))
    }
}

extension ProfileTests.Desk {
    mutating func show(_ application: ProfiledApplication) {
        _ = Profile.run(&state, word: "spark", [application.path], context)
        _ = Profile.take(&state, .loaded(application), context)
    }
}
