import Domain
import SchedulerCore

/// The statements that keep the tables beside the events.
///
/// Rows of tasks and attempts are replaced whole: with a single key and no index beside it that is
/// one look-up, after which SQLite writes in place.
struct ProjectionStatements {
    private let connection: Connection
    private let newRun: Statement
    private let writeTask: Statement
    private let writeAttempt: Statement
    private let counts: Statement

    init(_ connection: Connection) throws(SQLiteFailure) {
        self.connection = connection
        newRun = try Statement(
            """
            INSERT INTO runs (id, pipeline, trigger, state, logical_date, created_at,
            task_count, settled_count, failed_count, definition, created_seq)
            VALUES (?, ?, ?, 'queued', ?, ?, ?, 0, 0, ?, ?)
            """, connection)
        writeTask = try Statement(
            """
            REPLACE INTO tasks (run, position, id, state, attempts, changed_at, started_at,
            ended_at, exit_code, note, retry_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, connection)
        writeAttempt = try Statement(
            """
            REPLACE INTO attempts (run, position, number, intended_at, started_at, ended_at,
            outcome, code, reason, log, token, pid, start_ticks, boot_id, user_time,
            system_time, peak_memory, read_bytes, written_bytes)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, connection)
        counts = try Statement(
            """
            UPDATE runs SET task_count = ?, settled_count = ?, failed_count = ? WHERE number = ?
            """, connection)
    }

    /// Puts in a run's row and returns its number.
    func insertRun(
        _ creation: RunCreation, at: Instant, sequence: Int64, definition: Int64?
    ) throws(SQLiteFailure) -> Int64 {
        newRun.bind(1, creation.id.name)
        newRun.bind(2, creation.pipeline.name)
        newRun.bind(3, creation.trigger.rawValue)
        newRun.bind(4, creation.logicalDate.microseconds)
        newRun.bind(5, at.microseconds)
        newRun.bind(6, creation.plan.tasks.count)
        newRun.bind(7, definition)
        newRun.bind(8, sequence)
        try newRun.run()
        return connection.lastInsertedRow
    }

    func write(_ task: TaskCells, at position: Int, of run: Int64) throws(SQLiteFailure) {
        writeTask.bind(1, run)
        writeTask.bind(2, position)
        writeTask.bind(3, task.id.name)
        writeTask.bind(4, task.state.rawValue)
        writeTask.bind(5, task.attempts)
        writeTask.bind(6, task.changedAt)
        writeTask.bind(7, task.startedAt)
        writeTask.bind(8, task.endedAt)
        writeTask.bind(9, task.exitCode.map { Int64($0) })
        writeTask.bind(10, task.note)
        writeTask.bind(11, task.retryAt)
        try writeTask.run()
    }

    func write(
        _ attempt: AttemptCells, _ key: AttemptKey, of run: Int64
    ) throws(SQLiteFailure) {
        writeAttempt.bind(1, run)
        writeAttempt.bind(2, key.position)
        writeAttempt.bind(3, key.number)
        writeAttempt.bind(4, attempt.intendedAt)
        writeAttempt.bind(5, attempt.startedAt)
        writeAttempt.bind(6, attempt.endedAt)
        writeAttempt.bind(7, attempt.outcome?.word)
        writeAttempt.bind(8, attempt.outcome?.code.map { Int64($0) })
        writeAttempt.bind(9, attempt.outcome?.reason)
        writeAttempt.bind(10, attempt.log)
        writeAttempt.bind(11, attempt.token)
        writeAttempt.bind(12, attempt.pid.map { Int64($0) })
        writeAttempt.bind(13, attempt.startTicks)
        writeAttempt.bind(14, attempt.bootID)
        writeAttempt.bind(15, attempt.use?.userTime.microseconds)
        writeAttempt.bind(16, attempt.use?.systemTime.microseconds)
        writeAttempt.bind(17, attempt.use?.peakMemory)
        writeAttempt.bind(18, attempt.use?.readBytes)
        writeAttempt.bind(19, attempt.use?.writtenBytes)
        try writeAttempt.run()
    }

    func removeAttempt(_ key: AttemptKey, of run: Int64) throws(SQLiteFailure) {
        let removal = try Statement(
            "DELETE FROM attempts WHERE run = ? AND position = ? AND number = ?", connection)
        removal.bind(1, run)
        removal.bind(2, key.position)
        removal.bind(3, key.number)
        try removal.run()
    }

    func setCounts(
        _ run: Int64, total: Int, settled: Int, failed: Int
    ) throws(SQLiteFailure) {
        counts.bind(1, total)
        counts.bind(2, settled)
        counts.bind(3, failed)
        counts.bind(4, run)
        try counts.run()
    }

    func setRunState(
        _ run: Int64, _ state: RunState, _ at: Instant
    ) throws(SQLiteFailure) {
        let times =
            switch state {
            case .queued: "started_at = NULL, ended_at = NULL"
            case .running: "started_at = coalesce(started_at, ?3), ended_at = NULL"
            case .success, .failed, .cancelled: "ended_at = max(?3, coalesce(started_at, ?3))"
            }
        let change = try Statement(
            "UPDATE runs SET state = ?1, \(times) WHERE number = ?2", connection)
        change.bind(1, state.rawValue)
        change.bind(2, run)
        if state != .queued { change.bind(3, at.microseconds) }
        try change.run()
    }

