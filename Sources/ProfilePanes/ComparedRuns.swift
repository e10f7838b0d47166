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
            TableColumn("STAGE", .fixed(6), .right), TableColumn("AFTER", .fixed(6), .right),
            TableColumn("NAME", .flexible(least: 12, weight: 1)),
            TableColumn("WALL", .fixed(9), .right), TableColumn("AFTER", .fixed(9), .right),
            TableColumn("CHANGE", .fixed(9), .right),
            TableColumn("TASKS", .fixed(6), .right), TableColumn("AFTER", .fixed(6), .right),
            TableColumn("SHUFFLED", .fixed(9), .right), TableColumn("AFTER", .fixed(9), .right),
            TableColumn("SPILL", .fixed(8), .right), TableColumn("AFTER", .fixed(8), .right),
        ]
        table.rows = comparison.stages.map { pair in
            let (before, after) = (pair.before, pair.after)
            let change = (after?.wall ?? 0) - (before?.wall ?? 0)
            let role: Role = change < -50 ? .stateSuccess : change > 50 ? .warning : .dim
            return ProfileTable.Row(
                cells: [
                    Self.id(before), Self.id(after),
                    .text(AdviceText.withoutFolders((before ?? after)?.name ?? ""), .plain),
                    Self.number(before?.wall, AdviceText.shortTime),
                    Self.number(after?.wall, AdviceText.shortTime),
                    .number(
                        Double(change),
                        (change < 0 ? "-" : change > 0 ? "+" : "")
                            + AdviceText.shortTime(abs(change)), role, exactIn: "ms"),
                    Self.number(before.map { Int64($0.tasks.count) }) { "\($0)" },
                    Self.number(after.map { Int64($0.tasks.count) }) { "\($0)" },
                    Self.number(before.map { $0[.shuffleWriteBytes] }, AdviceText.size),
                    Self.number(after.map { $0[.shuffleWriteBytes] }, AdviceText.size),
                    Self.number(before.map { $0[.diskSpillBytes] }, AdviceText.size),
                    Self.number(after.map { $0[.diskSpillBytes] }, AdviceText.size),
                ], target: nil, copy: (before ?? after)?.name ?? "")
        }
        return table
    }

    /// A run's name and time, with a bar as long as that.
    private func line(
        _ key: String, _ profile: ApplicationProfile, _ work: Int64, _ role: Role,
        _ charset: Charset, _ width: Int
    ) -> [TextRun] {
        let longest = max(1, comparison.workBefore, comparison.workAfter)
        // Beside the label, the time and the name, as far as that leaves room.
        let room = width < 60 ? max(4, width - 12) : max(8, width - 34 - name(profile).count)
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

    private static func number(_ value: Int64?, _ text: (Int64) -> String) -> ProfileTable.Cell {
        value.map { .number(Double($0), $0 == 0 ? "-" : text($0), .plain) } ?? .text("-", .dim)
    }

    private static func id(_ stage: StageProfile?) -> ProfileTable.Cell {
        stage.map { .number(Double($0.id), "\($0.id)", .plain) } ?? .text("-", .dim)
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
