public import JSONText
import SparkLog

/// A finding, applied and measured.
public struct SparkProof: Sendable {
    public var finding: Finding
    public var comparison: SparkComparison
    public var verdict: SparkComparison.Verdict
    /// One sentence.
    public var reason: String

    /// - Parameter comparison: of the run that has the finding with one that had its settings.
    public init(_ finding: Finding, _ comparison: SparkComparison) {
        self.finding = finding
        self.comparison = comparison
        let judged = comparison.judgements.first {
            $0.finding.rule == finding.rule && $0.finding.stage == finding.stage
        }
        verdict = judged?.verdict ?? .notComparable
        reason = judged?.reason ?? "the finding is not among those of the first run"
        // A program that sets the value itself wins over the command line.
        for (key, value) in finding.settings {
            let now = comparison.after.application.sparkProperties.first { $0.key == key }?.value
            guard now != value else { continue }
            verdict = .notComparable
            reason = "\(key) was \(now ?? "not set") in the second run: the program sets it itself"
        }
    }

    /// `{"rule","verdict","reason","expected_ms":{"low","high"},"measured_ms","finding",
    /// "comparison"}`.
    public var json: JSONValue {
        .object([
            "rule": .string(finding.rule.rawValue), "verdict": .string(verdict.rawValue),
            "reason": .string(reason),
            "expected_ms": .object([
                "low": .integer(finding.saving.low), "high": .integer(finding.saving.high),
            ]),
            "measured_ms": .integer(comparison.saved),
            "finding": finding.json, "comparison": comparison.json,
        ])
    }

    /// The verdict as one line of JSON, to be kept.
    public var record: String {
        JSONValue.object([
            "rule": .string(finding.rule.rawValue), "verdict": .string(verdict.rawValue),
            "app": .string(orNull: comparison.after.application.name),
            "expected_low_ms": .integer(finding.saving.low),
            "expected_high_ms": .integer(finding.saving.high),
            "measured_ms": .integer(comparison.saved),
        ]).text
    }
}

extension Finding {
    /// The settings among the changes.
    public var settings: [(key: String, value: String)] {
        changes.compactMap { change in
            guard case .setting(let key, _, let to) = change else { return nil }
            return (key, to)
        }
    }
}

/// What became of advice, by rule: the kept lines of ``SparkProof/record``.
public struct ProvedRules: Sendable {
    private var counts: [String: [String: Int]] = [:]

    /// - Parameter records: lines; those that are no record are passed over.
    public init(records: some Sequence<Substring>) {
        for line in records {
            guard let value = try? JSONValue(reading: Array(line.utf8)),
                let rule = value["rule"]?.string, let verdict = value["verdict"]?.string
            else { continue }
            counts[rule, default: [:]][verdict, default: 0] += 1
        }
    }

    /// `held 2, refuted 1`; nil where nothing of the rule was proved.
    public func summary(of rule: FindingRule) -> String? {
        counts[rule.rawValue].map { verdicts in
            verdicts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
                .joined(separator: ", ")
        }
    }
}
