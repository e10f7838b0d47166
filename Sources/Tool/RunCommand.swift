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
        let host = try WorkspaceHost(workspace, stateFolder: state, purpose: .running)
        let request = host.request(
            for: definition, params: parameters,
            logicalDate: date.flatMap { Instant(iso8601: $0) })
        let row: RunRow
        do {
            row = try await host.run(
                request,
                observer: RunProgress(taskCount: definition.tasks.count, toError: json))
        } catch {
            await host.close(terminating: false)
            throw error
        }
        // What else runs here, asked for by others or left by an earlier owner, is not ours to end: its
        // runner goes on with it, and the next owner takes it up.
        await host.close(terminating: false)
        if json { Console.printJSON(try RunResult.json(row, host.reader)) }
        if row.state == .cancelled { throw Exit.interrupted }
        if row.state != .success { throw Exit.workFailed }
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
