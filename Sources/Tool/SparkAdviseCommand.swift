import ArgumentParser
import Domain
import JSONText
import SparkAdvice

/// `spark advise LOG` says what to change.
struct SparkAdviseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "advise", abstract: "Say what made an application slow and what to change.",
        discussion: """
            Findings come best first, each with its evidence, the change and what it should save: \
            a range from replaying the recorded schedule with the changed stage. \
            Exit code 1 where a finding is as severe as --fail-on.

            Examples:
              spillway spark advise app-20261123065512-0000.zstd
              spillway spark advise app-20261123065512-0000.zstd --json --fail-on high
              spark-submit $(spillway spark advise app-1.zstd --submit-args) job.py
            """)

    @Argument(help: "An event log: a file, the folder of a rolled log, or a server's http address.")
    var log: String

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Print Markdown.")
    var markdown = false

    @Flag(help: "Print the settings of the best finding that has any as --conf arguments.")
    var submitArgs = false

    @Option(help: "Exit with 1 where a finding is at least: low, medium, high or critical.")
    var failOn: String?

    func validate() throws {
        if let failOn, FindingSeverity(name: failOn) == nil {
            throw ValidationError("--fail-on takes low, medium, high or critical, not '\(failOn)'.")
        }
        guard [json, markdown, submitArgs].count(where: { $0 }) <= 1 else {
            throw ValidationError("Give one of --json, --markdown and --submit-args.")
        }
    }

    func run() throws {
        let read = try SparkLogs.read(log)
        let application = try SparkLogs.main(of: read, log)
        let profile = ApplicationProfile(application)
        let findings = SparkAdvisor.findings(in: profile)
        if json {
            Console.printJSON(
                .object([
                    "findings": Finding.json(findings), "wall_time": WallTime(profile).json,
                ]))
        } else if markdown {
            Console.print(SparkMarkdown.findings(findings))
        } else if submitArgs {
            if let arguments = findings.lazy.compactMap(\.submitArguments).first {
                Console.print(arguments)
            }
        } else if findings.isEmpty {
            Console.print("Nothing to change: no finding would save 3 % of the time.")
        } else {
            Console.print(findings.map(Self.text).joined(separator: "\n\n"))
        }
        if !json, !markdown, !submitArgs, let note = SparkLogs.missing(of: read) {
            Console.print("\n" + note.printable)
        }
        let limit = failOn.flatMap(FindingSeverity.init(name:))
        if let limit, findings.contains(where: { $0.severity >= limit }) { throw Exit.workFailed }
    }

    private static func text(_ finding: Finding) -> String {
        var place = finding.stage.map { " · stage \($0)" } ?? ""
        if let attempt = finding.stageAttempt, attempt > 0 { place += ".\(attempt)" }
        var lines = ["\(finding.severity.name): \(finding.rule.rawValue)\(place)"]
        lines.append("  \(finding.title.printable)")
        lines.append(
            "  saves \(AdviceText.range(finding.saving)), confidence "
                + AdviceText.percent(finding.confidence))
        if let verdicts = SparkVerdicts.summary(of: finding.rule) {
            lines.append("  proved here: \(verdicts.printable)")
        }
        for evidence in finding.evidence {
            lines.append("    \(evidence.key.printable) = \(evidence.text.printable)")
        }
        for change in finding.changes { lines.append("  → \(change.text.printable)") }
        return lines.joined(separator: "\n")
    }
}
