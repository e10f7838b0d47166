import ArgumentParser
import Domain
import Engine
import Glibc
import JSONText
import PipelineFiles
import SchedulerCore
import Session
import Store
import Workspace

/// `run PIPELINE` runs a pipeline to its end, without a terminal.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a pipeline and wait for its end.",
        discussion: """
            Exit code 0: the run succeeded; 1: it failed; 2: it could not be started;
            130: it was interrupted.
            While the workbench or 'serve' works in this folder, it runs the pipeline and this
            follows it; an interrupt cancels the run, a second one leaves it alone.

            Examples:
              spillway run orders
              spillway run pipelines/orders.yml --param region=us --date 2026-01-02
              spillway run orders --json --state /tmp/state
            """)

    @Argument(help: "A pipeline of this workspace, or a pipeline file.")
    var pipeline: String

    @Option(name: .customLong("param"), help: "A parameter, KEY=VALUE; may be given repeatedly.")
    var params: [String] = []

    @Option(help: "The logical date (ISO 8601); now, if left out.")
    var date: String?

    @Option(help: "The state folder, instead of .spillway in the project.")
    var state: String?

    @Flag(help: "Print the result as JSON; progress goes to standard error.")
    var json = false

    func validate() throws {
        if let bad = params.first(where: { !$0.contains("=") || $0.hasPrefix("=") }) {
            throw ValidationError("--param takes KEY=VALUE, not '\(bad)'.")
        }
        if let date, Instant(iso8601: date) == nil {
            throw ValidationError(
                "--date takes a date such as 2026-01-02 or 2026-01-02T06:00:00Z, not '\(date)'.")
        }
    }

    func run() async throws {
        let (workspace, entry) = try Workspace.find(pipeline)
        for problem in workspace.settingsProblems + entry.problems {
            Console.error(problem.report)
        }
        guard let definition = entry.pipeline, workspace.hasSoundSettings else {
            throw Exit.usedWrongly
        }
        // What is printed to a terminal that is gone is lost, the run is not.
        if workspace.settings.onHangup == .proceed { signal(SIGHUP, SIG_IGN) }
        let host = try WorkspaceHost(
            workspace, stateFolder: state, purpose: .running, attaches: true)
        let date = date.flatMap { Instant(iso8601: $0) }
        let progress = RunProgress(taskCount: definition.tasks.count, toError: json)
        let action = OperatorAction.trigger(
            definition.name, file: entry.file, params: parameters, logicalDate: date)
        try await host.finish(json: json) {
            guard host.engine == nil else {
                return try await host.run(
                    host.request(for: definition, params: parameters, logicalDate: date),
                    observer: progress)
            }
            host.tellOwner()
            return try await host.handOver(action, observer: progress)
        }
    }

    private var parameters: [String: String] {
        Dictionary(
            params.map { text in
                let parts = text.split(
                    separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return (String(parts[0]), String(parts[1]))
            }, uniquingKeysWith: { $1 })
    }
}

extension WorkspaceHost {
    /// Says on standard error who does the work.
    func tellOwner() {
        guard let owner else { return }
        Console.error("Process \(owner) works in this folder: it runs this as well.")
    }

    /// Does what the owner may have to do; where that takes long, says who is waited for.
    func patiently<Value>(_ body: () async throws -> Value) async throws -> Value {
        let note = Task { [owner] in
            try await Task.sleep(for: .seconds(2))
            guard let owner else { return }
            Console.error("Waiting for process \(owner), which works in this folder…")
        }
        defer { note.cancel() }
        return try await body()
    }

    /// Waits for a run's end, prints it and ends as it ended.
    func finish(json: Bool, _ run: () async throws -> RunRow) async throws {
        let row: RunRow
        do {
            row = try await run()
        } catch is CancellationError {
            await close(terminating: false)
            throw Exit.interrupted
        } catch {
            await close(terminating: false)
            throw error
        }
        // What else runs here, asked for by others or left by an earlier owner, is not ours to end: its
        // runner goes on with it, and the next owner takes it up.
        let note = Task { [engine] in
            try await Task.sleep(for: .seconds(1))
            guard let count = engine?.openHooks, count > 0 else { return }
            Console.error("Waiting for the hooks of \(count) occasion\(count == 1 ? "" : "s")…")
        }
        await close(terminating: false)
        note.cancel()
        if json { Console.printJSON(try RunResult.json(row, reader)) }
        if !row.state.isSettled { Console.error("Run \(row.id) goes on without us.") }
        if row.state == .cancelled || !row.state.isSettled { throw Exit.interrupted }
        if row.state != .success { throw Exit.workFailed }
    }
}

/// What `run --json` prints at its end.
enum RunResult {
    static func json(_ run: RunRow, _ reader: StoreReader) throws -> JSONValue {
        let logs = try reader.newestLogs(of: run.id)
        let tasks = try reader.tasks(of: run.id).json(
            logs: logs, items: MappedItems(of: run.id, reader))
        return .object([
            "run_id": .string(run.id.name), "pipeline": .string(run.pipeline.name),
            "state": .string(run.state.rawValue),
            "started_at": .string(orNull: run.startedAt?.iso8601),
            "ended_at": .string(orNull: run.endedAt?.iso8601), "tasks": .array(tasks),
        ])
    }
}
