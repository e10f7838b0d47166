import Foundation
import SparkAdvice

/// What came of one job.
struct SparkProofResult {
    var job: String
    var found: String
    var isRight: Bool
    var isShown: Bool
    /// Seconds.
    var slow: Double
    var cured: Double?
    var labelled: Double?
    var low: Double = 0
    var high: Double = 0
    /// What the first finding says to set; empty where the cure is in the program.
    var settings: [String: String] = [:]

    /// - Parameters:
    ///   - family: what is labelled as the job's problem.
    ///   - slow: seconds that it took as it is.
    init(
        job: String, family: String, isShown: Bool, slow: Double, profile: ApplicationProfile
    ) {
        let first = SparkAdvisor.findings(in: profile).first
        self.job = job
        self.isShown = isShown
        self.slow = slow
        found = first?.rule.rawValue ?? "none"
        isRight = found == family
        guard let first, family != "none" else { return }
        low = Double(first.saving.low) / 1000
        high = Double(first.saving.high) / 1000
        settings = Dictionary(
            first.settings.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    }

    var isCuredVariant: Bool { settings.isEmpty }
    var gain: Double? { cured.map { slow - $0 } }
    var isEnough: Bool {
        guard let gain, let labelled else { return false }
        return gain >= (slow - labelled) / 2
    }
    var isInRange: Bool { gain.map { (low...max(low, high)).contains($0) } ?? false }

    var text: String {
        func seconds(_ value: Double?) -> String {
            value.map { String(format: "%.1f s", $0) } ?? "-"
        }
        let cure =
            cured == nil
            ? "" : ", advised \(seconds(cured))\(isCuredVariant ? " (cured variant)" : "")"
        let range =
            gain == nil
            ? "" : "; saved \(seconds(gain)) of promised \(seconds(low)) to \(seconds(high))"
        return "\(job): \(found)\(isRight ? "" : " WRONG"), \(seconds(slow))\(cure), labelled cure "
            + "\(seconds(labelled))\(range)"
    }
}

struct SparkProofTally {
    private var results: [SparkProofResult] = []
    private var walls: [WarmSparkRuns.Simulated] = []
    private var unrest: [Double] = []

    mutating func add(_ result: SparkProofResult) { results.append(result) }
    /// - Parameter unrest: errors of equal runs as forecasts of each other.
    mutating func add(_ simulated: [WarmSparkRuns.Simulated], unrest: [Double]) {
        walls += simulated
        self.unrest += unrest
    }

    var text: String {
        let shown = results.filter(\.isShown)
        let likely = walls.filter { $0.range.contains($0.measured) }.count
        return "first finding right: \(results.filter(\.isRight).count) of \(results.count); "
            + "at least half the labelled gain: \(shown.filter(\.isEnough).count) of \(shown.count); "
            + "gain in the promised range: \(shown.filter(\.isInRange).count) of \(shown.count)\n"
            + "simulated wall \(Self.text(walls.map(\.error))), within its range: \(likely)\n"
            + "equal runs, each for the others: \(Self.text(unrest))"
    }

    private static func text(_ errors: [Double]) -> String {
        let close = errors.filter { abs($0) <= 0.10 }.count
        let mean = errors.reduce(0) { $0 + abs($1) } / Double(max(1, errors.count)) * 100
        return "within 10 %: \(close) of \(errors.count), mean error "
            + String(format: "%.1f", mean) + " %"
    }
}
