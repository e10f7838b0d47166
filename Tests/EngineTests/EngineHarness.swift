import Domain
import Engine
import Foundation
import Glibc
import Runners
import SchedulerCore
import Store

/// A state folder with an engine whose tasks run their commands as they stand.
final class EngineHarness: Sendable {
    let folder: String
    var state: StateFolder { StateFolder(path: folder + "/state") }

    init() throws {
        folder = NSTemporaryDirectory() + "spillway-engine-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    struct RenderError: UserFacingError {
        var problem: String { "Template line 1: there is no 'nope'." }
        var remedy: String { "Write 'ds'." }
    }

    func open(
        parallelism: Int = 2, grace: Span = .milliseconds(300), state: StateFolder? = nil,
        runner: RunnerProgram? = nil, pipelines: [Pipeline] = [], secrets: [EnvironmentEntry] = [],
        foresight: Foresight = Foresight()
    ) throws -> Engine {
        let folder = folder
        var options = EngineOptions(
            folder: state ?? self.state, limits: SchedulerLimits(parallelism: parallelism),
            grace: grace, runner: runner
        ) { request in
            let work: RenderedTask.Work =
                switch request.task.action {
                case .wait(let sensor):
                    if case .file(let name) = sensor.condition {
                        .wait(.file(folder + "/" + name), interval: sensor.pokeInterval)
                    } else {
                        throw RenderError()
                    }
                case .pipeline(let child):
                    .pipeline(PipelineName(child.pipeline), params: [:])
                case .shell("{{ nope }}"): throw RenderError()
                case .shell(let command), .branch(let command): .shell(command)
                case .sql(.inline(let text), _), .sql(.file(let text), _):
                    .sql(script: text, database: folder + "/w.db", name: "inline")
                default: throw RenderError()
                }
            return RenderedTask(work: work, workingDirectory: folder)
        }
        options.scripts = HostProgram.scripts
        options.foresight = foresight
        options.secrets = { _ in secrets }
        options.pipeline = { name in
            guard let found = pipelines.first(where: { $0.name == name }) else {
                throw EngineError.unknownPipeline(name)
            }
            return found
        }
        return try Engine.open(options)
    }

    func reader() throws -> StoreReader { try StoreReader(state) }

    func contents(_ name: String) -> String {
        (try? String(contentsOfFile: folder + "/" + name, encoding: .utf8)) ?? ""
    }

    /// Which attempts' commands were carried out, as the host's tasks write it.
    var ran: [Substring] { contents("ran").split(separator: "\n") }

    /// The states of a run's tasks by id.
    func states(_ run: RunID) throws -> [String: TaskState] {
        Dictionary(
            try reader().tasks(of: run).map { ($0.id.name, $0.state) }, uniquingKeysWith: { $1 })
    }
}

extension TaskDefinition {
    static func shell(
        _ id: TaskID, _ command: String, needs: [TaskID] = [], retries: Int = 0,
        timeout: Span? = nil
    ) -> TaskDefinition {
        TaskDefinition(
            id: id, action: .shell(command), needs: needs, retries: retries,
            retryDelay: .milliseconds(10), timeout: timeout)
    }
}

extension Engine {
    func run(_ tasks: [TaskDefinition], name: PipelineName = "p") async throws -> (RunID, RunState)
    {
        let run = try await trigger(
            RunRequest(pipeline: Pipeline(name: name, tasks: tasks), by: "test"))
        return (run, try await waitUntilSettled(run))
    }
}

extension AsyncStream where Element == EngineUpdate {
    /// Waits for the first update that `isWanted`.
    func first(where isWanted: (EngineUpdate) -> Bool) async -> EngineUpdate? {
        for await update in self where isWanted(update) { return update }
        return nil
    }

    /// Waits until a task gets into a state.
    func wait(for task: TaskID, _ state: TaskState) async {
        _ = await first { update in
            guard case .advanced(_, let changes) = update else { return false }
            return changes.contains { change in
                if case .taskState(_, task, state, _) = change { true } else { false }
            }
        }
    }
}
