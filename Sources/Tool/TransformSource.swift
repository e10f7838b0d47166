import ArgumentParser
import Domain
import JSONText
import Transform
import TransformFiles
import TransformHistory
import TransformRunner

/// `transform source freshness` says how old the sources' newest rows are.
struct TransformSource: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "source", abstract: "Look at sources.", subcommands: [Freshness.self])

    struct Freshness: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "freshness", abstract: "Compare the newest rows with what is allowed.",
            discussion: """
                Exit code 1: a source is older than its error_after, or could not be asked.

                Example:
                  spillway transform source freshness --select source:erp --json
                """)
        @OptionGroup var options: ProjectOptions
        @OptionGroup var nodes: NodeOptions
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let loaded = try options.load("freshness")
            let database = try options.open(loaded)
            let selected = try nodes.selected(in: loaded)
            let began = ContinuousClock.now
            var results: [SourceFreshness] = []
            for (position, node) in loaded.project.nodes.enumerated()
            where selected?.contains(position) != false {
                let start = TransformExecution.seconds(since: began)
                guard
                    var result = SourceFreshness.check(
                        node, on: database, now: loaded.startedAt,
                        rewrite: loaded.project.rewritten)
                else { continue }
                result.seconds = TransformExecution.seconds(since: began) - start
                results.append(result)
            }
            let text = SourcesFile.text(
                results, of: loaded.project, generatedAt: SystemClock.now().iso8601,
                invocationID: loaded.invocationID,
                elapsed: TransformExecution.seconds(since: began))
            try loaded.write(text, to: "sources.json")
            let time = SystemClock.now().iso8601
            try NodeHistory(targetFolder: loaded.artifact(".")).append(
                results.map { result in
                    NodeRecord(
                        at: time, node: result.uniqueID, status: result.status,
                        seconds: result.seconds, ageSeconds: result.ageSeconds)
                })
            if json {
                Console.printJSON(.object(["results": .array(results.map(Self.json))]))
            } else {
                var table = TextTable(["STATUS", "SOURCE", "NEWEST", "AGE", ""])
                for result in results {
                    table.add([
                        result.status, result.uniqueID, result.maxLoadedAt ?? "-",
                        result.ageSeconds.map {
                            Span(microseconds: Int64($0 * 1e6)).humanText
                        } ?? "-", result.message ?? "",
                    ])
                }
                Console.print(table.text)
            }
            if results.contains(where: { $0.status.hasSuffix("error") }) { throw Exit.workFailed }
        }

        private static func json(_ result: SourceFreshness) -> JSONValue {
            .object([
                "unique_id": .string(result.uniqueID), "status": .string(result.status),
                "max_loaded_at": .string(orNull: result.maxLoadedAt),
                "snapshotted_at": .string(orNull: result.snapshottedAt),
                "max_loaded_at_time_ago_in_s": result.ageSeconds.map { .number($0) } ?? .null,
                "message": .string(orNull: result.message),
            ])
        }
    }
}
