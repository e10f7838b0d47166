import Domain

/// The rows of a run that is going on, as they are or will be in the tables.
struct OpenRun {
    var number: Int64
    var positions: [TaskID: Int]
    private(set) var tasks: [TaskCells]
    /// The tasks whose rows are to be written.
    private(set) var touchedTasks: [Int] = []
    /// The attempts that have not ended, and those whose rows are to be written.
    var attempts: [AttemptKey: AttemptCells] = [:]
    private(set) var touchedAttempts: [AttemptKey] = []
    private(set) var settled: Int
    private(set) var failed: Int

    init(number: Int64, tasks: [TaskCells], areNew: Bool) {
        self.number = number
        self.tasks = tasks
        positions = Dictionary(
            tasks.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { $1 })
        settled = tasks.count { $0.state.isSettled }
        failed = tasks.count { $0.state.isFailure }
        if areNew { for position in tasks.indices { changeTask(position) { _ in } } }
    }

    /// Puts in rows behind those of all tasks: instances of a mapped one.
    mutating func addTasks(_ ids: [TaskID]) {
        for id in ids where positions[id] == nil {
            positions[id] = tasks.count
            tasks.append(TaskCells(id: id))
            changeTask(tasks.count - 1) { _ in }
        }
    }

    /// How many tasks the run has, instances included.
    var countedTasks: Int { tasks.count }

    /// Changes a task's row; it is written with the next ``takeTouched()``.
    mutating func changeTask(_ position: Int, _ body: (inout TaskCells) -> Void) {
        let before = tasks[position].state
        body(&tasks[position])
        let after = tasks[position].state
        settled += (after.isSettled ? 1 : 0) - (before.isSettled ? 1 : 0)
        failed += (after.isFailure ? 1 : 0) - (before.isFailure ? 1 : 0)
        guard !tasks[position].isTouched else { return }
        tasks[position].isTouched = true
        touchedTasks.append(position)
    }

    /// Puts in or changes an attempt's row; as ``changeTask(_:_:)``.
    mutating func set(_ cells: AttemptCells, _ key: AttemptKey) {
        var cells = cells
        if !cells.isTouched { touchedAttempts.append(key) }
        cells.isTouched = true
        attempts[key] = cells
    }

    /// Everything is written: forgets what was touched, and the attempts that have ended.
    mutating func clearTouched() {
        for position in touchedTasks { tasks[position].isTouched = false }
        touchedTasks.removeAll(keepingCapacity: true)
        for key in touchedAttempts {
            if attempts[key]?.outcome != nil {
                attempts[key] = nil
            } else {
                attempts[key]?.isTouched = false
            }
        }
        touchedAttempts.removeAll(keepingCapacity: true)
    }
}

/// A row of the `tasks` table; times in microseconds since 1970.
struct TaskCells {
    var id: TaskID
    var state = TaskState.none
    var attempts = 0
    var changedAt: Int64?
    var startedAt: Int64?
    var endedAt: Int64?
    var exitCode: Int32?
    var note: String?
    var retryAt: Int64?
    fileprivate(set) var isTouched = false

    init(id: TaskID) { self.id = id }
}

/// Which attempt of a run.
struct AttemptKey: Hashable {
    var position: Int
    var number: Int
}

/// A row of the `attempts` table; times in microseconds since 1970.
struct AttemptCells {
    var intendedAt: Int64
    var startedAt: Int64?
    var endedAt: Int64?
    var outcome: OutcomeColumns?
    var log: String
    var token: String
    var pid: Int32?
    var startTicks: Int64?
    var bootID: String?
    var use: ResourceUse?
    fileprivate(set) var isTouched = false

    init(intendedAt: Int64, log: String, token: String) {
        (self.intendedAt, self.log, self.token) = (intendedAt, log, token)
    }
}
