import ArgumentParser
import Domain
import SparkAdvice

/// `spark diff BEFORE AFTER` compares two runs and judges the findings of the first.
struct SparkDiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Compare two runs and say whether advice held.",
        discussion: """
            Stages are paired by what they do: call site and operators, in their order. A verdict \
            compares the time saved from the first job to the end with the finding's estimate: \
            held, partly, refuted, or not comparable and why.

            Examples:
              spillway spark diff before.zstd after.zstd
              spillway spark diff before.zstd after.zstd --json
            """)

    @Argument(help: "The event log of the first run.")
    var before: String

    @Argument(help: "The event log of the second run.")
    var after: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let comparison = SparkComparison(
            ApplicationProfile(try SparkLogs.application(before)),
            ApplicationProfile(try SparkLogs.application(after)))
        if json { return Console.printJSON(comparison.json) }
        Console.print(Self.text(comparison))
    }

    /// The comparison for people.
    ///
    /// Names of the log are made harmless line by line.
    static func text(_ comparison: SparkComparison) -> String {
        var lines = [
            "from the first job to the end: \(AdviceText.time(comparison.workBefore)) → "
                + "\(AdviceText.time(comparison.workAfter)) "
                + "(\(factor(comparison.workBefore, comparison.workAfter)))"
        ]
        for setting in comparison.settings {
            lines.append(
                "  \(setting.key): \(setting.before ?? "not set") → \(setting.after ?? "not set")")
        }
        var table = TextTable(["BEFORE", "AFTER", "WALL", "", "TASKS", "", "NAME"])
        for pair in comparison.stages {
            // What took no time in either run only fills the screen.
            guard max(pair.before?.wall ?? 0, pair.after?.wall ?? 0) >= 50 else { continue }
            table.add([
                pair.before.map { "\($0.id).\($0.attempt)" } ?? "-",
                pair.after.map { "\($0.id).\($0.attempt)" } ?? "-",
                pair.before.map { AdviceText.time($0.wall) } ?? "-",
                pair.after.map { AdviceText.time($0.wall) } ?? "-",
                pair.before.map { "\($0.tasks.count)" } ?? "-",
                pair.after.map { "\($0.tasks.count)" } ?? "-",
                AdviceText.withoutFolders((pair.before ?? pair.after)?.name ?? ""),
            ])
        }
        lines += ["", table.text]
        for judgement in comparison.judgements {
            lines.append(
                "\(judgement.finding.rule.rawValue): \(judgement.verdict.rawValue) "
                    + "(\(judgement.reason))\(judgement.isStillThere ? ", still found" : "")")
        }
        if comparison.judgements.isEmpty { lines.append("The first run has no finding to judge.") }
        return lines.map { line in
            line.split(separator: "\n", omittingEmptySubsequences: false).map {
                String($0).printable
            }
            .joined(separator: "\n")
        }.joined(separator: "\n")
    }

    private static func factor(_ before: Int64, _ after: Int64) -> String {
        let tenths = Int((Double(before) / Double(max(1, after)) * 100).rounded())
        return "\(tenths / 100).\(tenths % 100 < 10 ? "0" : "")\(tenths % 100) × as fast"
    }
}
