import Domain
import Engine
import Foundation
import SchedulerCore
import Store

/// `engine-host FOLDER` runs one pipeline of 60 tasks in an engine of its own process, for tests that
/// kill it: each task appends its id and attempt to `FOLDER/ran`. Prints the run's id and its state.
@main
enum Main {
    static func main() async throws {
        let folder = CommandLine.arguments.dropFirst().first ?? "."
        let engine = try Engine.open(
            EngineOptions(
                folder: StateFolder(path: folder + "/state"),
                limits: SchedulerLimits(parallelism: 4), render: render))
        let tasks = (0..<60).map { number in
            TaskDefinition(
                id: TaskID("t\(number)"),
                action: .shell("echo $SPILLWAY_TASK_ID $SPILLWAY_ATTEMPT >> ran; sleep 0.01"),
                needs: number < 4 ? [] : [TaskID("t\(number - 4)")], retries: 3,
                retryDelay: .milliseconds(1))
        }
        let run = try await engine.trigger(
            RunRequest(
                pipeline: Pipeline(name: "killed", tasks: tasks, folder: folder), by: "test"))
        print(run)
        print(try await engine.waitUntilSettled(run).rawValue)
        await engine.shutDown(terminating: false)
    }

    @Sendable private static func render(_ request: RenderRequest) throws -> RenderedTask {
        guard case .shell(let command) = request.task.action else {
            throw EngineError.unknownTask(request.task.id, in: request.run.id, nearest: nil)
        }
        return RenderedTask(work: .shell(command), workingDirectory: request.pipeline.folder)
    }
}
