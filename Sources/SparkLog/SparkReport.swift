import Domain

/// One application as `spark report --json` prints it.
///
/// Keys are stable. `summary` has those of `expected.json` of the shared logs: `layout`,
/// `in_progress`, `files`, `bytes`, `codec`, `events`, `bad_lines`, `truncated`, `spark_version`,
/// `app_id`, `app_name`, `jobs`, `jobs_ended`, `jobs_failed`, `stages` (ids submitted),
/// `stage_attempts`, `stage_attempts_completed`, `stage_attempts_failed`, `task_starts`, `tasks`
/// (ends), `tasks_failed`, `task_end_reasons`, `tasks_speculative`, `tasks_without_metrics`,
/// `executors_added`, `executors_removed`, `totals`, `app_start_ms`, `app_end_ms`,
/// `app_duration_ms`, `observed_span_ms`, `sql_executions`, `sql_ended`,
/// `sql_failed_with_message`, `aqe_updates`, `driver_accum_updates`, `streaming`, `other_events`,
/// `per_stage` (`"stage.attempt"`: over tasks that succeeded); and besides `compacted`,
/// `damaged_places`, `first_bad_lines` and `not_told` (texts: what a REST API does not tell; what of
/// it has a key is null). Moments are milliseconds since 1970.
public struct SparkReport: Sendable {
    public var application: SparkApplication
    public var facts: SparkLogFacts
    /// The findings about the application: a JSON array.
    public var findings: String

    /// - Parameter findings: a JSON array, as the advisor's findings print themselves.
    public init(_ application: SparkApplication, facts: SparkLogFacts, findings: String = "[]") {
        self.application = application
        self.facts = facts
        self.findings = findings
    }

