import ArgumentParser
import Codecs
import Domain
import JSONText
import SparkAdvice
import SparkSources

/// `spark apps FOLDER` lists the applications of a folder.
struct SparkAppsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apps", abstract: "List the applications whose event logs a folder holds.",
        discussion: """
            Reads the first and last bytes of each log only. In progress means that no clean end was \
            written: the application runs, or was killed.

            Examples:
              spillway spark apps /var/log/spark-events
              spillway spark apps /var/log/spark-events --json
            """)

    @Argument(help: "A folder of event logs, as spark.eventLog.dir names it.")
    var folder: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        try EventLogFiles.checkFolder(folder)
        let logs = EventLogSummary.all(in: folder)
        if json { return Console.printJSON(Self.json(logs)) }
        guard !logs.isEmpty else {
            return Console.print("There is no Spark event log in \(folder.printable).")
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
