import ArgumentParser
import SparkAdvice
import SparkLog
import SparkSources

/// `spark open URL` reads an application from a server.
struct SparkOpenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open",
        abstract: "Read an application from a History Server or a running driver.",
        discussion: """
            Without --app it is the newest one that the server knows. The API tells less than an \
            event log (not which stage ran which part of a plan), so some rules stay silent.

            Examples:
              spillway spark open http://history.example:18080 --app app-20261123065512-0000
              spillway spark open http://localhost:4040 --json
              spillway spark open http://localhost:18080 --list
            """)

    @Argument(help: "http://HOST:PORT, or the address of any page of Spark's UI.")
    var url: String

    @Option(help: "The application's id.")
    var app: String?

    @Flag(help: "List the applications that the server knows.")
    var list = false

    @Flag(help: "Print JSON, as 'spark report --json' does.")
    var json = false

    func run() throws {
        let server = try SparkServer(url: url)
        if list {
            var table = TextTable(["APPLICATION", "ATTEMPT", "STATE", "NAME"])
            for entry in try server.applications() {
                table.add([
                    entry.id, entry.attempt ?? "-", entry.isCompleted ? "ended" : "running",
                    entry.name,
                ])
            }
            return Console.print(table.text)
        }
        let application = try server.application(app)
        let findings = SparkAdvisor.findings(of: application)
        if json {
            let facts = SparkLogFacts(
                layout: "rest", isInProgress: application.endedAt == nil, files: 0, bytes: 0,
                codec: "none")
            let report = SparkReport(
                application, facts: facts, findings: SparkFindings.json(findings))
            return Console.print(SparkReport.json([report]))
        }
        Console.print(SparkMarkdown(application: application, findings: findings).text)
    }
}
