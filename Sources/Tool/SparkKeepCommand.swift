import ArgumentParser
import Domain
import JSONText
import SparkAdvice
import SparkLog
import SparkSources

/// `spark keep FOLDER` profiles the task that has just left its event log in a folder.
///
/// Part of every `spark:` task, behind `spark-submit`: it never makes the task fail.
struct SparkKeepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keep", abstract: "Profile the newest event log of a folder and keep it.",
        discussion: """
            Example:
              spillway spark keep .spillway/logs/daily/latest/spark/features.1
            """,
        shouldDisplay: false)

    @Argument(help: "The folder that a task's event log was written to.")
    var folder: String

    func run() {
        do {
            try profile()
        } catch let error as any UserFacingError {
            Console.error("spillway: not profiled: \(error.problem.printable)")
        } catch {
            Console.error("spillway: not profiled: \("\(error)".printable)")
        }
    }

    private func profile() throws {
        // Names carry the application's id, which counts up.
        guard let files = EventLogFiles.logs(in: folder).max(by: { $0.path < $1.path }),
            let application = try files.load()?.mainApplication
        else { return Console.error("spillway: not profiled: spark-submit left no event log") }
        let profile = ApplicationProfile(application)
        let findings = SparkAdvisor.findings(in: profile)
        let value = JSONValue.object([
            "log": .string(files.path), "app_id": .string(orNull: application.id),
            "app_name": .string(orNull: application.name),
            "spark_version": .string(orNull: application.sparkVersion),
            "wall_ms": .integer(profile.wall), "findings": Finding.json(findings),
        ])
        KeptFindings.keep(value.text, of: folder)
        let many = findings.count == 1 ? "1 finding" : "\(findings.count) findings"
        Console.print(
            "spillway: profiled \((application.id ?? "-").printable), "
                + "\(AdviceText.time(profile.wall)), \(findings.isEmpty ? "nothing to change" : many)"
        )
        for finding in findings {
            Console.print(
                "spillway: \(finding.severity.name) \(finding.rule.rawValue), saves "
                    + "\(AdviceText.range(finding.saving)): \(finding.title.printable)")
        }
    }
}