    /// `{"applications":[…]}` for all `reports`.
    public static func json(_ reports: [SparkReport]) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.array("applications", reports) { writer, report in report.write(&writer) }
        }
        return writer.text
    }

    private func write(_ writer: inout JSONWriter) {
        writer.object { writer in
            writer.value("app_id", application.id)
            writer.value("app_name", application.name)
            writer.value("spark_version", application.sparkVersion)
            writeSummary(&writer)
            writeStages(&writer)
            writeSQL(&writer)
            writer.value("findings", json: findings)
        }
    }

    private func writeSummary(_ writer: inout JSONWriter) {
        let summary = SparkSummary(application)
        writer.object("summary") { writer in
            writeFacts(&writer)
            writeCounts(summary, &writer)
            writeTotals(&writer)
            writeTimes(&writer)
            writeEvents(summary, &writer)
            writer.object("per_stage") { writer in
                for stage in summary.stages { Self.write(stage, &writer) }
            }
        }
    }

    private func writeFacts(_ writer: inout JSONWriter) {
        let reading = application.reading
        writer.value("layout", facts.layout)
        writer.value("in_progress", facts.isInProgress)
        writer.value("compacted", facts.isCompacted)
        writer.value("files", ofLog(facts.files))
        writer.value("bytes", ofLog(facts.bytes))
        writer.value("codec", facts.isREST ? nil : facts.codec)
        writer.value("events", ofLog(reading.events))
        writer.value("bad_lines", reading.badLines)
        writer.array("first_bad_lines", reading.firstBadLines) { $0.element($1) }
        writer.value("damaged_places", facts.damagedPlaces)
        writer.value("truncated", reading.isTruncated)
        writer.value("spark_version", application.sparkVersion)
        writer.value("app_id", application.id)
        writer.value("app_name", application.name)
        writer.array("not_told", facts.notTold) { $0.element($1) }
    }

    /// Nil where no log was read: nobody counted.
    func ofLog<Number: FixedWidthInteger>(_ count: Number) -> Number? {
        facts.isREST ? nil : count
    }

    private func writeCounts(_ summary: SparkSummary, _ writer: inout JSONWriter) {
        let reading = application.reading
        writer.value("jobs", application.jobs.count)
        writer.value("jobs_ended", reading.jobEnds)
        writer.value("jobs_failed", summary.failedJobs)
        writer.value("stages", summary.stageIDs)
        writer.value("stage_attempts", summary.stageAttempts)
        writer.value("stage_attempts_completed", summary.completedAttempts)
        writer.value("stage_attempts_failed", summary.failedAttempts)
        writer.value("task_starts", reading.taskStarts)
        writer.value("tasks", application.tasks.count)
        writer.value("tasks_failed", summary.failedTasks)
        Self.write(summary.endReasons, as: "task_end_reasons", &writer)
        writer.value("tasks_speculative", reading.speculativeTasks)
        writer.value("tasks_without_metrics", reading.tasksWithoutMetrics)
        writer.value("executors_added", reading.executorsAdded)
        writer.value("executors_removed", reading.executorsRemoved)
    }

    private func writeTotals(_ writer: inout JSONWriter) {
        func total(_ metric: TaskMetric) -> Int64 { application.total(metric) }
        writer.object("totals") { writer in
            writer.value("executor_run_ms", total(.runMilliseconds))
            writer.value("executor_cpu_ns", total(.cpuNanoseconds))
            writer.value("gc_ms", total(.gcMilliseconds))
            writer.value("input_bytes", total(.inputBytes))
            writer.value("output_bytes", total(.outputBytes))
            writer.value(
                "shuffle_read_bytes",
                total(.shuffleRemoteBytes).addingSaturated(total(.shuffleLocalBytes)))
            writer.value("shuffle_read_records", total(.shuffleReadRecords))
            writer.value("shuffle_write_bytes", total(.shuffleWriteBytes))
            writer.value("shuffle_write_records", total(.shuffleWriteRecords))
            writer.value("fetch_wait_ms", total(.fetchWaitMilliseconds))
            writer.value("memory_spill_bytes", total(.memorySpillBytes))
            writer.value("disk_spill_bytes", total(.diskSpillBytes))
        }
    }

    private func writeTimes(_ writer: inout JSONWriter) {
        let start = application.startedAt
        let end = application.endedAt
        writer.value("app_start_ms", start?.milliseconds)
        writer.value("app_end_ms", end?.milliseconds)
        writer.value("app_duration_ms", Self.milliseconds(from: start, to: end))
        writer.value(
            "observed_span_ms",
            Self.milliseconds(from: application.firstMoment, to: application.lastMoment))
    }

    private func writeEvents(_ summary: SparkSummary, _ writer: inout JSONWriter) {
        let reading = application.reading
        writer.value("sql_executions", application.sqlExecutions.count)
        writer.value("sql_ended", reading.sqlEnds)
        writer.value("sql_failed_with_message", summary.failedSQL)
        writer.value("aqe_updates", ofLog(reading.adaptiveUpdates))
        writer.value("driver_accum_updates", ofLog(reading.driverAccumulatorUpdates))
        writer.object("streaming") { writer in
            writer.value("started", ofLog(reading.queryStarts))
            writer.value("progress", ofLog(reading.progressEvents))
            writer.value("terminated", ofLog(reading.queryEnds))
        }
        Self.write(reading.otherEvents, as: "other_events", &writer)
    }

    private static func write(
        _ counts: [String: Int], as key: String, _ writer: inout JSONWriter
    ) {
        writer.object(key) { writer in
            for (name, count) in counts.sorted(by: { $0.key < $1.key }) {
                writer.value(name, count)
            }
        }
    }

    private static func write(_ stage: SparkSummary.Stage, _ writer: inout JSONWriter) {
        writer.object("\(stage.id).\(stage.attempt)") { writer in
            writer.value("task_ends", stage.taskEnds)
            writer.value("succeeded", stage.succeeded)
            writer.value("max_run_ms", stage.run?.largest)
            writer.value("median_run_ms", stage.run?.median)
            writer.value("max_duration_ms", stage.duration?.largest)
            writer.value("median_duration_ms", stage.duration?.median)
            writer.value("max_shuffle_read", stage.shuffleRead?.largest)
            writer.value("median_shuffle_read", stage.shuffleRead?.median)
        }
    }

    static func milliseconds(from start: Instant?, to end: Instant?) -> Int64? {
        guard let start, let end else { return nil }
        return end.milliseconds - start.milliseconds
    }
}
