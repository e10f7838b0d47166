import Domain

/// The lists of a report.
///
/// `stages`: every attempt with `stage, attempt, name, state` (`pending, skipped, running,
/// completed, failed`), counts of tasks, moments and sums. `sql`: every execution with `id, root,
/// description, state` (`running, succeeded, failed, ended`), moments, `jobs`, and its newest plan
/// as `plan`, a list of nodes in printed order with `depth` and `metrics`.
extension SparkReport {
    private static let stageSums: [(key: String, metric: TaskMetric)] = [
        ("run_ms", .runMilliseconds), ("cpu_ns", .cpuNanoseconds), ("gc_ms", .gcMilliseconds),
        ("input_bytes", .inputBytes), ("input_records", .inputRecords),
        ("output_bytes", .outputBytes), ("output_records", .outputRecords),
        ("shuffle_remote_bytes", .shuffleRemoteBytes),
        ("shuffle_local_bytes", .shuffleLocalBytes),
        ("shuffle_read_records", .shuffleReadRecords),
        ("shuffle_write_bytes", .shuffleWriteBytes),
        ("shuffle_write_records", .shuffleWriteRecords),
        ("fetch_wait_ms", .fetchWaitMilliseconds), ("memory_spill_bytes", .memorySpillBytes),
        ("disk_spill_bytes", .diskSpillBytes), ("result_bytes", .resultBytes),
    ]

    func writeStages(_ writer: inout JSONWriter) {
        let sums = Self.stageSums.map { ($0.key, application.stageTotals(of: $0.metric)) }
        let openStages = Set(
            application.jobs.filter { $0.outcome == .running }.flatMap(\.stages))
        writer.array("stages", application.stages.indices) { writer, index in
            let stage = application.stages[index]
            writer.object { writer in
                writer.value("stage", stage.id)
                writer.value("attempt", stage.attempt)
                writer.value("name", stage.name)
                writer.value("state", Self.state(stage, isJobOpen: openStages.contains(stage.id)))
                writer.value("tasks", stage.taskCount)
                writer.value("tasks_ended", stage.endedTasks)
                writer.value("tasks_succeeded", stage.succeededTasks)
                writer.value("tasks_failed", stage.failedTasks)
                writer.value("tasks_killed", stage.killedTasks)
                writer.value("submitted_ms", stage.submittedAt?.milliseconds)
                writer.value("completed_ms", stage.completedAt?.milliseconds)
                writer.value("first_launch_ms", stage.firstLaunchAt?.milliseconds)
                writer.value("last_finish_ms", stage.lastFinishAt?.milliseconds)
                writer.value("failure_reason", stage.failureReason)
                for (key, totals) in sums { writer.value(key, totals[index]) }
            }
        }
    }

    private static func state(_ stage: SparkStage, isJobOpen: Bool) -> String {
        if stage.isCompleted { return stage.failureReason == nil ? "completed" : "failed" }
        if stage.isSubmitted || stage.endedTasks > 0 { return "running" }
        return isJobOpen ? "pending" : "skipped"
    }

    func writeSQL(_ writer: inout JSONWriter) {
        writer.array("sql", application.sqlExecutions) { writer, execution in
            writer.object { writer in
                writer.value("id", execution.id)
                writer.value("root", execution.root)
                writer.value("description", execution.description)
                writeOutcome(execution, &writer)
                writer.value("start_ms", execution.startedAt?.milliseconds)
                writer.value("end_ms", execution.endedAt?.milliseconds)
                writer.value(
                    "duration_ms",
                    Self.milliseconds(from: execution.startedAt, to: execution.endedAt))
                writer.value("aqe_updates", ofLog(execution.adaptiveUpdates))
                writer.array("jobs", execution.jobs) { $0.element($1) }
                writer.array("plan", execution.plans.last?.nodes ?? []) { writer, node in
                    write(node, of: execution, &writer)
                }
            }
        }
    }

    private func writeOutcome(_ execution: SparkSQLExecution, _ writer: inout JSONWriter) {
        var message: String?
        switch execution.outcome {
        case .running: writer.value("state", "running")
        case .succeeded: writer.value("state", "succeeded")
        case .ended: writer.value("state", "ended")
        case .failed(let text):
            writer.value("state", "failed")
            message = text
        }
        writer.value("error", message)
    }

    private func write(
        _ node: SparkPlan.Node, of execution: SparkSQLExecution, _ writer: inout JSONWriter
    ) {
        let ids = execution.plans.last?.metrics[node.metricRange] ?? []
        writer.object { writer in
            writer.value("name", node.name)
            writer.value("depth", node.depth)
            writer.value("detail", node.detail)
            writer.array("metrics", ids.compactMap { application.metric($0) }) { writer, metric in
                // Without a value there is nothing to tell but that the node has the metric.
                guard metric.total != nil || metric.tasks != nil else { return }
                writer.object { writer in
                    writer.value("name", metric.name)
                    writer.value("type", metric.kind.sparkName)
                    writer.value("total", metric.total)
                    writer.value("min", metric.tasks?.smallest)
                    writer.value("median", metric.tasks?.median)
                    writer.value("max", metric.tasks?.largest)
                }
            }
        }
    }
}

extension SparkMetricKind {
    /// Spark's word for it.
    var sparkName: String {
        switch self {
        case .sum: "sum"
        case .size: "size"
        case .timing: "timing"
        case .nanoTiming: "nsTiming"
        case .average: "average"
        case .other: "other"
        }
    }
}
