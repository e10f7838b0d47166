import Domain
import Foundation
import GRDB
import SchedulerCore

extension RunRow {
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
    init(_ row: Row, definition: TaskDefinition?) {
        self.init(
            id: TaskID(row["id"]), state: TaskState(rawValue: row["state"]) ?? .none,
            triggerRule: definition?.triggerRule ?? .allSuccess, group: definition?.group,
            needs: definition?.needs ?? [], attemptCount: row["attempts"],
            startedAt: row.instant("started_at"), endedAt: row.instant("ended_at"),
            exitCode: row["exit_code"], note: row["note"], retryAt: row.instant("retry_at"))
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
            log: row["log"])
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
}
