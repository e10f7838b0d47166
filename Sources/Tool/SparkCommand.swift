import ArgumentParser
import Domain
import SparkLog
import SparkSources

/// `spark …` reads Spark event logs.
struct SparkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spark", abstract: "Read Spark event logs.",
        subcommands: [SparkReportCommand.self])
}

/// `spark report LOG…` prints what event logs hold.
struct SparkReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Summarise Spark event logs of any layout and codec.",
        discussion: """
            Examples:
              spillway spark report application_1628109047826_1317105
              spillway spark report eventlog_v2_app-20261123065512-0000 --json
            """)

    @Argument(help: "Event logs: files or folders of rolled logs.")
    var logs: [String]

    @Flag(help: "Print the whole report as JSON.")
    var json = false

    func run() throws {
        var reports: [SparkReport] = []
        for path in logs {
            let loader = EventLogLoader(try EventLogFiles(path: path))
            try loader.readAll()
            reports += loader.applications.map { SparkReport($0, facts: loader.facts) }
        }
        guard !json else { return Console.print(SparkReport.json(reports)) }
        var table = TextTable(["APPLICATION", "NAME", "SPARK", "JOBS", "STAGES", "TASKS", "FAILED"])
        for report in reports {
            let summary = SparkSummary(report.application)
            table.add([
                report.application.id ?? "-", report.application.name ?? "-",
                report.application.sparkVersion ?? "-", "\(report.application.jobs.count)",
                "\(summary.stageIDs)",
                "\(summary.stages.reduce(0) { $0 + $1.taskEnds })", "\(summary.failedTasks)",
            ])
        }
        Console.print(reports.isEmpty ? "There is no application in these logs." : table.text)
    }
}
