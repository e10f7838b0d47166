public import SparkLog

/// An application and its findings as Markdown, for a ticket or a pull request.
public struct SparkMarkdown: Sendable {
    public var application: SparkApplication
    public var findings: [Finding]
    /// What the source did not tell, in words.
    public var notTold: [String]

    public init(application: SparkApplication, findings: [Finding], notTold: [String] = []) {
        self.application = application
        self.findings = findings
        self.notTold = notTold
    }

    /// The whole text; texts of the log are escaped and hold no control characters.
    public var text: String {
        let profile = ApplicationProfile(application)
        var lines = ["# \(Self.escaped(application.name ?? application.id ?? "Spark application"))"]
        lines.append("")
        lines.append("| | |")
        lines.append("|---|---|")
        let facts: [(String, String)] = [
            ("Application", application.id ?? "-"), ("Spark", application.sparkVersion ?? "-"),
            ("Wall time", AdviceText.time(profile.wall)),
            (
                "Jobs, stages, tasks",
                "\(application.jobs.count), \(profile.stages.count), \(application.tasks.count)"
            ),
            ("Executor run time", AdviceText.time(application.total(.runMilliseconds))),
            ("Input", AdviceText.size(application.total(.inputBytes))),
            ("Shuffle written", AdviceText.size(application.total(.shuffleWriteBytes))),
            ("Spilled to disk", AdviceText.size(application.total(.diskSpillBytes))),
            ("Garbage collection", AdviceText.time(application.total(.gcMilliseconds))),
        ]
        for (key, value) in facts { lines.append("| \(key) | \(Self.escaped(value)) |") }
        lines.append("\n## Longest stages\n")
        lines.append(
            "| Stage | Name | Wall | Tasks | Median task | Longest task | Read | Written |")
        lines.append("|---:|---|---:|---:|---:|---:|---:|---:|")
        for stage in profile.stages.sorted(by: { $0.wall > $1.wall }).prefix(10) {
            let cells = [
                "\(stage.id).\(stage.attempt)", Self.escaped(stage.name),
                AdviceText.time(stage.wall), "\(stage.tasks.count)",
                AdviceText.time(Int64(stage.run.median)), AdviceText.time(stage.run.largest),
                AdviceText.size(stage.shuffleRead + stage[.inputBytes]),
                AdviceText.size(stage[.shuffleWriteBytes] + stage[.outputBytes]),
            ]
            lines.append("| " + cells.joined(separator: " | ") + " |")
        }
        lines.append("\n## Findings\n")
        lines.append(Self.findings(findings))
        if !notTold.isEmpty {
            lines.append("\n## Not told\n")
            lines.append("The server's API does not tell, and the event log would:\n")
            lines += notTold.map { "- " + Self.escaped($0) }
        }
        return lines.joined(separator: "\n")
    }

    /// Only the findings.
    public static func findings(_ findings: [Finding]) -> String {
        guard !findings.isEmpty else { return "No finding would save 3 % of the time.\n" }
        return findings.map { finding in
            var lines = ["### \(finding.rule.rawValue) (\(finding.severity.name))", ""]
            lines.append(escaped(finding.title) + ".")
            lines.append("")
            lines.append(
                "Saves \(AdviceText.range(finding.saving)), confidence "
                    + "\(AdviceText.percent(finding.confidence))"
                    + (finding.stage.map { ", seen in stage \($0)." } ?? "."))
            lines.append("")
            for change in finding.changes { lines.append("- " + escaped(change.text)) }
            lines.append("")
            lines.append("| Evidence | |")
            lines.append("|---|---|")
            for evidence in finding.evidence {
                lines.append("| \(escaped(evidence.key)) | \(escaped(evidence.text)) |")
            }
            return lines.joined(separator: "\n") + "\n"
        }.joined(separator: "\n")
    }

    private static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "|", "<", ">", "*", "_", "`", "[", "]", "\\", "#":
                out += "\\"
                out.unicodeScalars.append(scalar)
            case "\n", "\r", "\t": out += " "
            default:
                let isControl =
                    scalar.properties.generalCategory == .control
                    || scalar.properties.generalCategory == .format
                if !isControl { out.unicodeScalars.append(scalar) }
            }
        }
        return out
    }
}
