import Domain
import SchedulerCore

/// The tables kept beside the events: what panes read, always as the events left it.
///
/// Keeps the rows of open runs in memory: however often a batch changes a row, it is written once,
/// and never read before; ``forget()`` after a rollback.
struct Projections {
    private let connection: Connection
    private let statements: ProjectionStatements
    private var openRuns: [RunID: OpenRun] = [:]
    /// Of the newest event.
    var lastSequence: Int64 = 0
    /// The runs that have rows to be written.
    private var touched: Set<RunID> = []

    init(_ connection: Connection) throws(SQLiteFailure) {
        self.connection = connection
        statements = try ProjectionStatements(connection)
    }

    /// Drops what is in memory; it is read again when needed.
    mutating func forget() {
        openRuns = [:]
        touched = []
    }

    /// Drops a settled run from memory; it is read again should it reopen.
    mutating func release(_ run: RunID) { openRuns[run] = nil }

    /// The number of a run; nil for one that the store does not know.
    mutating func number(of run: RunID) throws(SQLiteFailure) -> Int64? {
        try load(run) ? openRuns[run]?.number : nil
    }

    mutating func create(
        _ creation: RunCreation, at: Instant, sequence: Int64, definition: Int64?
    ) throws(SQLiteFailure) {
        let number = try statements.insertRun(
            creation, at: at, sequence: sequence, definition: definition)
        openRuns[creation.id] = OpenRun(
            number: number, tasks: creation.plan.tasks.map { TaskCells(id: $0.id) }, areNew: true)
        touched.insert(creation.id)
        if let backfill = creation.backfill {
            try BackfillStatements(connection).assign(number, to: backfill)
        }
        if creation.trigger == .scheduled {
            try statements.setLastTick(creation.pipeline, creation.logicalDate)
        }
    }

    /// The run goes on by another definition of its pipeline.
    mutating func revise(_ run: RunID, definition: Int64?) throws(SQLiteFailure) {
        guard let number = try number(of: run), let definition else { return }
        let update = try Statement("UPDATE runs SET definition = ? WHERE number = ?", connection)
        update.bind(1, definition)
        update.bind(2, number)
        try update.run()
    }

    /// What an event says by itself; its changes come through ``apply(_:)``.
    mutating func note(_ event: SchedulerEvent) throws(SQLiteFailure) {
        switch event {
        case .attemptStarted(let id, let process, let at): try begin(id, process: process, at: at)
        case .attemptEnded(let id, let outcome, let at, let next):
            if let next { try begin(next, process: nil, at: at) }
            try changeAttempt(id) { attempt in
                // A clock that was set back meanwhile makes it none before its beginning.
                attempt.endedAt = max(at.microseconds, attempt.startedAt ?? .min)
                attempt.outcome = OutcomeColumns(outcome)
            }
            let exitCode: Int32? = if case .exited(let code) = outcome { code } else { nil }
            try changeTask(id.run, id.task) { task in
                task.startedAt = task.startedAt ?? at.microseconds
                task.endedAt = max(at.microseconds, task.startedAt ?? .min)
                task.exitCode = exitCode
            }
        case .pipelinePaused(let pipeline, let isPaused, _, _):
            try statements.setPaused(pipeline, isPaused)
        case .backfillAdvanced(let id, let tick, let run, _):
            let backfills = BackfillStatements(connection)
            try backfills.setLastTick(id, tick)
            if let run, let number = try number(of: run) { try backfills.assign(number, to: id) }
        case .backfillChanged(let id, let state, _, let at):
            try BackfillStatements(connection).setState(id, state, at: at)
        case .runCreated, .outputsWritten, .timerFired, .runCancelRequested, .taskCancelRequested,
            .tasksCleared,
            .tasksMarked, .pastMet, .backfillCreated, .admission, .runRevised:
            break
        }
    }

    private mutating func begin(
        _ id: AttemptID, process: ProcessIdentity?, at: Instant
    ) throws(SQLiteFailure) {
        try changeAttempt(id) { attempt in
            attempt.startedAt = at.microseconds
            attempt.pid = process?.pid
            attempt.startTicks = process.map { Int64(bitPattern: $0.startTicks) }
            attempt.bootID = process?.bootID
        }
        try changeTask(id.run, id.task) { task in
            task.startedAt = at.microseconds
            task.endedAt = nil
        }
    }

    /// Notes what an attempt has used.
    mutating func note(_ use: ResourceUse, of id: AttemptID) throws(SQLiteFailure) {
        try changeAttempt(id) { $0.use = use }
    }

