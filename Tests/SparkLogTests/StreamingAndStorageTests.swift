import Domain
import Testing

@testable import SparkLog

@Suite("Streaming queries and cached data")
struct StreamingAndStorageTests {
    private static let event = "org.apache.spark.sql.streaming.StreamingQueryListener$"
    private static let progress =
        #"{"id":"q","runId":"r","name":"rate","timestamp":"1970-01-01T00:00:02.500Z","batchId":3,"#
        + #""durationMs":{"triggerExecution":90,"addBatch":70,"walCommit":5},"#
        + #""eventTime":{"watermark":"1970-01-01T00:00:01.000Z"},"#
        + #""stateOperators":[{"numRowsTotal":4,"memoryUsedBytes":100},{"numRowsTotal":6}],"#
        + #""sources":[{"description":"a","startOffset":{"x":[1]},"numInputRows":7,"#
        + #""inputRowsPerSecond":"NaN","processedRowsPerSecond":2.5},{"numInputRows":1}],"#
        + #""sink":{"description":"s","numOutputRows":-1}}"#

    private func check(_ application: SparkApplication) throws {
        let query = try #require(application.streamingQueries.first)
        #expect(query.name == "rate")
        #expect(query.isTerminated)
        #expect(query.exception == "boom")
        let batch = try #require(query.progress.first)
        #expect(query.progress.count == 1)
        #expect(batch.batch == 3)
        #expect(batch.startedAt == Instant(microseconds: 2_500_000))
        #expect(batch.watermark == Instant(microseconds: 1_000_000))
        #expect(batch.triggerMilliseconds == 90)
        #expect(batch.addBatchMilliseconds == 70)
        #expect(batch.inputRows == 8)
        #expect(batch.inputRowsPerSecond == nil)
        #expect(batch.processedRowsPerSecond == 2.5)
        #expect(batch.stateRows == 10)
        #expect(batch.outputRows == nil)
    }

    @Test("progress is read as an object and as JSON inside a string", arguments: [false, true])
    func progress(isText: Bool) throws {
        let escaped = "\"" + Self.progress.replacing("\"", with: "\\\"") + "\""
        try check(
            SampleLog.read(
                #"{"Event":"\#(Self.event)QueryStartedEvent","id":"q","runId":"r","name":"rate"}"#
                    + "\n" + #"{"Event":"\#(Self.event)QueryProgressEvent","progress":"#
                    + (isText ? escaped : Self.progress) + "}\n"
                    + #"{"Event":"\#(Self.event)QueryTerminatedEvent","id":"q","runId":"r","#
                    + #""exception":"boom"}"# + "\n"))
    }

    @Test("block updates keep the size of a cached data set, its peak, and its end")
    func blocks() throws {
        func update(_ partition: Int, _ memory: Int, executor: String = "1") -> String {
            #"{"Event":"SparkListenerBlockUpdated","Block Updated Info":{"Block Manager ID":"#
                + #"{"Executor ID":"\#(executor)","Host":"h","Port":1},"Block ID":"rdd_0_\#(partition)","#
                + #""Storage Level":{},"Memory Size":\#(memory),"Disk Size":0}}"# + "\n"
        }
        let text =
            SampleLog.lines.prefix(7).joined(separator: "\n") + "\n" + update(0, 100)
            + update(1, 50) + update(0, 80)
        let rdd = try #require(SampleLog.read(text).rdds[0])
        #expect(rdd.cachedPartitions == 2)
        #expect(rdd.memoryBytes == 130)
        #expect(rdd.peakBytes == 150)
        let dropped = try #require(SampleLog.read(text + update(0, 0)).rdds[0])
        #expect(dropped.cachedPartitions == 1)
        #expect(dropped.memoryBytes == 50)
        let end = #"{"Event":"SparkListenerUnpersistRDD","RDD ID":0}"# + "\n"
        let gone = try #require(SampleLog.read(text + end).rdds[0])
        #expect(gone.isUnpersisted)
        #expect(gone.memoryBytes == 0)
        #expect(gone.peakBytes == 150)
    }
}
