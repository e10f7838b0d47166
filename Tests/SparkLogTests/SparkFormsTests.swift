import TestRandom
import Testing

@testable import SparkLog

/// Lists of accumulators in Spark's own form are read in a short way, all others in the long one.
@Suite("Accumulators in Spark's form")
struct SparkFormsTests {
    private static let tail =
        #","Internal":true,"Count Failed Values":true,"Metadata":"sql"}"#

    @Test("both ways read the same, whatever is in them", arguments: 0..<60 as Range<UInt64>)
    func sameBothWays(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var lines = [#"{"Event":"SparkListenerLogStart","Spark Version":"4.1.1"}"#]
        for number in 0..<30 {
            lines.append(Self.execution(number, &random))
            lines.append(Self.taskEnd(number, &random))
            lines.append(Self.completion(number, &random))
        }
        // A blank behind the brace is no form of Spark's, and changes nothing else.
        let long = lines.map {
            $0.replacing(#"{"name""#, with: #"{ "name""#)
                .replacing(#"{"ID""#, with: #"{ "ID""#)
        }
        #expect(long != lines)
        let (near, far) = (SampleLog.read(Self.text(lines)), SampleLog.read(Self.text(long)))
        #expect(near.reading.badLines == far.reading.badLines)
        let ids = Array(-3...Int64(140)) + [.max, .min, 1 << 40]
        for id in ids {
            #expect(Self.words(near.metric(id)) == Self.words(far.metric(id)), "metric \(id)")
        }
        #expect(
            near.sqlExecutions.map { $0.plans.map(\.metrics) }
                == far.sqlExecutions.map { $0.plans.map(\.metrics) })
    }

    @Test("a metric in Spark's form is known by its name, kind, values and total")
    func figures() throws {
        let lines = [
            #"{"Event":"x.SparkListenerSQLExecutionStart","executionId":1,"sparkPlanInfo":"#
                + #"{"nodeName":"Sort","simpleString":"Sort","children":[],"metadata":{},"metrics":["#
                + #"{"name":"sort time","accumulatorId":7,"metricType":"timing"},"#
                + #"{"name":"shuffle write time of a long name, very long","accumulatorId":8,"metricType":"nsTiming"},"#
                + #"{"name":"avg","accumulatorId":9,"metricType":"average"},"#
                + #"{"name":"peak","accumulatorId":10,"metricType":"size"},"#
                + #"{"name":"rows","accumulatorId":11,"metricType":"sum"}]}}"#,
            Self.taskEnd([(7, "sort time", "12"), (10, "peak", "400"), (11, "rows", "0")]),
        ]
        let application = SampleLog.read(Self.text(lines + [Self.padding]))
        let time = try #require(application.metric(7))
        #expect(time.name == "sort time" && time.kind == .timing && time.total == 12)
        #expect(application.metric(8)?.kind == .nanoTiming)
        #expect(application.metric(8)?.name == "shuffle write time of a long name, very long")
        #expect(application.metric(9)?.kind == .average)
        #expect(application.metric(10)?.total == 400)
        #expect(application.metric(11)?.total == 0 && application.metric(11)?.tasks?.count == 1)
        #expect(application.metric(11)?.stages == [0])
    }

    /// So that the lines before it are not near the end of what was fed.
    private static let padding =
        #"{"Event":"Other","text":""# + String(repeating: "x", count: 600) + #""}"#

    private static func text(_ lines: [String]) -> String {
        (lines + [padding]).joined(separator: "\n") + "\n"
    }

    private static func words(_ metric: SparkMetric?) -> String {
        guard let metric else { return "none" }
        return "\(metric.name) \(metric.kind) \(metric.total ?? -9) \(metric.stages) "
            + "\(metric.tasks?.count ?? 0) \(metric.tasks?.median ?? -9) "
            + "\(metric.driverValue ?? -9) \(metric.stageTotal ?? -9)"
    }

    private static func pick<Value>(_ list: [Value], _ random: inout SeededRandom) -> Value {
        list[Int.random(in: 0..<list.count, using: &random)]
    }

    private static func name(_ random: inout SeededRandom) -> String {
        pick(
            [
                "duration", "sort time", "", "number of output rows", #"a \"quoted\" name"#,
                #"tab\tand \u00e9"#, "internal.metrics.x", "internals", "brace } and [ in it",
                "sixteen bytes ..", "thirty-two bytes, not one more..",
                String(repeating: "long ", count: 14), String(repeating: "n", count: 63), "größe",
            ], &random)
    }

    private static func number(_ random: inout SeededRandom) -> String {
        pick(
            [
                "0", "7", "123456789012345678", "1234567890123456789", "99999999999999999999",
                "-1", "12.5", "", "1e3", "007",
            ], &random)
    }

    private static func execution(_ number: Int, _ random: inout SeededRandom) -> String {
        let metrics = (0..<Int.random(in: 0..<5, using: &random)).map { _ -> String in
            let id = pick(["\(Int.random(in: 0..<140, using: &random))", "-2", "1.5"], &random)
            let kind = pick(
                [
                    #""sum""#, #""size""#, #""timing""#, #""nsTiming""#, #""average""#, "null",
                    #""sums""#, #""v2Custom_x""#,
                ], &random)
            let more = pick(["", "", "", #","x":1"#], &random)
            return #"{"name":"\#(name(&random))","accumulatorId":\#(id),"#
                + #""metricType":\#(kind)\#(more)}"#
        }
        return #"{"Event":"x.SparkListenerSQLExecutionStart","executionId":\#(number),"#
            + #""sparkPlanInfo":{"nodeName":"Sort","simpleString":"Sort","children":[],"metadata":{},"metrics":["#
            + metrics.joined(separator: ",") + "]}}"
    }

    private static func taskEnd(_ stage: Int, _ random: inout SeededRandom) -> String {
        let updates = (0..<Int.random(in: 0..<6, using: &random)).map { _ in
            accumulable(#""Update":"\#(number(&random))","#, &random)
        }
        return taskEnd(updates, stage: stage)
    }

    private static func taskEnd(_ updates: [(Int, String, String)]) -> String {
        taskEnd(
            updates.map {
                #"{"ID":\#($0),"Name":"\#($1)","Update":"\#($2)","Value":"\#($2)"\#(tail)"#
            }, stage: 0)
    }

    private static func taskEnd(_ updates: [String], stage: Int) -> String {
        #"{"Event":"SparkListenerTaskEnd","Stage ID":\#(stage),"Stage Attempt ID":0,"#
            + #""Task End Reason":{"Reason":"Success"},"Task Info":{"Task ID":\#(stage),"Index":0,"#
            + #""Launch Time":1400,"Executor ID":"1","Host":"h1","Finish Time":1500,"#
            + #""Accumulables":["# + updates.joined(separator: ",") + "]}}"
    }

    private static func completion(_ stage: Int, _ random: inout SeededRandom) -> String {
        let totals = (0..<Int.random(in: 0..<5, using: &random)).map { _ in
            accumulable("", &random)
        }
        return #"{"Event":"SparkListenerStageCompleted","Stage Info":{"Stage ID":\#(stage),"#
            + #""Stage Attempt ID":0,"Accumulables":["# + totals.joined(separator: ",") + "]}}"
    }

    private static func accumulable(_ update: String, _ random: inout SeededRandom) -> String {
        let id = Int.random(in: 0..<140, using: &random)
        let end = pick(
            [tail, tail, tail, #","Internal":false,"Count Failed Values":true}"#, "}"], &random)
        let value = pick([#""\#(number(&random))""#, "17", "null"], &random)
        return #"{"ID":\#(id),"Name":"\#(name(&random))",\#(update)"Value":\#(value)\#(end)"#
    }
}
