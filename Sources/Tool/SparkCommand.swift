import ArgumentParser
import Domain
import JSONText
import SparkAdvice
import SparkLog
import SparkSources

/// `spark …` reads Spark event logs and says what made an application slow.
struct SparkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spark", abstract: "Read Spark event logs and say why a job is slow.",
        subcommands: [
            SparkReportCommand.self, SparkAdviseCommand.self, SparkSimulateCommand.self,
            SparkPartitionsCommand.self, SparkDiffCommand.self, SparkAppsCommand.self,
            SparkTailCommand.self, SparkOpenCommand.self, SparkProveCommand.self,
            SparkFindingsCommand.self, SparkKeepCommand.self,
        ])
}

/// Event logs as commands read them.
enum SparkLogs {
    /// Reads one log whole, or its sidecar where one fits; or asks a server.
    static func read(_ path: String) throws -> LoadedEventLog {
        if SparkServer.isAddress(path) { return try SparkServer(url: path).load() }
        guard let log = try EventLogFiles(path: path).load() else {
            throw SparkCommandError.noApplication(path: path)
        }
        return log
    }

    /// The application of a log that a command works on: the last one with tasks.
    static func application(_ path: String) throws -> SparkApplication {
        try main(of: read(path), path)
    }

    /// The application of a log that was read at `path`.
    static func main(of log: LoadedEventLog, _ path: String) throws -> SparkApplication {
        guard let found = log.mainApplication, found.reading.events > 0
        else { throw SparkCommandError.noApplication(path: path) }
        return found
    }

    /// A line about what the source did not tell; nil where a log was read.
    static func missing(of log: LoadedEventLog) -> String? {
        guard !log.facts.notTold.isEmpty else { return nil }
        return "not told by the server, so that rules which need it stay silent: "
            + log.facts.notTold.joined(separator: "; ")
    }
}

/// Findings as commands print them.
enum SparkFindings {
    static func json(_ findings: [Finding]) -> String { Finding.json(findings).text }
}

/// Why a command about Spark cannot do its work.
enum SparkCommandError: UserFacingError, Equatable {
    case noApplication(path: String)
    /// A run that is to correct what is simulated from another one.
    case notComparable(path: String, why: String)

    var problem: String {
        switch self {
        case .notComparable(let path, let why):
            "'\(path)' is no other run of the same work: \(why)."
        case .noApplication(let path): "'\(path)' holds no event of a Spark application."
        }
    }

    var remedy: String {
        switch self {
        case .notComparable:
            "Name logs of the same application on the same data with other executors, or leave "
                + "--corrected-by out."
        case .noApplication:
            "Name an event log: a file or the folder of a rolled log that Spark wrote to "
                + "spark.eventLog.dir."
        }
    }
}

/// `spark report LOG…` prints what event logs hold.
struct SparkReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Summarise Spark event logs of any layout and codec.",
        discussion: """
            Examples:
              spillway spark report application_1628109047826_1317105
              spillway spark report eventlog_v2_app-20261123065512-0000 --json
              spillway spark report app-20261123065512-0000.zstd --markdown > report.md
            """)

    @Argument(help: "Event logs: files, folders of rolled logs, or http addresses of servers.")
    var logs: [String]

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Print Markdown: the figures, the longest stages and the findings.")
    var markdown = false

    func validate() throws {
        guard !logs.isEmpty else { throw ValidationError("Name at least one event log.") }
        guard !(json && markdown) else {
            throw ValidationError("Give --json or --markdown, not both.")
        }
    }

    func run() throws {
        var reports: [(report: SparkReport, findings: [Finding])] = []
        var notes: [String] = []
        for path in logs {
            let loader = try SparkLogs.read(path)
            let applications = loader.applications.filter { $0.reading.events > 0 }
            guard !applications.isEmpty else { throw SparkCommandError.noApplication(path: path) }
            if let note = SparkLogs.missing(of: loader), !notes.contains(note) {
                notes.append(note)
            }
            for application in applications {
                let findings = SparkAdvisor.findings(of: application)
                let report = SparkReport(
                    application, facts: loader.facts, findings: SparkFindings.json(findings))
                reports.append((report, findings))
            }
        }
        if json { return Console.print(SparkReport.json(reports.map(\.report))) }
        if markdown {
            let parts = reports.map {
                SparkMarkdown(
                    application: $0.report.application, findings: $0.findings,
                    notTold: $0.report.facts.notTold
                ).text
            }
            return Console.print(parts.joined(separator: "\n"))
        }
        var table = TextTable([
            "APPLICATION", "NAME", "SPARK", "JOBS", "STAGES", "TASKS", "FAILED", "FINDINGS",
        ])
        for (report, findings) in reports {
            let summary = SparkSummary(report.application)
            table.add([
                report.application.id ?? "-", report.application.name ?? "-",
                report.application.sparkVersion ?? "-", "\(report.application.jobs.count)",
                "\(summary.stageIDs)",
                "\(summary.stages.reduce(0) { $0 + $1.taskEnds })", "\(summary.failedTasks)",
                findings.first.map { "\(findings.count): \($0.rule.rawValue)" } ?? "0",
            ])
        }
        Console.print(([table.text] + notes.map(\.printable)).joined(separator: "\n"))
    }
}