    func setLastTick(_ pipeline: PipelineName, _ tick: Instant) throws(SQLiteFailure) {
        let change = try Statement(
            """
            INSERT INTO pipelines (name, last_tick) VALUES (?, ?) ON CONFLICT (name)
            DO UPDATE SET last_tick = max(coalesce(last_tick, excluded.last_tick),
            excluded.last_tick)
            """, connection)
        change.bind(1, pipeline.name)
        change.bind(2, tick.microseconds)
        try change.run()
    }

    func noteAsset(
        _ asset: AssetName, sequence: Int64, run: Int64?, _ task: TaskID, _ at: Instant
    ) throws(SQLiteFailure) {
        let change = try Statement(
            "REPLACE INTO assets (name, seq, run, task, at) VALUES (?, ?, ?, ?, ?)", connection)
        change.bind(1, asset.name)
        change.bind(2, sequence)
        change.bind(3, run)
        change.bind(4, task.name)
        change.bind(5, at.microseconds)
        try change.run()
    }

    func setPaused(_ pipeline: PipelineName, _ isPaused: Bool) throws(SQLiteFailure) {
        let change = try Statement(
            """
            INSERT INTO pipelines (name, paused) VALUES (?, ?)
            ON CONFLICT (name) DO UPDATE SET paused = excluded.paused
            """, connection)
        change.bind(1, pipeline.name)
        change.bind(2, isPaused ? 1 : 0)
        try change.run()
    }

    /// The number of a run; nil for one that is not there.
    func number(of run: RunID) throws(SQLiteFailure) -> Int64? {
        let query = try Statement("SELECT number FROM runs WHERE id = ?", connection)
        query.bind(1, run.name)
        var number: Int64?
        try query.forEachRow { number = query.int64(0) }
        return number
    }

    /// The rows of a run's tasks in order.
    func tasks(of run: Int64) throws(SQLiteFailure) -> [TaskCells] {
        let query = try Statement(
            """
            SELECT id, state, attempts, changed_at, started_at, ended_at, exit_code, note,
            retry_at FROM tasks WHERE run = ? ORDER BY position
            """, connection)
        query.bind(1, run)
        var tasks: [TaskCells] = []
        try query.forEachRow {
            var task = TaskCells(id: TaskID(query.text(0) ?? ""))
            task.state = TaskState(rawValue: query.text(1) ?? "") ?? .none
            task.attempts = Int(query.int64(2) ?? 0)
            task.changedAt = query.int64(3)
            task.startedAt = query.int64(4)
            task.endedAt = query.int64(5)
            task.exitCode = query.int64(6).map { Int32(truncatingIfNeeded: $0) }
            task.note = query.text(7)
            task.retryAt = query.int64(8)
            tasks.append(task)
        }
        return tasks
    }

    /// The rows of a run's attempts that have no end.
    func openAttempts(of run: Int64) throws(SQLiteFailure) -> [AttemptKey: AttemptCells] {
        let query = try Statement(
            "SELECT \(Self.attemptColumns) FROM attempts WHERE run = ? AND outcome IS NULL",
            connection)
        query.bind(1, run)
        return Dictionary(try attempts(query), uniquingKeysWith: { $1 })
    }

    /// The row of one attempt.
    func attempt(_ key: AttemptKey, of run: Int64) throws(SQLiteFailure) -> AttemptCells? {
        let query = try Statement(
            """
            SELECT \(Self.attemptColumns) FROM attempts
            WHERE run = ? AND position = ? AND number = ?
            """, connection)
        query.bind(1, run)
        query.bind(2, key.position)
        query.bind(3, key.number)
        return try attempts(query).first?.1
    }

    private static let attemptColumns = """
        position, number, intended_at, log, token, started_at, ended_at, outcome, code, reason,
        pid, start_ticks, boot_id, user_time, system_time, peak_memory, read_bytes, written_bytes
        """

    private func attempts(
        _ query: Statement
    ) throws(SQLiteFailure) -> [(AttemptKey, AttemptCells)] {
        var found: [(AttemptKey, AttemptCells)] = []
        try query.forEachRow {
            var attempt = AttemptCells(
                intendedAt: query.int64(2) ?? 0, log: query.text(3) ?? "",
                token: query.text(4) ?? "")
            attempt.startedAt = query.int64(5)
            attempt.endedAt = query.int64(6)
            attempt.outcome = query.text(7).map { word in
                OutcomeColumns(
                    word: word, code: query.int64(8).map { Int32(truncatingIfNeeded: $0) },
                    reason: query.text(9))
            }
            attempt.pid = query.int64(10).map { Int32(truncatingIfNeeded: $0) }
            attempt.startTicks = query.int64(11)
            attempt.bootID = query.text(12)
            if let user = query.int64(13) {
                attempt.use = ResourceUse(
                    userTime: Span(microseconds: user),
                    systemTime: Span(microseconds: query.int64(14) ?? 0),
                    peakMemory: query.int64(15), readBytes: query.int64(16) ?? 0,
                    writtenBytes: query.int64(17) ?? 0)
            }
            let key = AttemptKey(
                position: Int(query.int64(0) ?? 0), number: Int(query.int64(1) ?? 0))
            found.append((key, attempt))
        }
        return found
    }
}
