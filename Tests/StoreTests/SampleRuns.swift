public import Domain
import Foundation
import Glibc
import SchedulerCore
import Store

/// A folder of its own for one test, removed afterwards.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "spillway-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var state: StateFolder { StateFolder(path: path + "/state") }
}

/// A pipeline of `count` tasks, each needing the one before.
func chain(_ name: PipelineName = "chain", of count: Int) -> Pipeline {
    Pipeline(
        name: name,
        tasks: (0..<count).map { number in
            TaskDefinition(
                id: TaskID("t\(number)"), action: .shell("true"),
                needs: number == 0 ? [] : [TaskID("t\(number - 1)")],
                group: number % 2 == 0 ? "even" : nil)
        })
}

func creation(of pipeline: Pipeline, _ id: RunID, date: Int64 = 0) throws -> RunCreation {
    let edges = (1..<max(1, pipeline.tasks.count)).map { DAG.Edge(from: $0 - 1, to: $0) }
    return RunCreation(
        id: id, pipeline: pipeline.name, trigger: .manual, logicalDate: Instant(seconds: date),
        dataIntervalStart: Instant(seconds: date), dataIntervalEnd: Instant(seconds: date),
        params: ["region": "eu"],
        plan: RunPlan(
            maxActiveTasks: 16, maxActiveRuns: 1,
            tasks: pipeline.tasks.map { TaskPlan(id: $0.id, timeout: .seconds(5)) },
            graph: try DAG(nodeCount: pipeline.tasks.count, edges: edges)))
}

extension Instant: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int64) { self.init(seconds: value) }
}
