import Domain
import Engine
import Foundation
import Runners
import SchedulerCore
import Store

/// What panes read several times a second, from a store of a million task rows.
enum StoreBenchmark: Benchmark {
    static let name = "store"
    static let summary = "reading for the panes: 1,000 pipelines, 10,000 runs, 1,000,000 tasks"

    static func run(_ options: BenchmarkOptions) async throws -> [Figure] {
        let scratch = try Scratch(in: options.scratch)
        let folder = StateFolder(path: try scratch.newFolder() + "/state")
        try folder.prepare()
        let writer = try StoreWriter(folder)
        writer.prepareLog()
        try ManyRuns.write(writer)
        let large = RunID("large")
        _ = try writer.append([
            try ManyRuns.created(ManyRuns.pipeline(1_000, tasks: 1_000), large, 0)
        ])
        let reader = try StoreReader(folder)
        let rounds = max(options.rounds, 20)
        var tasks: [Double] = []
        var recent: [Double] = []
        var counts: Set<Int> = []
        for _ in 0..<rounds {
            tasks.append(try time { counts.insert(try reader.tasks(of: large).count) })
            recent.append(
                try time {
                    counts.insert(
                        try reader.recentRuns(each: 20).values.reduce(0) { $0 + $1.count })
                })
        }
        guard counts == [1_000, 10_001] else { throw Failure(counts: counts) }
        return [
            Figure(
                name: "the tasks of a run of 1,000", value: median(tasks), unit: "ms", limit: 3),
            Figure(
                name: "the newest runs of 1,001 pipelines", value: median(recent), unit: "ms",
                limit: 100),
        ]
    }

    private struct Failure: Error { var counts: Set<Int> }

    private static func time(_ body: () throws -> Void) throws -> Double {
        let begin = SystemClock.monotonic()
        try body()
        return Double(SystemClock.monotonic().microseconds - begin.microseconds) / 1_000
    }
}
