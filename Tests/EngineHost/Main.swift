import Domain
import Engine
import Foundation
import Runners
import SchedulerCore
import Store
import SurvivalWorld

/// `engine-host FOLDER [SEED]` runs one pipeline in an engine of its own process, with a runner in
/// another, for tests that kill them: each task appends its id and attempt to `FOLDER/ran`. Prints the
/// run's id and its state.
///
/// Without a seed there are 60 tasks that succeed, the last four once `FOLDER/gate` is there; with
/// one, a small random graph, see `SurvivalGraph`.
@main
enum Main {
    static func main() async throws {
        if CommandLine.arguments.count == 3, CommandLine.arguments[1] == "--runner-process" {
            exit(RunnerServer.main(folder: CommandLine.arguments[2]))
        }
        if CommandLine.arguments.dropFirst().first == SurvivalGraph.scriptWord {
            exit(SQLScriptProcess.main(Array(CommandLine.arguments.dropFirst(2))))
        }
        let folder = CommandLine.arguments.dropFirst().first ?? "."
        let seed = CommandLine.arguments.dropFirst(2).first.flatMap { UInt64($0) }
        var options = EngineOptions(
            folder: StateFolder(path: folder + "/state"), limits: SchedulerLimits(parallelism: 4),
            runner: .thisProgram(arguments: ["--runner-process"]), render: SurvivalGraph.render)
        options.scripts = Bundle.main.executablePath.map {
            RunnerProgram(path: $0, arguments: [SurvivalGraph.scriptWord])
        }
        let engine = try Engine.open(options)
        let tasks = seed.map { SurvivalGraph.tasks(seed: $0) } ?? lanes
        let run = try await engine.trigger(
            RunRequest(
                pipeline: Pipeline(name: "killed", tasks: tasks, folder: folder), by: "test"))
        print(run)
        print(try await engine.waitUntilSettled(run).rawValue)
        await engine.shutDown(terminating: false)
    }

    private static var lanes: [TaskDefinition] {
        (0..<60).map { number in
            // The last of each lane waits, so that the program cannot be done before it is killed.
            let pause = number < 56 ? "sleep 0.01" : "while ! test -e gate; do sleep 0.01; done"
            return TaskDefinition(
                id: TaskID("t\(number)"),
                action: .shell("echo $SPILLWAY_TASK_ID $SPILLWAY_ATTEMPT >> ran; \(pause)"),
                needs: number < 4 ? [] : [TaskID("t\(number - 4)")], retries: 3,
                retryDelay: .milliseconds(1))
        }
    }
}
