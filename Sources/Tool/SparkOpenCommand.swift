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
            Without --app it is the one whose page the address is, or the newest that the server \
            knows. A History Server hands out the event log itself. A driver's API tells less, so \
            that some rules stay silent; what is not told is named. All commands that take an event \
            log take such an address.

            Examples:
              spillway spark open http://history.example:18080 --app app-20261123065512-0000
              spillway spark open http://localhost:18080/history/application_1_0007/2/jobs/
              spillway spark open http://localhost:4040 --json
              spillway spark open http://localhost:18080 --list
            """)

    @Argument(help: "http://HOST:PORT, or the address of any page of Spark's UI.")
    var url: String

    @Option(help: "The application's id, or its id and attempt: application_1_0007/2.")
    var app: String?

    @Flag(help: "List the applications that the server knows.")
    var list = false

    @Flag(help: "Print JSON, as 'spark report --json' does.")
    var json = false

    func run() throws {
        let server = try SparkServer(url: url)
        if list { return Console.print(SparkAppsCommand.table(try server.applications())) }
        let log = try server.load(app)
        let application = try SparkLogs.main(of: log, url)
        let findings = SparkAdvisor.findings(of: application)
        if json {
            let report = SparkReport(
                application, facts: log.facts, findings: SparkFindings.json(findings))
            return Console.print(SparkReport.json([report]))
        }
        Console.print(
            SparkMarkdown(
                application: application, findings: findings, notTold: log.facts.notTold
            ).text)
    }
}
