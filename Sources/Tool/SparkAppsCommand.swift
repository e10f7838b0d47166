import ArgumentParser
import Codecs
import Domain
import JSONText
import SparkAdvice
import SparkSources

/// `spark apps FOLDER` lists the applications of a folder.
struct SparkAppsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apps",
        abstract: "List the applications of a folder of event logs, or of a server.",
        discussion: """
            Reads the first and last bytes of each log only. In progress means that no clean end was \
            written: the application runs, or was killed.

            A server is asked for its list; LOG is then the address to open.

            Examples:
              spillway spark apps /var/log/spark-events
              spillway spark apps /var/log/spark-events --json
              spillway spark apps http://history.example:18080
            """)

    @Argument(help: "A folder of event logs, as spark.eventLog.dir names it, or http://HOST:PORT.")
    var folder: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        if SparkServer.isAddress(folder) {
            let known = try SparkServer(url: folder).applications()
            return json ? Console.printJSON(Self.json(known)) : Console.print(Self.table(known))
        }
        try EventLogFiles.checkFolder(folder)
        let logs = EventLogSummary.all(in: folder)
        if json { return Console.printJSON(Self.json(logs)) }
        guard !logs.isEmpty else {
            return Console.print("There is no Spark event log in '\(folder.printable)'.")
        }
        var table = TextTable(["STARTED", "TOOK", "STATE", "SPARK", "APPLICATION", "NAME", "LOG"])
        for log in logs {
            let took = log.startedAt.flatMap { start in
                log.endedAt.map { AdviceText.time($0.since(start).inMilliseconds) }
            }
            table.add([
                log.startedAt?.iso8601 ?? "-", took ?? "-",
                log.isWithoutEnd ? "in progress" : "ended", log.sparkVersion ?? "-",
                log.id ?? "-", log.name ?? "-",
                String(log.files.path.split(separator: "/").last ?? ""),
            ])
        }
        Console.print(table.text)
    }

    /// The applications that a server knows, for people.
    static func table(_ entries: [SparkServer.Entry]) -> String {
        guard !entries.isEmpty else { return "The server knows no application." }
        var table = TextTable([
            "STARTED", "TOOK", "STATE", "SPARK", "APPLICATION", "ATTEMPT", "NAME", "LOG",
        ])
        for entry in entries {
            let took = entry.startedAt.flatMap { start in
                entry.endedAt.map { AdviceText.time($0.since(start).inMilliseconds) }
            }
            table.add([
                entry.startedAt?.iso8601 ?? "-", took ?? "-",
                entry.isCompleted ? "ended" : "in progress", entry.sparkVersion ?? "-", entry.id,
                entry.attempt ?? "-", entry.name, entry.url,
            ])
        }
        return table.text
    }

    /// As those of a folder, with `attempt`, and null for what a server does not tell.
    private static func json(_ entries: [SparkServer.Entry]) -> JSONValue {
        .object([
            "applications": .array(
                entries.map { entry in
                    .object([
                        "log": .string(entry.url), "app_id": .string(entry.id),
                        "app_name": .string(entry.name), "attempt": .string(orNull: entry.attempt),
                        "spark_version": .string(orNull: entry.sparkVersion),
                        "user": .string(orNull: entry.user),
                        "start_ms": .integer(
                            orNull: entry.startedAt.map { $0.microseconds / 1_000 }),
                        "end_ms": .integer(orNull: entry.endedAt.map { $0.microseconds / 1_000 }),
                        "in_progress": .bool(!entry.isCompleted),
                        "bytes": .null, "codec": .null, "layout": .null,
                    ])
                })
        ])
    }

    /// `{"applications":[{"log","app_id","app_name","spark_version","user","start_ms","end_ms",
    /// "in_progress","bytes","codec","layout"}]}`.
    private static func json(_ logs: [EventLogSummary]) -> JSONValue {
        .object([
            "applications": .array(
                logs.map { log in
                    .object([
                        "log": .string(log.files.path), "app_id": .string(orNull: log.id),
                        "app_name": .string(orNull: log.name),
                        "spark_version": .string(orNull: log.sparkVersion),
                        "user": .string(orNull: log.user),
                        "start_ms": .integer(orNull: log.startedAt.map { $0.microseconds / 1_000 }),
                        "end_ms": .integer(orNull: log.endedAt.map { $0.microseconds / 1_000 }),
                        "in_progress": .bool(log.isWithoutEnd),
                        "bytes": .integer(log.files.bytes), "codec": .string(log.codecName),
                        "layout": .string(log.files.layout.rawValue),
                    ])
                })
        ])
    }
}
