import Domain
import GRDB
import SchedulerCore

/// The tables kept beside the events: what panes read, always as the events left it.
///
/// Keeps the positions and states of the tasks of open runs in memory, so that a change writes its
/// own row and no other; ``forget()`` after a rollback.
struct Projections {
    private struct OpenRun {
        var number: Int64
        var positions: [TaskID: Int]
        var states: [TaskState]
        var settled: Int
        var failed: Int
        var isTouched = false
    }

    private var openRuns: [RunID: OpenRun] = [:]

    /// Drops what is in memory; it is read again when needed.
    mutating func forget() { openRuns = [:] }

    /// The number of a run; nil for one that the store does not know.
    mutating func number(of run: RunID, in database: Database) throws -> Int64? {
        try load(run, database) ? openRuns[run]?.number : nil
    }

    mutating func create(
        _ creation: RunCreation, at: Instant, sequence: Int64, definition: Int64?,
        in database: Database
    ) throws {
        try database.cachedStatement(
            sql: """
                INSERT INTO runs (id, pipeline, trigger, state, logical_date, created_at,
                task_count, settled_count, failed_count, definition, created_seq)
                VALUES (?, ?, ?, 'queued', ?, ?, ?, 0, 0, ?, ?)
                """
        ).execute(arguments: [
            creation.id.name, creation.pipeline.name, creation.trigger.rawValue,
            creation.logicalDate.microseconds, at.microseconds, creation.plan.tasks.count,
            definition, sequence,
        ])
        let number = database.lastInsertedRowID
        let insert = try database.cachedStatement(
            sql: "INSERT INTO tasks (run, position, id, state, attempts) VALUES (?, ?, ?, ?, 0)")
        for (position, task) in creation.plan.tasks.enumerated() {
            try insert.execute(arguments: [
                number, position, task.id.name, TaskState.none.rawValue,
            ])
        }
        openRuns[creation.id] = OpenRun(
            number: number,
            positions: Dictionary(
                creation.plan.tasks.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { $1 }),
            states: Array(repeating: .none, count: creation.plan.tasks.count), settled: 0,
            failed: 0)
        if creation.trigger == .scheduled {
            try database.cachedStatement(
                sql: """
                    INSERT INTO pipelines (name, last_tick) VALUES (?, ?) ON CONFLICT (name)
                    DO UPDATE SET last_tick = max(coalesce(last_tick, excluded.last_tick),
                    excluded.last_tick)
                    """
            ).execute(arguments: [creation.pipeline.name, creation.logicalDate.microseconds])
        }
    }

    /// What an event says by itself; its changes come through ``apply(_:in:)``.
    mutating func note(_ event: SchedulerEvent, in database: Database) throws {
        switch event {
        case .attemptStarted(let id, let process, let at):
            try started(id, process, at, database)
        case .attemptEnded(let id, let outcome, let at):
            try ended(id, outcome, at, database)
        case .pipelinePaused(let pipeline, let isPaused, _, _):
            try database.cachedStatement(
                sql: """
                    INSERT INTO pipelines (name, paused) VALUES (?, ?)
                    ON CONFLICT (name) DO UPDATE SET paused = excluded.paused
                    """
            ).execute(arguments: [pipeline.name, isPaused])
        case .runCreated, .timerFired, .runCancelRequested, .taskCancelRequested, .tasksCleared:
            break
        }
    }

