import Testing

@testable import SparkLog

@Suite("Ids of metrics and data sets")
struct IdentifierTests {
    @Test("ids near and far, of either sign, are told apart and come back from an index")
    func ids() throws {
        let ids: [Int64] = [
            0, 1, 63, 64, 5_000, (1 << 26) - 1, 1 << 26, (1 << 26) + 1, 1 << 40, .max, -1, -64,
            -65, .min,
        ]
        let metrics = ids.map { #"{"name":"m\#($0)","accumulatorId":\#($0),"metricType":"sum"}"# }
        let line =
            #"{"Event":"x.SparkListenerSQLExecutionStart","executionId":1,"sparkPlanInfo":"#
            + #"{"nodeName":"Sort","simpleString":"Sort","children":[],"metadata":{},"metrics":["#
            + metrics.joined(separator: ",") + "]}}\n"
        let application = SampleLog.read(line)
        let facts = SparkLogFacts(
            layout: "single", isInProgress: false, files: 1, bytes: 0, codec: "none")
        let read = try #require(SparkIndex.read(SparkIndex.bytes([application], facts)))
        for id in ids {
            #expect(application.metric(id)?.name == "m\(id)")
            #expect(read.applications[0].metric(id)?.name == "m\(id)")
        }
        for id: Int64 in [2, 62, 65, 127, (1 << 26) - 2, (1 << 40) - 1, -2, -63, -66] {
            #expect(application.metric(id)?.id == nil)
            #expect(read.applications[0].metric(id)?.id == nil)
        }
    }
}
