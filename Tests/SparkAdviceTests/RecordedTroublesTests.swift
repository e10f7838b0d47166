import Foundation
import SparkAdvice
import SparkLog
import SparkSources
import Testing

/// Logs of real runs of Spark 4.3 that taught the rules something; paths and hosts are made up.
@Suite("Advice on recorded troubles")
struct RecordedTroublesTests {
    struct Trouble: Sendable, CustomTestStringConvertible {
        var log: String
        /// All findings, best first.
        var rules: [String]
        /// What the first one changes, or a word of it.
        var cure: String
        var testDescription: String { log }
    }

    static let all = [
        // Executors ended by themselves after an OutOfMemoryError, tasks failed by it, and garbage
        // collection took most of the time: one cause, one finding.
        Trouble(log: "heap_full", rules: ["memory-gc"], cure: "spark.executor.memory"),
        // Python took ten seconds to begin and one millisecond for its thousand rows.
        Trouble(log: "udf_of_few_rows", rules: [], cure: ""),
        // Time to initialize a worker that is used again holds the tasks before: no time of its start.
        Trouble(
            log: "udf_workers_used_again", rules: ["python-udf"], cure: "pyspark.sql.functions"),
        Trouble(log: "cartesian_rdd", rules: ["nested-loop-join"], cure: "key"),
        // Every write of shuffle files waited for the disk.
        Trouble(log: "slow_disk", rules: ["slow-disk"], cure: "spark.local.dir"),
        // An executor was killed, two more fell silent; stages ran again for their shuffle files.
        Trouble(
            log: "executors_lost", rules: ["fetch-failures", "container-memory"],
            cure: "shuffle service"),
        // One executor of two took four times as long for the same data.
        Trouble(log: "slow_executor", rules: ["straggler"], cure: "host"),
        // A reducer found no shuffle files; patience would not have brought them back.
        // The program asked for the broadcast: no threshold had, and none would change it.
        Trouble(log: "broadcast_by_hint", rules: ["big-broadcast"], cure: "hint"),
        // One key had most rows; adaptive execution merged the other partitions up to a size that the
        // big one passes by a quarter.
        Trouble(
            log: "skew_among_merged", rules: ["skewed-join"],
            cure: "skewedPartitionThresholdInBytes"),
        // Two executors and 60 Mbit/s between them; somebody had allowed one request at a time.
        Trouble(log: "slow_network", rules: ["fetch-wait"], cure: "spark.reducer.maxReqsInFlight"),
        Trouble(log: "shuffle_files_deleted", rules: ["fetch-failures"], cure: "shuffle service"),
    ]

    @Test("one cause gives one finding, and what is no trouble none", arguments: Self.all)
    func findings(_ trouble: Trouble) throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures/\(trouble.log).zstd").path
        let loader = EventLogLoader(try EventLogFiles(path: path))
        try loader.readAll()
        let findings = SparkAdvisor.findings(of: try #require(loader.applications.first))
        #expect(findings.map(\.rule.rawValue) == trouble.rules)
        guard let first = findings.first else { return }
        #expect(first.changes.contains { $0.text.contains(trouble.cure) }, "\(first.changes)")
        if trouble.cure == "hint" { #expect(first.settings.isEmpty, "\(first.changes)") }
        #expect(first.saving.high > 0)
    }
}