    mutating func intend(_ intent: AttemptIntent, in database: Database) throws {
        guard let (run, position) = try place(intent.id, database) else { return }
        try database.cachedStatement(
            sql: """
                INSERT OR IGNORE INTO attempts (run, position, number, intended_at, log, token)
                VALUES (?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            run, position, intent.id.number, intent.at.microseconds, intent.log, intent.token,
        ])
    }

    mutating func apply(_ change: SchedulerChange, in database: Database) throws {
        switch change {
        case .runState(let run, let state, let at):
            guard let number = try number(of: run, in: database) else { return }
            try runChanged(number, to: state, at, database)
        case .taskState(let run, let task, let state, let detail):
            guard try load(run, database), var open = openRuns.removeValue(forKey: run) else {
                return
            }
            defer { openRuns[run] = open }
            guard let position = open.positions[task] else { return }
            let before = open.states[position]
            open.states[position] = state
            open.settled += (state.isSettled ? 1 : 0) - (before.isSettled ? 1 : 0)
            open.failed += (state.isFailure ? 1 : 0) - (before.isFailure ? 1 : 0)
            open.isTouched = true
            try database.cachedStatement(
                sql: """
                    UPDATE tasks SET state = ?, attempts = ?, changed_at = ?, note = ?,
                    retry_at = ? WHERE run = ? AND position = ?
                    """
            ).execute(arguments: [
                state.rawValue, detail.attemptCount, detail.at.microseconds, detail.note,
                detail.retryAt?.microseconds, open.number, position,
            ])
        }
    }

    /// Writes the counts of the runs whose tasks changed; once a transaction.
    mutating func writeCounts(in database: Database) throws {
        for (run, open) in openRuns where open.isTouched {
            openRuns[run]?.isTouched = false
            try database.cachedStatement(
                sql: "UPDATE runs SET settled_count = ?, failed_count = ? WHERE number = ?"
            ).execute(arguments: [open.settled, open.failed, open.number])
        }
    }

    private func runChanged(
        _ number: Int64, to state: RunState, _ at: Instant, _ database: Database
    ) throws {
        let times =
            switch state {
            case .queued: "started_at = NULL, ended_at = NULL"
            case .running: "started_at = coalesce(started_at, :at), ended_at = NULL"
            case .success, .failed, .cancelled: "ended_at = :at"
            }
        let arguments: StatementArguments =
            state == .queued
            ? ["state": state.rawValue, "number": number]
            : ["state": state.rawValue, "number": number, "at": at.microseconds]
        try database.cachedStatement(
            sql: "UPDATE runs SET state = :state, \(times) WHERE number = :number"
        ).execute(arguments: arguments)
    }

    private mutating func started(
        _ id: AttemptID, _ process: ProcessIdentity?, _ at: Instant, _ database: Database
    ) throws {
        guard let (run, position) = try place(id, database) else { return }
        try database.cachedStatement(
            sql: """
                UPDATE attempts SET started_at = ?, pid = ?, start_ticks = ?, boot_id = ?
                WHERE run = ? AND position = ? AND number = ?
                """
        ).execute(arguments: [
            at.microseconds, process?.pid, process.map { Int64(bitPattern: $0.startTicks) },
            process?.bootID, run, position, id.number,
        ])
        try database.cachedStatement(
            sql: """
                UPDATE tasks SET started_at = ?, ended_at = NULL
                WHERE run = ? AND position = ?
                """
        ).execute(arguments: [at.microseconds, run, position])
    }

    private mutating func ended(
        _ id: AttemptID, _ outcome: AttemptOutcome, _ at: Instant, _ database: Database
    ) throws {
        guard let (run, position) = try place(id, database) else { return }
        let columns = OutcomeColumns(outcome)
        try database.cachedStatement(
            sql: """
                UPDATE attempts SET ended_at = ?, outcome = ?, code = ?, reason = ?
                WHERE run = ? AND position = ? AND number = ?
                """
        ).execute(arguments: [
            at.microseconds, columns.word, columns.code, columns.reason, run, position,
            id.number,
        ])
        let exitCode: Int32? = if case .exited(let code) = outcome { code } else { nil }
        try database.cachedStatement(
            sql: """
                UPDATE tasks SET started_at = coalesce(started_at, ?1), ended_at = ?1,
                exit_code = ?2 WHERE run = ?3 AND position = ?4
                """
        ).execute(arguments: [at.microseconds, exitCode, run, position])
    }

    private mutating func place(
        _ id: AttemptID, _ database: Database
    ) throws -> (run: Int64, position: Int)? {
        guard try load(id.run, database), let open = openRuns[id.run],
            let position = open.positions[id.task]
        else { return nil }
        return (open.number, position)
    }

    /// Whether the store knows `run`; afterwards it is in memory.
    private mutating func load(_ run: RunID, _ database: Database) throws -> Bool {
        if openRuns[run] != nil { return true }
        guard
            let number = try Int64.fetchOne(
                database, sql: "SELECT number FROM runs WHERE id = ?", arguments: [run.name])
        else { return false }
        let rows = try Row.fetchAll(
            database, sql: "SELECT id, state FROM tasks WHERE run = ? ORDER BY position",
            arguments: [number])
        let states = rows.map { TaskState(rawValue: $0["state"]) ?? .none }
        openRuns[run] = OpenRun(
            number: number,
            positions: Dictionary(
                rows.enumerated().map { (TaskID($1["id"]), $0) }, uniquingKeysWith: { $1 }),
            states: states, settled: states.count { $0.isSettled },
            failed: states.count { $0.isFailure })
        return true
    }

    /// Drops a settled run from memory; it is read again should it reopen.
    mutating func release(_ run: RunID) { openRuns[run] = nil }
}

/// An outcome in the three columns of the `attempts` table.
struct OutcomeColumns {
    var word: String
    var code: Int32?
    var reason: String?

    init(_ outcome: AttemptOutcome) {
        switch outcome {
        case .exited(let code): (word, self.code) = ("exited", code)
        case .signalled(let number): (word, code) = ("signalled", number)
        case .notStarted(let reason): (word, self.reason) = ("not_started", reason)
        case .lost: word = "lost"
        }
    }

    /// The outcome that the columns hold; nil where there is none yet.
    static func outcome(word: String?, code: Int32?, reason: String?) -> AttemptOutcome? {
        switch word {
        case "exited": .exited(code: code ?? 0)
        case "signalled": .signalled(number: code ?? 0)
        case "not_started": .notStarted(reason: reason ?? "")
        case "lost": .lost
        default: nil
        }
    }
}
