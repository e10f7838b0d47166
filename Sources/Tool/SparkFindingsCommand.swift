import ArgumentParser
import Domain
import JSONText
import Session
import SparkAdvice
import SparkSources
import Store

/// `spark findings RUN` shows what was found about the Spark tasks of a run when they ended.
struct SparkFindingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "findings",
        abstract: "Show the findings about the Spark tasks of a run, kept when each ended.",
        discussion: """
            A 'spark:' task is profiled when it ends: its findings stand in its log and are kept \
            with the run. Exit code 1 where a finding is as severe as --fail-on.

            Examples:
              spillway spark findings latest
              spillway spark findings manual__2026-01-02T03 --task features --json
            """)

    @Argument(help: "A run's id, a beginning of it, or 'latest'; also as PIPELINE/RUN.")
    var runName: String = "latest"

    @Option(help: "Only this task.")
    var task: String?

    @Option(help: "Exit with 1 where a finding is at least: low, medium, high or critical.")
    var failOn: String?

    @OptionGroup var options: StateOptions

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if let failOn, FindingSeverity(name: failOn) == nil {
            throw ValidationError("--fail-on takes low, medium, high or critical, not '\(failOn)'.")
        }
    }

    func run() throws {
        let folder = try options.folder()
        let run = try options.reader().run(named: runName)
        let kept = Self.kept(run, in: folder).filter { task == nil || $0.task == task }
        if json {
            // Kept texts were written by this program and are JSON; what is none is left out above.
            Console.printJSON(
                .object([
                    "run": .string(run.id.name), "pipeline": .string(run.pipeline.name),
                    "tasks": .array(kept.map(\.json)),
                ]))
        } else if kept.isEmpty {
            Console.print("Run \(run.id.name.printable) has no profiled Spark task.")
        } else {
            var table = TextTable(["TASK", "TRY", "APPLICATION", "SEVERITY", "SAVES", "FINDING"])
            for entry in kept {
                let findings = entry.value["findings"]?.elements ?? []
                if findings.isEmpty {
                    table.add([entry.task, entry.attempt, entry.application, "-", "-", "none"])
                }
                for finding in findings {
                    let saving = FindingSaving(
                        low: Int64(finding["saving_ms"]?["low"]?.double ?? 0),
                        high: Int64(finding["saving_ms"]?["high"]?.double ?? 0))
                    table.add([
                        entry.task, entry.attempt, entry.application,
                        finding["severity"]?.string ?? "-", AdviceText.range(saving),
                        "\(finding["rule"]?.string ?? "-"): \(finding["title"]?.string ?? "")",
                    ])
                }
            }
            Console.print(table.text)
        }
        guard let limit = failOn.flatMap(FindingSeverity.init(name:)) else { return }
        let severities = kept.flatMap { $0.value["findings"]?.elements ?? [] }.compactMap {
            $0["severity"]?.string.flatMap(FindingSeverity.init(name:))
        }
        if severities.contains(where: { $0 >= limit }) { throw Exit.workFailed }
    }

    /// One attempt of a task with what was kept about it.
    private struct Kept {
        var task: String
        var attempt: String
        var value: JSONValue

        var application: String { value["app_id"]?.string ?? "-" }

        var json: JSONValue {
            guard case .object(let members) = value else { return value }
            return .object(
                [.init("task", .string(task)), .init("attempt", .string(attempt))] + members)
        }
    }

    private static func kept(_ run: RunRow, in state: StateFolder) -> [Kept] {
        // The logs of a run lie together, whichever task and attempt.
        let log = state.logPath(
            of: AttemptID(run: run.id, task: TaskID("task"), number: 1), in: run.pipeline)
        let folder = log[..<(log.lastIndex(of: "/") ?? log.endIndex)] + "/spark"
        return KeptFindings.folders(in: String(folder)).compactMap { path in
            guard let bytes = KeptFindings.read(of: path),
                let value = try? JSONValue(reading: bytes)
            else { return nil }
            let name = path[(path.lastIndex(of: "/") ?? path.startIndex)...].dropFirst()
            let dot = name.lastIndex(of: ".") ?? name.endIndex
            return Kept(
                task: String(name[..<dot]), attempt: String(name[dot...].dropFirst()),
                value: value)
        }
    }
}
