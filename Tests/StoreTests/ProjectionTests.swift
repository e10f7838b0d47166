import Domain
import GRDB
import SchedulerCore
import Store
import Testing

@Suite("The tables beside the events")
struct ProjectionTests {
    let temporary: TemporaryFolder

    init() throws { temporary = try TemporaryFolder() }

    @Test("rebuilt from the events alone they are the same", arguments: UInt64(1)...8)
    func rebuilt(seed: UInt64) throws {
        let kept = StateFolder(path: temporary.path + "/kept")
        let rebuilt = StateFolder(path: temporary.path + "/rebuilt")
        try kept.prepare()
        try rebuilt.prepare()
        var simulation = Simulation(seed: seed)
        var isGoingOn = true
        while isGoingOn {
            // A new owner now and then: it knows nothing but what is in the tables.
            let writer = try StoreWriter(kept)
            for _ in 0..<3 where isGoingOn {
                guard let entries = try simulation.next() else {
                    isGoingOn = false
                    break
                }
                _ = try writer.append(entries)
            }
        }

        let copy = try StoreWriter(rebuilt)
        let reader = try StoreReader(kept)
        var scheduler = Scheduler(limits: Simulation.limits)
        for stored in try reader.events(after: 0) {
            let step = scheduler.handle(stored.event)
            _ = try copy.append([
                StoreEntry(
                    event: stored.event, changes: step.changes,
                    intents: Simulation.intents(of: step, at: stored.event.at))
            ])
        }
        for table in ["runs", "tasks", "attempts", "pipelines"] {
            let columns =
                table == "runs"
                ? "id, state, settled_count, failed_count, started_at, ended_at" : "*"
            let sql = "SELECT \(columns) FROM \(table) ORDER BY 1, 2"
            let (left, right) = (try rows(kept, sql), try rows(rebuilt, sql))
            #expect(left == right)
            #expect(table == "pipelines" || !left.isEmpty)
        }
        for run in try reader.runs(limit: 100) {
            let tasks = try reader.tasks(of: run.id)
            #expect(run.settledCount == tasks.count { $0.state.isSettled })
            #expect(run.failedCount == tasks.count { $0.state.isFailure })
        }
    }

    private func rows(_ folder: StateFolder, _ sql: String) throws -> [Row] {
        try DatabaseQueue(path: folder.databasePath).read { try Row.fetchAll($0, sql: sql) }
    }
}

/// Random runs on a scheduler with attempts that end as they please: groups of entries as an engine
/// would append them.
struct Simulation {
    static let limits = SchedulerLimits(parallelism: 3)
    private var scheduler = Scheduler(limits: limits)
    private var random: UInt64
    private var time: Int64 = 1_000
    private var alive: [AttemptID] = []
    private var timers: [SchedulerTimer] = []
    private var made = 0

    init(seed: UInt64) { random = seed }

    static func intents(of step: SchedulerStep, at: Instant) -> [AttemptIntent] {
        step.commands.compactMap { command in
            guard case .launch(let id) = command else { return nil }
            return AttemptIntent(id: id, at: at, log: "/\(id.number).log", token: id.task.name)
        }
    }

    /// The next group; nil when every run has ended.
    mutating func next() throws -> [StoreEntry]? {
        var entries: [StoreEntry] = []
        for _ in 0...below(3) { if let entry = try entry() { entries.append(entry) } }
        return entries.isEmpty ? nil : entries
    }

    private mutating func entry() throws -> StoreEntry? {
        time += 1
        let at = Instant(seconds: time)
        if made < 4, below(5) == 0 || alive.isEmpty {
            made += 1
            let pipeline = chain(PipelineName("p\(made % 2)"), of: 3 + below(5))
            var run = try creation(of: pipeline, RunID("r\(made)"), date: time)
            for index in run.plan.tasks.indices {
                run.plan.tasks[index].retries = below(2)
                run.plan.tasks[index].triggerRule = below(3) == 0 ? .allDone : .allSuccess
            }
            return handle(.runCreated(run, at: at), definition: pipeline)
        }
        if let timer = timers.last, below(3) == 0 || alive.isEmpty {
            timers.removeLast()
            return handle(.timerFired(timer, at: at))
        }
        guard !alive.isEmpty else { return nil }
        let id = alive[below(alive.count)]
        switch below(12) {
        case 0: return handle(.attemptStarted(id, process: nil, at: at))
        case 1: return handle(.taskCancelRequested(id.run, id.task, by: "me", at: at))
        case 2 where below(4) == 0: return handle(.runCancelRequested(id.run, by: "me", at: at))
        default:
            alive.removeAll { $0 == id }
            return handle(.attemptEnded(id, .exited(code: Int32(below(3) / 2)), at: at))
        }
    }

    private mutating func handle(
        _ event: SchedulerEvent, definition: Pipeline? = nil
    ) -> StoreEntry {
        let step = scheduler.handle(event)
        for command in step.commands {
            switch command {
            case .launch(let id): alive.append(id)
            case .setTimer(let timer, _): timers.append(timer)
            case .cancelTimer(let timer): timers.removeAll { $0 == timer }
            case .terminate: break
            }
        }
        return StoreEntry(
            event: event, changes: step.changes, intents: Self.intents(of: step, at: event.at),
            definition: definition)
    }

    /// Knuth's MMIX generator, its high bits.
    private mutating func below(_ limit: Int) -> Int {
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((random >> 33) % UInt64(limit))
    }
}
