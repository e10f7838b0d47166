public import Domain
import Foundation
import GRDB
import SchedulerCore

/// What people did and asked for.
extension StoreReader {
    /// The backfills, newest first; of one pipeline, or of all.
    public func backfills(
        of pipeline: PipelineName? = nil, limit: Int = 100
    ) throws(StoreError) -> [BackfillRow] {
        try backfillRows(
            "WHERE ?1 IS NULL OR b.pipeline = ?1 ORDER BY b.number DESC LIMIT ?2",
            [pipeline?.name, max(0, limit)])
    }

    /// The backfill of that name.
    public func backfill(_ id: BackfillID) throws(StoreError) -> BackfillRow? {
        try backfillRows("WHERE b.id = ?1", [id.name]).first
    }

    /// The backfills that have not ended, oldest first, each with the pipeline it was made of.
    public func openBackfills() throws(StoreError) -> [(row: BackfillRow, pipeline: Pipeline)] {
        let rows = try backfillRows(
            "WHERE b.state IN ('running', 'paused') ORDER BY b.number", [])
        var found: [(row: BackfillRow, pipeline: Pipeline)] = []
        for row in rows {
            let content = try read { database in
                try Data.fetchOne(
                    database,
                    sql: """
                        SELECT content FROM definitions JOIN backfills
                        ON backfills.definition = definitions.id WHERE backfills.id = ?
                        """, arguments: [row.backfill.id.name])
            }
            guard let content, let pipeline = try? PipelineCoding.decode(Array(content)) else {
                continue
            }
            found.append((row, pipeline))
        }
        return found
    }

    /// How many backfills there ever were.
    public func backfillCount() throws(StoreError) -> Int {
        try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM backfills") ?? 0 }
    }

    /// The runs of a backfill, newest first.
    public func runs(of backfill: BackfillID) throws(StoreError) -> [RunRow] {
        try read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM runs WHERE backfill = ? ORDER BY number DESC",
                arguments: [backfill.name]
            ).map { RunRow($0) }
        }
    }

    /// The runs of a pipeline for one logical date of whatever kind, newest first.
    public func runs(
        of pipeline: PipelineName, for logicalDate: Instant
    ) throws(StoreError) -> [RunRow] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM runs WHERE pipeline = ? AND logical_date = ?
                    ORDER BY number DESC
                    """, arguments: [pipeline.name, logicalDate.microseconds]
            ).map { RunRow($0) }
        }
    }

    /// The run of a pipeline with the greatest logical date before `date`; of those made by
    /// schedules and backfills alone, or of all.
    public func run(
        of pipeline: PipelineName, before date: Instant, scheduledOnly: Bool
    ) throws(StoreError) -> RunRow? {
        let kinds = scheduledOnly ? "AND trigger IN ('scheduled', 'backfill')" : ""
        return try read { database in
            try Row.fetchOne(
                database,
                sql: """
                    SELECT * FROM runs WHERE pipeline = ? AND logical_date < ? \(kinds)
                    ORDER BY logical_date DESC, number DESC LIMIT 1
                    """, arguments: [pipeline.name, date.microseconds]
            ).map { RunRow($0) }
        }
    }

    /// What was answered to a request; nil where it was not carried out.
    public func answer(to request: RequestID) throws(StoreError) -> RequestAnswer? {
        let content = try read { database in
            try Data.fetchOne(
                database, sql: "SELECT answer FROM requests WHERE id = ?",
                arguments: [request.name])
        }
        return content.flatMap { RequestCoding.decode(Array($0)) }
    }

    /// The newest things that people and schedules did, newest first, at most `limit`.
    public func operations(limit: Int) throws(StoreError) -> [StoredEvent] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM events INDEXED BY events_of_people WHERE kind IN (
                        'run_created', 'run_cancel_requested', 'task_cancel_requested',
                        'tasks_cleared', 'tasks_marked', 'pipeline_paused', 'backfill_created',
                        'backfill_changed')
                    ORDER BY seq DESC LIMIT ?
                    """, arguments: [max(0, limit)]
            ).compactMap { try StoredEvent($0) }
        }
    }

    /// When the newest event happened, by the clock of then; nil where nothing did.
    public func newestEventAt() throws(StoreError) -> Instant? {
        try read { database in
            try Int64.fetchOne(database, sql: "SELECT at FROM events ORDER BY seq DESC LIMIT 1")
                .map { Instant(microseconds: $0) }
        }
    }

    private func backfillRows(
        _ condition: String, _ arguments: [(any DatabaseValueConvertible)?]
    ) throws(StoreError) -> [BackfillRow] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT b.*, payload, events.at AS event_at,
                        (SELECT count(*) FROM runs WHERE backfill = b.id) AS run_count,
                        (SELECT count(*) FROM runs WHERE backfill = b.id
                            AND runs.state IN ('queued', 'running')) AS active_count,
                        (SELECT count(*) FROM runs WHERE backfill = b.id
                            AND runs.state IN ('failed', 'cancelled')) AS failed_count
                    FROM backfills AS b JOIN events ON events.seq = b.created_seq \(condition)
                    """, arguments: StatementArguments(arguments)
            ).compactMap { try BackfillRow($0) }
        }
    }
}

extension BackfillRow {
    /// The row, with what was asked for from the event that made it; nil where that is no such.
    fileprivate init?(_ row: Row) throws {
        let record = try RecordCoding.decode(
            kind: "backfill_created", at: Instant(microseconds: row["event_at"]),
            payload: Array(row["payload"] as Data))
        guard case .event(.backfillCreated(let backfill, let at), _) = record else { return nil }
        let ended: Int64? = row["ended_at"]
        let lastTick: Int64? = row["last_tick"]
        self.init(
            backfill: backfill, state: BackfillState(rawValue: row["state"]) ?? .completed,
            createdAt: at, endedAt: ended.map { Instant(microseconds: $0) },
            lastTick: lastTick.map { Instant(microseconds: $0) }, runCount: row["run_count"],
            activeCount: row["active_count"], failedCount: row["failed_count"])
    }
}
