import Foundation

/// One measurement of the product `spillway-bench`; add it to `allBenchmarks`.
protocol Benchmark {
    /// The word on the command line.
    static var name: String { get }
    /// One line: what is measured against what.
    static var summary: String { get }
    /// Measures, and returns the figures with the limits they are held to.
    static func run(_ options: BenchmarkOptions) async throws -> [Figure]
}

struct BenchmarkOptions {
    /// How often each side runs; the median counts.
    var rounds = 5
    /// Folder for what is written; on a disk, and best on one where no build deletes files just
    /// then: ext4 without a journal goes past each of those before it makes a new one.
    var scratch = "/var/tmp"
    /// The program to measure where a benchmark starts it; nil: the one beside this.
    var program: String?
    /// Source of the least that a framed curses screen costs.
    var floorSource = "../shared/tools/floor.c"
}

/// One measured number.
struct Figure {
    var name: String
    var value: Double
    var unit: String
    /// The most that is good enough; nil where the number only informs.
    var limit: Double?

    /// Stands for what could not be measured.
    static func failed(_ what: String, _ error: any Error) -> Figure {
        Figure(
            name: "\(what) could not be measured (\(error))", value: .infinity, unit: "", limit: 0)
    }

    var isGood: Bool { limit.map { value <= $0 } ?? true }

    var line: String {
        let text = value.formatted(.number.precision(.significantDigits(3)).grouping(.never))
        let verdict = limit.map { " (limit \($0.formatted()): \(isGood ? "PASS" : "MISSED"))" }
        return "\(name): \(text) \(unit)\(verdict ?? "")"
    }
}

/// The figures that `body` measures; where it fails, one that says so and is missed, for the others
/// are worth having all the same.
func figures(_ what: String, _ body: () throws -> [Figure]) -> [Figure] {
    do {
        return try body()
    } catch {
        return [.failed(what, error)]
    }
}

/// The middle value; of an even number the mean of the two in the middle, of none zero.
func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard let last = sorted.last else { return 0 }
    let middle = sorted.count / 2
    if sorted.count == 1 { return last }
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
