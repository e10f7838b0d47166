import Foundation

private var allBenchmarks: [any Benchmark.Type] { [DispatchBenchmark.self] }

/// `spillway-bench [--rounds N] [--scratch DIR] [NAME…]` measures all benchmarks or those named; exit code 1 where a
/// limit is missed.
@main
enum Main {
    static func main() async throws {
        var options = BenchmarkOptions()
        var names: [String] = []
        var arguments = CommandLine.arguments.dropFirst()
        while let argument = arguments.popFirst() {
            if argument == "--rounds", let rounds = arguments.popFirst().flatMap({ Int($0) }) {
                options.rounds = max(1, rounds)
            } else if argument == "--scratch", let folder = arguments.popFirst() {
                options.scratch = folder
            } else if allBenchmarks.contains(where: { $0.name == argument }) {
                names.append(argument)
            } else {
                print("usage: spillway-bench [--rounds N] [--scratch DIR] [NAME…]")
                for benchmark in allBenchmarks {
                    print("  \(benchmark.name): \(benchmark.summary)")
                }
                exit(2)
            }
        }
        var isGood = true
        for benchmark in allBenchmarks where names.isEmpty || names.contains(benchmark.name) {
            print("\(benchmark.name): \(benchmark.summary)")
            for figure in try await benchmark.run(options) {
                print("  " + figure.line)
                isGood = isGood && figure.isGood
            }
        }
        exit(isGood ? 0 : 1)
    }
}
