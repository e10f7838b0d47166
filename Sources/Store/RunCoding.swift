import ByteCoding
import Domain
import SchedulerCore

extension ByteWriter {
    mutating func write(_ creation: RunCreation) {
        write(creation.id.name)
        write(creation.pipeline.name)
        write(creation.trigger.rawValue)
        write(creation.logicalDate.microseconds)
        write(creation.dataIntervalStart.microseconds)
        write(creation.dataIntervalEnd.microseconds)
        write(params: creation.params)
        write(creation.plan)
        writeOrigin(of: creation)
    }

    mutating func write(_ revision: RunRevision) {
        write(params: revision.params)
        write(revision.plan)
    }

    private mutating func write(params: [String: String]) {
        write(list: params.sorted { $0.key < $1.key }) { writer, entry in
            writer.write(entry.key)
            writer.write(entry.value)
        }
    }

    private mutating func write(_ plan: RunPlan) {
        write(plan.maxActiveTasks)
        write(plan.maxActiveRuns)
        write(list: plan.tasks) { writer, task in
            writer.write(task.id.name)
            writer.write(task.retries)
            writer.write(task.retryDelay.microseconds)
            writer.write(task.timeout) { $0.write($1.microseconds) }
            writer.write(task.triggerRule.rawValue)
            writer.write(task.pool.name)
        }
        write(list: plan.graph.edges) { writer, edge in
            writer.write(unsigned: UInt64(edge.from))
            writer.write(unsigned: UInt64(edge.to))
        }
        write(list: plan.flows.sorted { $0.key < $1.key }) { writer, entry in
            writer.write(entry.key)
            writer.write(entry.value)
        }
    }
}

extension ByteReader {
    /// - Parameter hasFlows: the first layout has none.
    mutating func creation(hasFlows: Bool) throws(PayloadError) -> RunCreation {
        let id = RunID(try string())
        let pipeline = PipelineName(try string())
        let trigger: RunTrigger = try word()
        let (date, start, end) = (try instant(), try instant(), try instant())
        var creation = RunCreation(
            id: id, pipeline: pipeline, trigger: trigger, logicalDate: date,
            dataIntervalStart: start, dataIntervalEnd: end, params: try params(),
            plan: try plan(hasFlows: hasFlows))
        // Runs made before there was an origin end here.
        if !isAtEnd { try readOrigin(into: &creation) }
        return creation
    }

    mutating func revision() throws(PayloadError) -> RunRevision {
        RunRevision(params: try params(), plan: try plan(hasFlows: true))
    }

    private mutating func params() throws(PayloadError) -> [String: String] {
        let params = try list { (reader) throws(PayloadError) in
            (try reader.string(), try reader.string())
        }
        return Dictionary(params, uniquingKeysWith: { $1 })
    }

    private mutating func plan(hasFlows: Bool) throws(PayloadError) -> RunPlan {
        let (maxActiveTasks, maxActiveRuns) = (try int(), try int())
        let tasks = try list { (reader) throws(PayloadError) in
            TaskPlan(
                id: TaskID(try reader.string()), retries: try reader.int(),
                retryDelay: try reader.span(),
                timeout: try reader.optional { (reader) throws(PayloadError) in
                    try reader.span()
                },
                triggerRule: try reader.word(), pool: PoolName(try reader.string()))
        }
        let edges = try list { (reader) throws(PayloadError) in
            let ends = (Int(exactly: try reader.unsigned()), Int(exactly: try reader.unsigned()))
            guard let from = ends.0, let to = ends.1, from < tasks.count, to < tasks.count else {
                throw PayloadError(offset: 0)
            }
            return DAG.Edge(from: from, to: to)
        }
        var plan: RunPlan
        do {
            plan = RunPlan(
                maxActiveTasks: maxActiveTasks, maxActiveRuns: maxActiveRuns, tasks: tasks,
                graph: try DAG(nodeCount: tasks.count, edges: edges))
        } catch {
            throw PayloadError(offset: 0)
        }
        guard hasFlows else { return plan }
        let flows = try list { (reader) throws(PayloadError) in
            (try reader.int(), try reader.flow())
        }
        for (task, flow) in flows {
            guard tasks.indices.contains(task) else { throw PayloadError(offset: task) }
            if case .output(let source, _)? = flow.mapping?.source,
                !tasks.indices.contains(source)
            {
                throw PayloadError(offset: source)
            }
            plan.flows[task] = flow
        }
        return plan
    }
}
