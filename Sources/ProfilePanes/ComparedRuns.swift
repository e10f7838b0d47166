import PaneKit
import Screen
public import SparkAdvice
import SparkLog

/// Two runs of an application side by side, as the comparison pane shows them.
public struct ComparedRuns: Sendable {
    let comparison: SparkComparison
    /// The finding that the second run applies; nil where two logs were only compared.
    let proof: SparkProof?

    public var rule: FindingRule? { proof?.finding.rule }
    public var verdict: SparkComparison.Verdict? { proof?.verdict }

    public init(_ comparison: SparkComparison) {
        self.comparison = comparison
        proof = nil
    }

    public init(_ proof: SparkProof) {
        comparison = proof.comparison
        self.proof = proof
    }

    func table(_ charset: Charset, width: Int) -> ProfileTable {
        var table = ProfileTable()
        let isFaster = comparison.workAfter <= comparison.workBefore
        table.header = [
            line("before", comparison.before, comparison.workBefore, .accent1, charset, width),
            line(
                "after", comparison.after, comparison.workAfter,
                isFaster ? .stateSuccess : .warning, charset, width),
            Self.pair(
                "from first job on",
                "\(AdviceText.percent(share(comparison.workAfter, comparison.workBefore))) of the "
                    + "time before, \(speed) as fast", .strong),
        ]
        if let proof {
            table.header.append(
                Self.pair(
                    proof.finding.rule.rawValue, "\(proof.verdict.rawValue): \(proof.reason)",
                    Self.role(proof.verdict)))
        } else {
            table.header += comparison.judgements.map { judgement in
                Self.pair(
                    judgement.finding.rule.rawValue,
                    "\(judgement.verdict.rawValue): \(judgement.reason)"
                        + (judgement.isStillThere ? ", still found" : ""),
                    Self.role(judgement.verdict))
            }
        }
        table.header += comparison.settings.map { setting in
            Self.pair(
                "setting",
                "\(setting.key): \(setting.before ?? "not set") → \(setting.after ?? "not set")")
        }
        table.header.append([])
        table.columns = [
            TableColumn("STAGE", .fixed(11)), TableColumn("NAME", .flexible(least: 14, weight: 1)),
            TableColumn("CHANGE", .fixed(9), .right), TableColumn("WALL", .fixed(20), .right),
            TableColumn("TASKS", .fixed(13), .right), TableColumn("SHUFFLED", .fixed(18), .right),
            TableColumn("SPILLED", .fixed(18), .right),
        ]
        table.rows = comparison.stages.map { pair in row(pair, charset) }
        return table
    }

    private func row(_ pair: SparkComparison.StagePair, _ charset: Charset) -> ProfileTable.Row {
        let (before, after) = (pair.before, pair.after)
        let change = (after?.wall ?? 0) - (before?.wall ?? 0)
        let role: Role = change < -50 ? .stateSuccess : change > 50 ? .warning : .dim
        let sign = change < 0 ? "-" : change > 0 ? "+" : ""
        func both(
            _ value: (StageProfile) -> Int64, _ text: (Int64) -> String
        ) -> ProfileTable.Cell {
            let sides = (before.map(value), after.map(value))
            let words = [sides.0, sides.1].map { side in
                side.map { $0 == 0 ? "-" : text($0) } ?? "-"
            }
            let arrow = charset.pick("→", ascii: ">")
            return .number(
                Double(sides.1 ?? sides.0 ?? 0),
                words[0] == words[1] ? words[0] : "\(words[0]) \(arrow) \(words[1])",
                words[0] == words[1] ? .dim : .plain)
        }
        // A stage that only one of the runs had has no number on the other side.
        let arrow = charset.pick("→", ascii: ">")
        let ids = [before, after].map { stage in stage.map { "\($0.id)" } ?? "-" }
        let names =
            (before.map { comparison.before.operators(of: $0) } ?? [])
            + (after.map { comparison.after.operators(of: $0) } ?? [])
        var seen: Set<String> = []
        let operators = names.filter { seen.insert($0).inserted }.prefix(3).joined(separator: "+")
        let site = AdviceText.withoutFolders((before ?? after)?.name ?? "")
        let dot = charset.pick("·", ascii: "-")
        return ProfileTable.Row(
            cells: [
                .number(
                    Double((before ?? after)?.id ?? 0),
                    ids[0] == ids[1] ? ids[0] : "\(ids[0]) \(arrow) \(ids[1])", .plain),
                .text(operators.isEmpty ? site : "\(operators) \(dot) \(site)", .plain),
                .number(
                    Double(change), sign + AdviceText.shortTime(abs(change)), role, exactIn: "ms"),
                both({ $0.wall }, AdviceText.shortTime),
                both({ Int64($0.tasks.count) }, { "\($0)" }),
                both({ $0[.shuffleWriteBytes] }, AdviceText.size),
                both({ $0[.diskSpillBytes] }, AdviceText.size),
            ], target: nil, copy: (before ?? after)?.name ?? "")
    }

    /// A run's name and time, with a bar as long as that.
    private func line(
        _ key: String, _ profile: ApplicationProfile, _ work: Int64, _ role: Role,
        _ charset: Charset, _ width: Int
    ) -> [TextRun] {
        let longest = max(1, comparison.workBefore, comparison.workAfter)
        // Beside the label, the time and the name, as far as that leaves room.
        let room = width < 60 ? max(4, width - 18) : max(8, width - 34 - name(profile).count)
        let steps = max(1, Int((Double(work) / Double(longest) * Double(min(60, room))).rounded()))
        let bar = String(repeating: charset.pick("█", ascii: "#"), count: steps)
        return Self.pair(key, bar + " ", role) + [
            TextRun("\(AdviceText.time(work))  ", .strong), TextRun(name(profile), .dim),
        ]
    }

    private var speed: String {
        let speed = share(comparison.workBefore, comparison.workAfter)
        return "\(Double((speed * 100).rounded()) / 100) ×"
    }

    private func name(_ profile: ApplicationProfile) -> String {
        profile.application.id ?? profile.application.name ?? "-"
    }

    private func share(_ part: Int64, _ whole: Int64) -> Double {
        Double(part) / Double(max(1, whole))
    }

    private static func role(_ verdict: SparkComparison.Verdict) -> Role {
        switch verdict {
        case .held: .stateSuccess
        case .partly: .plain
        case .refuted: .error
        case .notComparable: .warning
        }
    }

    private static func pair(_ key: String, _ value: String, _ role: Role = .plain) -> [TextRun] {
        let padded = key + String(repeating: " ", count: max(1, 20 - key.count))
        return [TextRun(padded, .dim), TextRun(value, role)]
    }
}
