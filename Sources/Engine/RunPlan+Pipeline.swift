public import Domain
public import SchedulerCore

extension RunPlan {
    /// What the scheduler must know of `pipeline`; tasks in file order. O(tasks + needs).
    ///
    /// - Throws: `DAG.CycleError` where tasks wait for each other. Needs that no task satisfies are
    ///   left out: the file's reader refuses both.
    public init(pipeline: Pipeline) throws(DAG.CycleError) {
        let tasks = pipeline.tasks
        var numbers: [TaskID: Int] = [:]
        numbers.reserveCapacity(tasks.count)
        for number in tasks.indices.reversed() { numbers[tasks[number].id] = number }
        var edges: [DAG.Edge] = []
        for number in tasks.indices {
            for need in tasks[number].needs {
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
        let hasBranches = pipeline.tasks.contains { task in
            if case .branch = task.action { true } else { false }
        }
        for number in tasks.indices {
            if case .shell = tasks[number].action, !tasks[number].hasOptions, !hasBranches {
                continue
            }
            let task = tasks[number]
            var flow = TaskFlow(task, numbers: numbers)
            // Only a branch calls tasks by their group.
            if hasBranches { flow.group = task.group }
            if flow != .standard { flows[number] = flow }
        }
    }
}

extension TaskFlow {
    fileprivate init(_ task: TaskDefinition, numbers: [TaskID: Int]) {
        self.init()
        let options = task.options
        backoff = options.backoff
        slots = options.poolSlots
        priority = options.priority
        weightRule = options.weightRule
        role = options.role
        exitCodes = options.exitCodes
        isIdempotent = options.isIdempotent
        if let map = options.mapping {
            switch map.source {
            case .items(let items):
                mapping = MappingPlan(source: .count(items.count), maxActive: map.maxActive)
            case .output(let source, let key):
                // A file that names no task here is refused by its reader.
                mapping = numbers[source].map {
                    MappingPlan(source: .output(task: $0, key: key), maxActive: map.maxActive)
                }
            }
        }
        switch task.action {
        case .wait(let sensor):
            conduct = .wait(SensorPlan(timeout: sensor.timeout, isSoft: sensor.isSoft))
        case .pipeline: conduct = .child
        case .branch: conduct = .branch
        case .shortCircuit(_, let leavesOutAll):
            conduct = .shortCircuit(leavesOutAll: leavesOutAll)
        case .sql(_, let connection): self.connection = connection
        case .check(let check): connection = check.connection
        case .shell, .transform, .spark: break
        }
    }
}
