import ArgumentParser
import Domain
import JSONText
import SchedulerCore
import Workspace

/// `cron next EXPR` tells when an expression fires.
struct CronCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cron", abstract: "Tell when cron expressions fire.",
        discussion: """
            Example:
              spillway cron next '0 6 * * 1-5' --tz Europe/Berlin
            """,
        subcommands: [CronNextCommand.self])
}

/// `cron next EXPR` says what an expression means and lists its next instants in a zone.
struct CronNextCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "next",
        abstract: "Say what a cron expression means, and list its next instants.",
        discussion: """
            Each instant is shown in UTC and as the clocks of the zone show it.

            Examples:
              spillway cron next '0 6 * * 1-5' --tz Europe/Berlin
              spillway cron next '30 2 * * *' --tz America/New_York \\
                --after 2026-03-07 --count 3 --json
            """)

    @Argument(help: "Five fields, or a macro such as @daily.")
    var expression: String

    @Option(help: "The zone that the expression is read in.")
    var tz = "UTC"

    @Option(help: "Instants after this one (ISO 8601; in --tz without an offset); else now.")
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
        try DateWords.check(after, "--after")
    }

    func run() throws {
        let policy: CronSchedule.Policy = policy == "airflow" ? .airflow : .vixie
        let schedule = try Schedules.cron(expression, zone: tz, policy: policy)
        let words = try Schedules.explanation(of: expression, policy: policy)
        var instant = after.flatMap { LocalTime.instant($0, zone: tz) } ?? SystemClock.now()
        var found: [Instant] = []
        while found.count < count, let next = schedule.next(after: instant) {
            found.append(next)
            instant = next
        }
        if json { return Console.printJSON(Self.json(found, words, zone: tz)) }
        Console.print("\(words), in \(tz)".printable)
        for instant in found {
            Console.print("\(instant.iso8601)  \(LocalTime.text(instant, zone: tz))")
        }
    }

    /// `{"explanation","timezone","next_utc":[…],"next_local":[…]}`
    private static func json(_ instants: [Instant], _ words: String, zone: String) -> JSONValue {
        .object([
            "explanation": .string(words), "timezone": .string(zone),
            "next_utc": .array(instants.map { .string($0.iso8601) }),
            "next_local": .array(instants.map { .string(LocalTime.iso8601($0, zone: zone)) }),
        ])
    }
}
