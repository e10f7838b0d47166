import Domain
import Foundation
import GRDB
import SchedulerCore

// Rows that are read by the thousand are read by column number: names would be searched each time.

extension RunRow {
    /// The columns that ``init(columns:)`` takes.
    static let columns = """
        runs.id, runs.pipeline, runs.trigger, runs.state, runs.logical_date, runs.created_at,
        runs.started_at, runs.ended_at, runs.task_count, runs.settled_count, runs.failed_count
        """

    init(columns row: Row) {
        self.init(
            id: RunID(row[0]), pipeline: PipelineName(row[1]),
            trigger: RunTrigger(rawValue: row[2]) ?? .manual,
            state: RunState(rawValue: row[3]) ?? .failed,
            logicalDate: Instant(microseconds: row[4]), createdAt: Instant(microseconds: row[5]),
            startedAt: row.instant(6), endedAt: row.instant(7), taskCount: row[8],
            settledCount: row[9], failedCount: row[10])
    }

    init(_ row: Row) {
        self.init(
            id: RunID(row["id"]), pipeline: PipelineName(row["pipeline"]),
            trigger: RunTrigger(rawValue: row["trigger"]) ?? .manual,
            state: RunState(rawValue: row["state"]) ?? .failed,
            logicalDate: Instant(microseconds: row["logical_date"]),
            createdAt: Instant(microseconds: row["created_at"]),
            startedAt: row.instant("started_at"), endedAt: row.instant("ended_at"),
            taskCount: row["task_count"], settledCount: row["settled_count"],
            failedCount: row["failed_count"])
    }
}

extension TaskRow {
    /// The columns that ``init(columns:definition:)`` takes.
    static let columns = """
        tasks.id, tasks.state, tasks.attempts, tasks.started_at, tasks.ended_at,
        tasks.exit_code, tasks.note, tasks.retry_at
        """

    /// - Parameter definition: of the task in the same place; one of another name is not looked at.
    init(columns row: Row, definition: TaskDefinition?) {
        let id = TaskID(row[0])
        let isOwn = definition?.id == id || definition?.id == id.instanceParts?.task
        let definition = isOwn ? definition : nil
        self.init(
            id: id, state: TaskState(rawValue: row[1]) ?? .none,
            triggerRule: definition?.triggerRule ?? .allSuccess, group: definition?.group,
            needs: definition?.needs ?? [], attemptCount: row[2], startedAt: row.instant(3),
            endedAt: row.instant(4), exitCode: row[5], note: row[6], retryAt: row.instant(7))
        if let definition { pool = definition.pool }
    }
}

extension AttemptRow {
    init(_ row: Row, run: RunID, task: TaskID) {
        self.init(
            id: AttemptID(run: run, task: task, number: row["number"]),
            startedAt: row.instant("started_at")
                ?? Instant(microseconds: row["intended_at"]),
            endedAt: row.instant("ended_at"),
            outcome: OutcomeColumns.outcome(
                word: row["outcome"], code: row["code"], reason: row["reason"]),
            log: row["log"], use: ResourceUse(row))
    }
}

extension ResourceUse {
    /// Nil where nothing was measured.
    init?(_ row: Row) {
        guard let user: Int64 = row["user_time"] else { return nil }
        self.init(
            userTime: Span(microseconds: user),
            systemTime: Span(microseconds: (row["system_time"] as Int64?) ?? 0),
            peakMemory: row["peak_memory"], readBytes: (row["read_bytes"] as Int64?) ?? 0,
            writtenBytes: (row["written_bytes"] as Int64?) ?? 0)
    }
}

extension OpenAttempt {
    init(_ row: Row) {
        var process: ProcessIdentity?
        if let pid: Int32 = row["pid"], let ticks: Int64 = row["start_ticks"],
            let boot: String = row["boot_id"]
        {
            process = ProcessIdentity(
                pid: pid, startTicks: UInt64(bitPattern: ticks), bootID: boot)
        }
        self.init(
            id: AttemptID(
                run: RunID(row["run_id"]), task: TaskID(row["task_id"]), number: row["number"]),
            process: process, token: row["token"], log: row["log"])
    }
}

extension StoredEvent {
    /// Nil for a record that is no event of the scheduler.
    init?(_ row: Row) throws {
        let payload: Data = row["payload"]
        let record = try RecordCoding.decode(
            kind: row["kind"], at: Instant(microseconds: row["at"]), payload: Array(payload))
        guard case .event(let event, _) = record else { return nil }
        self.init(sequence: row["seq"], event: event)
    }
}

extension Row {
    fileprivate func instant(_ column: String) -> Instant? {
        (self[column] as Int64?).map { Instant(microseconds: $0) }
    }

    fileprivate func instant(_ column: Int) -> Instant? {
        (self[column] as Int64?).map { Instant(microseconds: $0) }
    }
}
