import Foundation
import Runners
import SurvivalWorld

/// Benchmarks that print a table of their own and take words of their own.
private var tables: [(name: String, summary: String, run: ([String]) async throws -> Void)] {
    [
        (
            "survival", "tasks of engines and runners that are killed at any moment",
            SurvivalBenchmark.run
        ),
        ("graph", "layout time and crossings against graphviz", runGraphBenchmark),
        ("log", "opening, indexing and searching a log against less, wc, grep", runLogBenchmark),
        ("spark-log", "reading a Spark event log against other readers", runSparkLogBenchmark),
        (
            "spark-proof", "advice on real Spark jobs against their known cures",
            runSparkProofBenchmark
        ),
        (
            "results", "keeping, scrolling and exporting a result against sqlite3",
            runResultsBenchmark
        ),
        (
            "quality", "checks of every row of a table against one bare query",
            runQualityBenchmark
        ),
    ]
}

private var allBenchmarks: [any Benchmark.Type] {
    [
        DispatchBenchmark.self, StoreBenchmark.self, ScaleBenchmark.self, TerminalBenchmark.self,
        LinkBenchmark.self, PlanBenchmark.self, QueryBenchmark.self, EditorBenchmark.self,
        TransformBenchmark.self,
    ]
}

/// `spillway-bench [--rounds N] [--scratch DIR] [--program PATH] [--floor FILE.c] [NAME…]` measures
/// all benchmarks or those named; exit code 1 where a limit is missed. `spillway-bench graph …` and
/// the other tables take words of their own.
@main
enum Main {
    static func main() async throws {
        var arguments = CommandLine.arguments.dropFirst()
        if arguments.first == DispatchBenchmark.runnerWord, let folder = arguments.last {
            exit(RunnerServer.main(folder: folder))
        }
        if arguments.first == SurvivalGraph.scriptWord {
            exit(SQLScriptProcess.main(Array(arguments.dropFirst())))
        }
        if arguments.first == SurvivalBenchmark.hostWord, arguments.count == 3,
            let seed = arguments.last.flatMap({ UInt64($0) })
        {
            return try await SurvivalBenchmark.host(
                folder: arguments[arguments.startIndex + 1], seed: seed)
        }
        if let table = tables.first(where: { $0.name == arguments.first }) {
            return try await table.run(Array(arguments.dropFirst()))
        }
        var options = BenchmarkOptions()
        var names: [String] = []
        while let argument = arguments.popFirst() {
            if argument == "--rounds", let rounds = arguments.popFirst().flatMap({ Int($0) }) {
                options.rounds = max(1, rounds)
            } else if argument == "--scratch", let folder = arguments.popFirst() {
                options.scratch = folder
            } else if argument == "--program", let program = arguments.popFirst() {
                options.program = program
            } else if argument == "--floor", let source = arguments.popFirst() {
                options.floorSource = source
            } else if allBenchmarks.contains(where: { $0.name == argument }) {
                names.append(argument)
            } else {
                printUsage()
                exit(2)
            }
        }
        var isGood = true
        for benchmark in allBenchmarks where names.isEmpty || names.contains(benchmark.name) {
            print("\(benchmark.name): \(benchmark.summary)")
            let measured: [Figure]
            do {
                measured = try await benchmark.run(options)
            } catch {
                measured = [.failed(benchmark.name, error)]
            }
            for figure in measured {
                print("  " + figure.line)
                isGood = isGood && figure.isGood
            }
        }
        exit(isGood ? 0 : 1)
    }

    private static func printUsage() {
        print(
            "usage: spillway-bench [--rounds N] [--scratch DIR] [--program PATH] [--floor FILE.c]"
                + " [NAME…]")
        for benchmark in allBenchmarks { print("  \(benchmark.name): \(benchmark.summary)") }
        for table in tables { print("  \(table.name): \(table.summary)") }
    }
}