    /// Puts an attempt's row in; one that has begun is left as it is. Until its task counts it, it is
    /// an attempt that may come.
    mutating func intend(_ intent: AttemptIntent) throws(SQLiteFailure) {
        guard let (key, known) = try attempt(intent.id), known?.startedAt == nil,
            known?.outcome == nil
        else { return }
        let cells = AttemptCells(
            intendedAt: intent.at.microseconds, log: intent.log, token: intent.token)
        openRuns[intent.id.run]?.set(cells, key)
        touched.insert(intent.id.run)
    }

    /// Takes out the row of an attempt that was not begun.
    mutating func withdraw(_ id: AttemptID) throws(SQLiteFailure) {
        guard let (key, known) = try attempt(id), known?.startedAt == nil, known?.outcome == nil,
            let number = openRuns[id.run]?.number
        else { return }
        openRuns[id.run]?.attempts[key] = nil
        try statements.removeAttempt(key, of: number)
    }

    /// Puts in the rows of a mapped task's instances, behind those of all tasks.
    mutating func add(
        instances: Range<Int>, of task: TaskID, in run: RunID
    ) throws(SQLiteFailure) {
        guard try load(run) else { return }
        openRuns[run]?.addTasks(instances.map { task.instance($0) })
        touched.insert(run)
    }

    mutating func apply(_ change: SchedulerChange) throws(SQLiteFailure) {
        switch change {
        case .circuit, .instancesAdded: break
        case .assetMade(let asset, let run, let task, let at):
            try statements.noteAsset(
                asset, sequence: lastSequence, run: try number(of: run), task, at)
        case .runState(let run, let state, let at):
            if let number = try number(of: run) {
                try statements.setRunState(number, state, at)
            }
        case .deadlineMissed: break
        case .taskState(let run, let task, let state, let detail):
            try changeTask(run, task) { task in
                task.state = state
                // How an earlier attempt ended says nothing of what goes on now.
                if !state.isSettled, state != .upForRetry { task.exitCode = nil }
                if state == .none { (task.startedAt, task.endedAt) = (nil, nil) }
                task.attempts = detail.attemptCount
                task.changedAt = detail.at.microseconds
                task.note = detail.note
                task.retryAt = detail.retryAt?.microseconds
            }
        }
    }

    /// Writes the rows that were changed; once a transaction.
    mutating func flush() throws(SQLiteFailure) {
        for run in touched {
            guard let open = openRuns[run] else { continue }
            for position in open.touchedTasks {
                try statements.write(open.tasks[position], at: position, of: open.number)
            }
            for key in open.touchedAttempts {
                if let attempt = open.attempts[key] {
                    try statements.write(attempt, key, of: open.number)
                }
            }
            try statements.setCounts(
                open.number, total: open.countedTasks, settled: open.settled, failed: open.failed)
        }
        for run in touched { openRuns[run]?.clearTouched() }
        touched.removeAll(keepingCapacity: true)
    }

    private mutating func changeTask(
        _ run: RunID, _ task: TaskID, _ body: (inout TaskCells) -> Void
    ) throws(SQLiteFailure) {
        guard try load(run), let position = openRuns[run]?.positions[task] else { return }
        openRuns[run]?.changeTask(position, body)
        touched.insert(run)
    }

    private mutating func changeAttempt(
        _ id: AttemptID, _ body: (inout AttemptCells) -> Void
    ) throws(SQLiteFailure) {
        guard let (key, known) = try attempt(id), var cells = known else { return }
        body(&cells)
        openRuns[id.run]?.set(cells, key)
        touched.insert(id.run)
    }

    /// Where an attempt's row is, and what it holds; nil where the store does not know its task.
    private mutating func attempt(
        _ id: AttemptID
    ) throws(SQLiteFailure) -> (key: AttemptKey, known: AttemptCells?)? {
        guard try load(id.run), let open = openRuns[id.run],
            let position = open.positions[id.task]
        else { return nil }
        let key = AttemptKey(position: position, number: id.number)
        if let known = open.attempts[key] { return (key, known) }
        // Open ones are in memory, and only begun ones have ended.
        let isNew = open.tasks[position].attempts < id.number
        return (key, isNew ? nil : try statements.attempt(key, of: open.number))
    }

    /// Whether the store knows `run`; afterwards it is in memory.
    private mutating func load(_ run: RunID) throws(SQLiteFailure) -> Bool {
        if openRuns[run] != nil { return true }
        guard let number = try statements.number(of: run) else { return false }
        var open = OpenRun(number: number, tasks: try statements.tasks(of: number), areNew: false)
        open.attempts = try statements.openAttempts(of: number)
        openRuns[run] = open
        return true
    }
}
