import ArgumentParser
import Domain
import JSONText
import Session
import Store
import Workspace

/// `runs` lists runs, newest first.
struct RunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "List runs, newest first.",
        discussion: """
            Examples:
              spillway runs
              spillway runs orders --limit 5 --json
            """)

    @Argument(help: "Only runs of this pipeline.")
    var pipeline: String?

    @Option(help: "How many at the most.")
    var limit = 20

    @OptionGroup var options: StateOptions

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit takes a number from 1 up.") }
    }

    func run() throws {
        let name = pipeline.map { PipelineName($0) }
        let runs = try options.readerIfAny()?.runs(of: name, limit: limit) ?? []
        // A name of which nobody has heard is a slip of the pen.
        if runs.isEmpty, let pipeline { _ = try Workspace.find(pipeline, in: options.dir) }
        if json {
            Console.printJSON(.object(["runs": .array(runs.map(\.json))]))
            return
        }
        var table = TextTable(["RUN", "PIPELINE", "STATE", "TASKS", "STARTED", "TOOK"])
        for run in runs {
            let took = run.startedAt.flatMap { start in run.endedAt?.since(start).humanText }
            table.add([
                run.id.name, run.pipeline.name, run.state.rawValue,
                "\(run.settledCount)/\(run.taskCount)", run.startedAt?.iso8601 ?? "-", took ?? "-",
            ])
        }
        guard runs.isEmpty else { return Console.print(table.text) }
        let words = pipeline.map { "There are no runs of '\($0)' yet." } ?? "There are no runs yet."
        Console.print(words.printable)
    }
}

/// `tasks RUN` lists the tasks of a run in file order.
struct TasksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tasks", abstract: "List the tasks of a run.",
        discussion: """
            Examples:
              spillway tasks latest
              spillway tasks latest --failed
              spillway tasks manual__2026-01-02T03 --json
            """)

    @Argument(help: "A run's id, a beginning of it, or 'latest'; also as PIPELINE/RUN.")
    var runName: String

    @OptionGroup var options: StateOptions

    @Flag(help: "Only those that failed, instances of mapped tasks among them.")
    var failed = false

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let reader = try options.reader()
        let run = try reader.run(named: runName)
        let tasks = try reader.tasks(of: run.id).filter { !failed || $0.state.isFailure }
        let items = try MappedItems(of: run.id, reader)
        if json {
            let logs = try reader.newestLogs(of: run.id)
            let rows = tasks.tellingWaits(in: run.state).json(logs: logs, items: items)
            Console.printJSON(.object(["run": run.json, "tasks": .array(rows)]))
            return
        }
        Console.print("\(run.id) of \(run.pipeline): \(run.state.rawValue)".printable)
        let told = tasks.tellingWaits(in: run.state)
        var table = TextTable(["TASK", "STATE", "TRIES", "EXIT", "TOOK", "NOTE"])
        for (summary, folded) in zip(told.summaries, told.folded) {
            table.add(Self.cells(summary, tries: folded.instances.isEmpty ? nil : "-"))
            for instance in folded.instances {
                var row = instance
                row.note = [
                    items[instance.id].map { "item \(Self.short($0.plainText))" }, row.note,
                ]
                .compactMap { $0 }.joined(separator: "; ")
                table.add(Self.cells(row, isInstance: true))
            }
        }
        Console.print(table.text)
    }

    /// - Parameter tries: instead of the task's own; of a mapped one they are those of its instances.
    private static func cells(
        _ task: TaskRow, tries: String? = nil, isInstance: Bool = false
    ) -> [String] {
        let took = task.startedAt.flatMap { start in task.endedAt?.since(start).humanText }
        return [
            (isInstance ? "  " : "") + task.id.name, task.state.rawValue,
            tries ?? "\(task.attemptCount)", task.exitCode.map { "\($0)" } ?? "-", took ?? "-",
            task.note ?? "",
        ]
    }

    private static func short(_ text: String) -> String {
        text.count > 60 ? text.prefix(59) + "…" : text
    }
}
