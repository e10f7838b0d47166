import Foundation
import JSONText
import QueryPlans

/// Opens, ranks and compares plans of 5,000 operators.
enum PlanBenchmark: Benchmark {
    static let name = "plans"
    static let summary = "reading, ranking and comparing plans of 5,000 operators"

    static func run(_ options: BenchmarkOptions) async throws -> [Figure] {
        let (before, after) = (json(seed: 1), json(seed: 2))
        let old = try PostgresPlanReader.read(JSONValue(reading: before), query: "q")
        let new = try PostgresPlanReader.read(JSONValue(reading: after), query: "q")
        func milliseconds(_ body: () throws -> Void) rethrows -> Double {
            let times = try (0..<options.rounds).map { _ in
                let start = ContinuousClock.now
                try body()
                return (ContinuousClock.now - start) / .milliseconds(1)
            }
            return median(times)
        }
        var sink = 0
        let open = try milliseconds {
            sink += try PostgresPlanReader.read(JSONValue(reading: before), query: "q").nodes.count
        }
        let rank = milliseconds { sink += old.ranked(by: .time)[0] + old.ranked(by: .error)[0] }
        let compare = milliseconds { sink += PlanComparison(old, new).pairs.count }
        let lines = milliseconds { sink += PlanText.lines(old).count }
        precondition(sink > 0)
        return [
            Figure(
                name: "open \(before.count / 1_000) KB of JSON", value: open, unit: "ms", limit: 200
            ),
            Figure(name: "rank by time and by error", value: rank, unit: "ms", limit: 200),
            Figure(name: "compare with another", value: compare, unit: "ms", limit: 200),
            Figure(name: "as lines of text", value: lines, unit: "ms", limit: 200),
        ]
    }

    /// A plan as PostgreSQL prints it: appends of joins, 5,000 operators, a few nested deeply.
    private static func json(seed: UInt64) -> [UInt8] {
        var state = seed
        func random(_ limit: UInt64) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % limit)
        }
        func figures(_ time: Int) -> String {
            "\"Plan Rows\": \(random(9_000)), \"Actual Rows\": \(random(9_000)), "
                + "\"Actual Loops\": 1, \"Actual Total Time\": \(time).25, "
                + "\"Shared Hit Blocks\": \(random(50)), \"Shared Read Blocks\": \(random(5))"
        }
        var branches: [String] = []
        for branch in 0..<1_250 {
            let scan =
                "{\"Node Type\": \"\(random(3) == 0 ? "Index Scan" : "Seq Scan")\", "
                + "\"Relation Name\": \"events_\(branch)\", \"Filter\": \"(day > '2026-01-01')\", "
                + figures(3 + random(9)) + "}"
            let hash =
                "{\"Node Type\": \"Hash\", \(figures(2)), \"Plans\": [{\"Node Type\": \"Seq Scan\", "
                + "\"Relation Name\": \"days\", \(figures(1))}]}"
            branches.append(
                "{\"Node Type\": \"Hash Join\", \"Join Type\": \"Inner\", "
                    + "\"Hash Cond\": \"(e.day = d.day)\", \(figures(20 + random(9))), "
                    + "\"Plans\": [\(scan), \(hash)]}")
        }
        return Array(
            ("[{\"Plan\": {\"Node Type\": \"Append\", \(figures(60_000)), \"Plans\": ["
                + branches.joined(separator: ",") + "]}, \"Execution Time\": 60010.5}]").utf8)
    }
}
