public import Domain
import GRDB
public import SchedulerCore

/// What an engine that opens a state folder has to know.
///
/// `CROSS JOIN` says in which order SQLite goes through the tables: left to itself it looks at all
/// that was ever recorded to find what belongs to the few runs that are open.
extension StoreReader {
    /// The runs that have not ended, oldest first.
    public func openRuns() throws(StoreError) -> [RunRow] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM runs WHERE state IN ('queued', 'running') ORDER BY number"
            ).map { RunRow($0) }
        }
    }

    /// The attempts without a recorded end, oldest run first.
    public func openAttempts() throws(StoreError) -> [OpenAttempt] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT attempts.*, runs.id AS run_id, tasks.id AS task_id FROM runs
                    CROSS JOIN attempts ON attempts.run = runs.number
                        AND attempts.outcome IS NULL
                    CROSS JOIN tasks ON tasks.run = attempts.run
                        AND tasks.position = attempts.position
                    WHERE runs.state IN ('queued', 'running')
                    ORDER BY attempts.run, attempts.position, attempts.number
                    """
            ).map { OpenAttempt($0) }
        }
    }

    /// The events of the runs that have not ended, and of the pipelines, in order: a scheduler that
    /// handles them stands where the last one stood.
    public func eventsToReplay() throws(StoreError) -> [SchedulerEvent] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM (
                        SELECT * FROM events WHERE run IS NULL AND (kind <> 'timer_fired'
                            OR seq >= (SELECT min(created_seq) FROM runs
                                WHERE state IN ('queued', 'running')))
                        UNION ALL
                        SELECT events.* FROM events CROSS JOIN runs
                            ON runs.number = events.run
                        WHERE events.seq >= (SELECT min(created_seq) FROM runs
                                WHERE state IN ('queued', 'running'))
                            AND runs.state IN ('queued', 'running')
                            AND kind <> 'attempt_intended')
                    ORDER BY seq
                    """
            ).compactMap { try StoredEvent($0)?.event }
        }
    }

    /// What a run is made of, as its last revision has it; nil for one that is not there.
    public func creation(of run: RunID) throws(StoreError) -> RunCreation? {
        try read { database in
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT events.* FROM runs JOIN events ON events.seq = runs.created_seq
                    WHERE runs.id = ?
                    """, arguments: [run.name])
            guard let row, case .runCreated(var creation, _)? = try StoredEvent(row)?.event else {
                return nil
            }
            let newer = try Row.fetchOne(
                database,
                sql: """
                    SELECT events.* FROM runs CROSS JOIN events ON events.run = runs.number
                        AND events.kind = 'run_revised'
                    WHERE runs.id = ? ORDER BY events.seq DESC LIMIT 1
                    """, arguments: [run.name])
            if let newer, case .runRevised(_, let revision, _, _)? = try StoredEvent(newer)?.event {
                creation.revise(by: revision)
            }
            return creation
        }
    }

    /// A run that has ended as the scheduler takes it back; nil for one that is not there.
    public func settledRun(_ run: RunID) throws(StoreError) -> SettledRun? {
        guard let row = try self.run(run), let creation = try creation(of: run) else {
            return nil
        }
        let tasks = try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT tasks.id, tasks.state, tasks.attempts FROM tasks
                    JOIN runs ON runs.number = tasks.run WHERE runs.id = ? ORDER BY position
                    """, arguments: [run.name]
            ).map { row in
                SettledInstance(
                    id: TaskID(row["id"]),
                    task: SettledTask(
                        state: TaskState(rawValue: row["state"]) ?? .none,
                        attemptCount: row["attempts"]))
            }
        }
        // Instances of mapped tasks follow the tasks of the plan.
        let count = creation.plan.tasks.count
        return SettledRun(
            creation: creation, state: row.state, tasks: tasks.prefix(count).map(\.task),
            instances: Array(tasks.dropFirst(count)), outputs: try outputs(of: run))
    }

    /// Whether a run of the pipeline for that logical date has succeeded, however it was made.
    public func hasSucceeded(
        _ pipeline: PipelineName, for date: Instant
    ) throws(StoreError) -> Bool {
        try read { database in
            try Bool.fetchOne(
                database,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM runs
                    WHERE pipeline = ? AND logical_date = ? AND state = 'success')
                    """, arguments: [pipeline.name, date.microseconds]) ?? false
        }
    }

    /// The run with the latest logical date before `date` among those of the pipeline that
    /// succeeded; nil for none. One look into an index.
    public func lastSuccess(
        of pipeline: PipelineName, before date: Instant
    ) throws(StoreError) -> RunRow? {
        try read { database in
            try Row.fetchOne(
                database,
                sql: """
                    SELECT * FROM runs
                    WHERE pipeline = ? AND logical_date < ? AND state = 'success'
                    ORDER BY logical_date DESC, number DESC LIMIT 1
                    """, arguments: [pipeline.name, date.microseconds]
            ).map { RunRow($0) }
        }
    }

    /// The assets that were made since the pipeline's last run that assets started.
    public func freshAssets(for pipeline: PipelineName) throws(StoreError) -> Set<AssetName> {
        try read { database in
            let names = try String.fetchAll(
                database,
                sql: """
                    SELECT name FROM assets WHERE seq > coalesce((
                        SELECT max(created_seq) FROM runs
                        WHERE pipeline = ? AND trigger = 'asset_triggered'), 0)
                    """, arguments: [pipeline.name])
            return Set(names.map { AssetName($0) })
        }
    }

    /// What the tasks of a run wrote for others: of each its newest attempt that wrote anything.
    public func outputs(of run: RunID) throws(StoreError) -> [TaskID: [TaskOutput]] {
        try read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT events.* FROM runs JOIN events ON events.seq >= runs.created_seq
                        AND events.run = runs.number
                    WHERE runs.id = ? AND kind = 'outputs_written' ORDER BY events.seq
                    """, arguments: [run.name])
            var outputs: [TaskID: [TaskOutput]] = [:]
            for row in rows {
                guard
                    case .outputsWritten(let attempt, let written, _)? =
                        try StoredEvent(row)?.event
                else { continue }
                outputs[attempt.task] = written
            }
            return outputs
        }
    }

    /// The runs of a pipeline for one logical date, newest first.
    public func runs(
        of pipeline: PipelineName, for logicalDate: Instant, _ trigger: RunTrigger
    ) throws(StoreError) -> [RunRow] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM runs WHERE pipeline = ? AND logical_date = ? AND trigger = ?
                    ORDER BY number DESC
                    """, arguments: [pipeline.name, logicalDate.microseconds, trigger.rawValue]
            ).map { RunRow($0) }
        }
    }
}
