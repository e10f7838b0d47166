import Domain
import Engine
import Foundation
import Runners
import SchedulerCore
import Store

/// `engine-host FOLDER [SEED]` runs one pipeline in an engine of its own process, with a runner in
/// another, for tests that kill them: each task appends its id and attempt to `FOLDER/ran`. Prints the
/// run's id and its state.
///
/// Without a seed there are 60 tasks that succeed, the last four once `FOLDER/gate` is there; with
/// one, a small random graph of tasks that end with 0, 98 or 99, none of which is repeated.
@main
enum Main {
    static func main() async throws {
        if CommandLine.arguments.count == 3, CommandLine.arguments[1] == "--runner-process" {
            exit(RunnerServer.main(folder: CommandLine.arguments[2]))
        }
        let folder = CommandLine.arguments.dropFirst().first ?? "."
        let seed = CommandLine.arguments.dropFirst(2).first.flatMap { UInt64($0) }
        let engine = try Engine.open(
            EngineOptions(
                folder: StateFolder(path: folder + "/state"),
                limits: SchedulerLimits(parallelism: 4),
                runner: .thisProgram(arguments: ["--runner-process"]), render: render))
        let tasks = seed.map { smallGraph($0) } ?? lanes
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

    private static func smallGraph(_ seed: UInt64) -> [TaskDefinition] {
        var state = seed
        func below(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        return (0..<18).map { number in
            // What the test knows to expect of each.
            let code = [0, 98, 99][number % 3]
            // Those that succeed come after each other's success, so that the runner begins them.
            let step = code == 0 ? 3 : 1
            let needs = Set(
                (0..<below(3)).map { _ in below(max(1, number / step)) * step })
            let pause = ["", "sleep 0.002; ", "sleep 0.02; ", "sleep 0.05; "][below(4)]
            return TaskDefinition(
                id: TaskID("t\(number)"),
                action: .shell(
                    "echo $SPILLWAY_TASK_ID $SPILLWAY_ATTEMPT >> ran; \(pause)exit \(code)"),
                needs: number == 0 ? [] : needs.sorted().map { TaskID("t\($0)") },
                retries: 3, retryDelay: .milliseconds(1),
                triggerRule: code == 0 ? .allSuccess : .allDone)
        }
    }

    @Sendable private static func render(_ request: RenderRequest) throws -> RenderedTask {
        guard case .shell(let command) = request.task.action else {
            throw EngineError.unknownTask(request.task.id, in: request.run.id, nearest: nil)
        }
        return RenderedTask(work: .shell(command), workingDirectory: request.pipeline.folder)
    }
}
