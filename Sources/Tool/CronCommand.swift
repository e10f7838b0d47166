import ArgumentParser
import Domain
import JSONText
import SchedulerCore
import Workspace

/// `cron next EXPR` tells when an expression fires.
struct CronCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cron", abstract: "Tell when cron expressions fire.",
        subcommands: [CronNextCommand.self])
}

/// `cron next EXPR` lists the next instants of an expression in a zone.
struct CronNextCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "next", abstract: "List the next instants of a cron expression.",
        discussion: """
            Examples:
              spillway cron next '0 6 * * 1-5' --tz Europe/Berlin
              spillway cron next '30 2 * * *' --tz America/New_York \\
                --after 2026-03-07T12:00:00Z --count 3 --json
            """)

    @Argument(help: "Five fields, or a macro such as @daily.")
    var expression: String

    @Option(help: "The zone that the expression is read in.")
    var tz = "UTC"

    @Option(help: "Instants after this one (ISO 8601); now, if left out.")
    var after: String?

    @Option(help: "How many.")
    var count = 5

    @Option(help: "What happens at clock changes: vixie or airflow.")
    var policy = "vixie"

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (1...100_000).contains(count) else {
            throw ValidationError("--count takes a number from 1 to 100000.")
        }
        guard policy == "vixie" || policy == "airflow" else {
            throw ValidationError("--policy is 'vixie' or 'airflow', not '\(policy)'.")
        }
        if let after, Instant(iso8601: after) == nil {
            throw ValidationError("--after takes an instant such as 2026-03-07T12:00:00Z.")
        }
    }

    func run() throws {
        let schedule = try Schedules.cron(
            expression, zone: tz, policy: policy == "airflow" ? .airflow : .vixie)
        var instant = after.flatMap { Instant(iso8601: $0) } ?? SystemClock.now()
        var found: [Instant] = []
        while found.count < count, let next = schedule.next(after: instant) {
            found.append(next)
            instant = next
        }
        if json {
            Console.printJSON(
                .object(["next_utc": .array(found.map { .string($0.iso8601) })]))
        } else {
            found.forEach { Console.print($0.iso8601) }
        }
    }
}
