public import Domain
public import SchedulerCore

extension RunPlan {
    /// What the scheduler must know of `pipeline`; tasks in file order. O(tasks + needs).
    ///
    /// - Throws: `DAG.CycleError` where tasks wait for each other. Needs that no task satisfies are
    ///   left out: the file's reader refuses both.
    public init(pipeline: Pipeline) throws(DAG.CycleError) {
        let numbers = Dictionary(
            pipeline.tasks.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first }
        )
        var edges: [DAG.Edge] = []
        for (number, task) in pipeline.tasks.enumerated() {
            for need in task.needs {
                if let from = numbers[need] { edges.append(DAG.Edge(from: from, to: number)) }
            }
        }
        self.init(
            maxActiveTasks: pipeline.maxActiveTasks, maxActiveRuns: pipeline.maxActiveRuns,
            tasks: pipeline.tasks.map { task in
                TaskPlan(
                    id: task.id, retries: task.retries, retryDelay: task.retryDelay,
                    timeout: task.timeout, triggerRule: task.triggerRule, pool: task.pool)
            }, graph: try DAG(nodeCount: pipeline.tasks.count, edges: edges))
        timeout = pipeline.timing.runTimeout
        deadline = pipeline.timing.deadline
    }
}
