import CProcess
import Domain
import Foundation
import Runners
import SchedulerCore
import Store

/// The engine's work, on the engine's thread alone: takes in what happened, lets the scheduler
/// decide, writes it down, and then does what was decided.
final class EngineCore {
    let inbox: Inbox
    let options: EngineOptions
    let reader: StoreReader
    let shell: any AttemptRunner
    let ticker: ScheduleTicker
    /// Waits, runs of other pipelines, hooks and all else beside processes.
    let beside: FlowDesk
    let updates: Updates
    private let loop: EventLoop
    private let store: CommitThread
    private var lock: StateLock?

    var scheduler: Scheduler
    var runs: [RunID: ActiveRun] = [:]
    /// Of the attempts that were launched and have not ended.
    var intents: [AttemptID: AttemptIntent] = [:]
    /// Timers of processes, which sleep when the machine does.
    var timers = TimerQueue()
    /// All other timers: their time goes on while the machine sleeps.
    var sleepTimers = TimerQueue()
    var pending = PendingCommit()
    var reservations: Reservations
    /// The run that the runner may begin attempts of by itself.
    var standbyRun: RunID?
    /// Attempts that the runner began when nobody wanted them any more; they are being ended.
    var strays: [AttemptID: Stray] = [:]
    var outputFolders = OutputFolders()
    /// The run whose attempt ended last, or that has just begun.
    var busiestRun: RunID?
    /// What is being written just now.
    private var inFlight: PendingCommit?
    var waiting: [RunID: [Inbox.Answer<RunState>]] = [:]
    /// Launches that wait for space on the disk of the logs.
    var heldLaunches: [AttemptID] = []
    /// Runs that tasks of later runs wait for.
    var pastWatches: [RunID: PastWatch] = [:]
    var backfills: [BackfillID: OpenBackfill] = [:]
    var backfillsWantLook = false
    /// What was answered since the engine was opened.
    var answers: [RequestID: RequestAnswer] = [:]
    var closing: Closing?
    private(set) var stall: Stall?

    struct Stray {
        var token: String
        /// Whether it is to be launched once the stray has ended.
        var isWanted = false
    }

    struct Closing {
        var manner: Engine.ShutDown
        var answers: [Inbox.Answer<Void>]
    }

    struct Stall {
        var reason: StoreError
        /// By the monotonic clock.
        var retryAt: Span
        var triedEntries: Int
    }

    private static let tickerToken: EventLoop.Token = 1
    private static let sensorToken: EventLoop.Token = 2
    private static let firstProcessToken: EventLoop.Token = 16
    /// How long the news that work has begun, or of an end that nothing waits for, may wait for
    /// company: many share a commit then.
    private static let unhurriedDelay = Span.milliseconds(10)
    private static let retryDelay = Span.seconds(1)

    /// See ``Engine/findings``.
    var findings: [String] { store.findings }

    init(_ options: EngineOptions, updates: Updates) throws {
        self.options = options
        self.updates = updates
        reservations = Reservations(options.foresight)
        try options.folder.prepare()
        lock = try options.lock ?? StateLock(options.folder)
        updates.board.prepare()
        HoldFile(options.folder).remove()
        let loop = try EventLoop()
        store = try CommitThread(options.folder, wake: loop.wake)
        store.lookLater { [updates] in updates.send(.attention(text: $0)) }
        reader = try StoreReader(options.folder, isLookedAt: true)
        let inbox = Inbox(wake: loop.wake)
        (self.loop, self.inbox) = (loop, inbox)
        let open = try reader.openAttempts()
        let home = RunnerHome(path: options.folder.path)
        if let program = options.runner {
            shell = try RunnerClient(
                home, program: program, loop: loop, firstToken: Self.firstProcessToken,
                grace: options.grace, isNeeded: !open.isEmpty)
        } else {
            shell = try ShellRunner(
                loop: loop, firstToken: Self.firstProcessToken, grace: options.grace, home: home)
        }
        ticker = try ScheduleTicker()
        beside = FlowDesk(
            loop: loop, token: Self.sensorToken, folder: options.folder, reader: reader)
        loop.watch(ticker.descriptor, as: Self.tickerToken)
        var limits = options.limits
        if !options.launches { limits.parallelism = 0 }
        scheduler = Scheduler(limits: limits, isReplaying: true)
        try recover(open)
    }

    /// Works until it is shut down.
    func run() -> Ending {
        var isOpen = true
        while isOpen {
            for token in loop.wait(atMost: timeToWait()) {
                if token == Self.tickerToken {
                    ticker.acknowledge()
                } else if !beside.sensors.handle(token) {
                    _ = shell.handle(token)
                }
            }
            for message in inbox.takeAll() { receive(message) }
            if let deadline = shell.nextDeadline, deadline <= SystemClock.monotonic() {
                shell.fireDeadlines()
            }
            beside.sensors.fireDeadlines()
            collect()
            fireTimers()
            noteCalledHooks()
            if ticker.wantsLook { tick() }
            if backfillsWantLook { advanceBackfills() }
            withdrawReservations()
            shell.flush()
            // A runner that was lost meanwhile has left news.
            collect()
            commitIfDue()
            isOpen = !isClosed
        }
        return close()
    }

    /// What is left to do when nothing of the engine holds the folder any more.
    struct Ending {
        /// Who asked for the end.
        var answers: [Inbox.Answer<Void>]
        /// The right to schedule, which goes last.
        var lock: StateLock?
    }

    /// Lets the scheduler decide on `event`; it is written soon, or together with the next events.
    func handle(_ event: SchedulerEvent, definition: Pipeline? = nil) {
        let step = scheduler.handle(event)
        standDown(after: event, step)
        if case .timerFired = event, step.changes.isEmpty, step.commands.isEmpty { return }
        let reserved = takeReserved(step)
        let commands =
            reserved.isEmpty
            ? step.commands
            : step.commands.filter { command in
                if case .launch(let id) = command { !reserved.contains(id) } else { true }
            }
        var entry = StoreEntry(
            event: event, changes: step.changes + assetsMade(by: step),
            intents: closing == nil ? makeIntents(for: commands, at: event.at) : [],
            definition: definition)
        entry.hookCalls = hookCalls(of: step, by: event)
        pending.entries.append(entry)
        pending.commands += commands
        noteForSchedules(event, step.changes)
        noteForPast(step.changes)
        let now = SystemClock.monotonic()
        let canWait = isUnhurried(event, step, commands)
        pending.write(by: canWait ? now + Self.unhurriedDelay : now)
        if stall != nil {
            // Ending something needs no record first, and may be what makes room.
            for case .terminate(let id) in step.commands { terminate(id) }
        }
        for id in reserved { perform(.launch(id)) }
    }

    /// Records the intent to launch `id`, which the scheduler decided before a restart.
    func intendAgain(_ id: AttemptID) {
        pending.entries.append(
            StoreEntry(event: nil, intents: makeIntents(for: [.launch(id)], at: SystemClock.now())))
        pending.commands.append(.launch(id))
        pending.write(by: SystemClock.monotonic())
    }

    /// Takes in what the runner of processes has to tell.
    func collect() {
        for event in shell.takeEvents() { receive(event) }
        for event in beside.sensors.takeEvents() { receive(event) }
    }

    func receive(_ event: RunnerEvent) {
        switch event {
        case .started(let id, let process, let at):
            guard strays[id] == nil else { return }
            handle(.attemptStarted(id, process: process, at: at))
        case .held(let id, let log):
            heldLaunches.append(id)
            fall(into: .diskFull(path: log))
        case .ended(let id, let ended, let at):
            if takeStray(id) { return }
            let outcome = takeEnd(of: id, ended)
            handle(.attemptEnded(id, outcome, at: at))
        case .handedOver(let id, let ended, let next, let token, let at):
            takeSuccessor(next, token: token, at: at)
            let outcome = takeEnd(of: id, ended)
            handle(.attemptEnded(id, outcome, at: at, next: next))
            lookAfter(next, token: token)
        case .measured(let id, let use):
            guard strays[id] == nil else { return }
            var entry = StoreEntry(event: nil)
            entry.measured = [id: use]
            pending.entries.append(entry)
            pending.write(by: SystemClock.monotonic() + Self.unhurriedDelay)
        case .logIncomplete(let id, let reason):
            updates.send(.logIncomplete(id, reason: reason))
        }
    }

    private func takeEnd(of id: AttemptID, _ ended: AttemptOutcome) -> AttemptOutcome {
        let outcome = takeOutputs(of: id, ended)
        noteFingerprint(of: id, outcome)
        if let intent = intents.removeValue(forKey: id) {
            pending.endedTokens.append(intent.token)
        }
        reservations.noteEnd(at: SystemClock.monotonic())
        busiestRun = id.run
        return outcome
    }

    /// Writes what is pending and does what was decided before it returns. While the disk is full
    /// everything stays as it is and is tried again.
    func commit() {
        while inFlight != nil, let outcome = store.waitForOutcome() { finish(outcome) }
        guard !pending.isEmpty else { return }
        begin()
        finish(store.appendNow(inFlight?.entries ?? []))
    }

    /// Begins to write what is pending. Alone in the house, the engine does so itself: a change of
    /// threads would only cost time.
    private func commitMeanwhile() {
        guard inFlight == nil, !pending.isEmpty else { return }
        if shell.isIdle { return commit() }
        beginMeanwhile()
    }

    private func beginMeanwhile() {
        begin()
        store.append(inFlight?.entries ?? [])
    }

    private func begin() {
        spillway_point("intent")
        reserve()
        inFlight = pending
        pending = PendingCommit()
    }

    /// A batch was written, or was not.
    private func finish(_ outcome: CommitThread.Outcome) {
        guard let done = inFlight else { return }
        inFlight = nil
        switch outcome {
        case .failure(let error):
            pending.putBack(done)
            fall(into: error)
        case .success(let revision):
            spillway_point("intended")
            let settled = reservations.settle()
            // What came up meanwhile is written while this is carried out, not before: commands
            // keep their order.
            if let deadline = pending.deadline, deadline <= SystemClock.monotonic(), stall == nil {
                beginMeanwhile()
            }
            carryOut(done, settled, revision)
        }
    }

    private func carryOut(
        _ done: PendingCommit, _ settled: [Reservations.Settled], _ revision: Int64
    ) {
        if !done.endedTokens.isEmpty { shell.forget(tokens: done.endedTokens) }
        for command in done.commands { perform(command) }
        // Behind the launches: it may be these that they come after.
        standBy(settled)
        shell.flush()
        rise()
        collect()
        for answer in done.answers { answer() }
        lookAtChanges(done.entries)
        noteAssets(done.entries)
        if !updates.isEmpty, !done.entries.isEmpty {
            updates.send(
                .advanced(revision: revision, changes: done.entries.flatMap(\.changes)))
        }
        for (run, state) in done.runStates where state.isSettled {
            if !scheduler.isActive(run) { runs[run] = nil }
            for answer in waiting.removeValue(forKey: run) ?? [] { answer(.success(state)) }
            childEnded(run, state)
        }
    }

    /// Nothing new is started until `reason` has gone.
    func fall(into reason: StoreError) {
        let isNews = stall?.reason != reason
        standDown()
        stall = Stall(
            reason: reason, retryAt: SystemClock.monotonic() + Self.retryDelay,
            triedEntries: pending.entries.count)
        if isNews { updates.send(.stalled(reason)) }
    }

    /// The state was written: goes on with what waited for it.
    private func rise() {
        guard stall != nil else { return }
        let held = heldLaunches
        heldLaunches = []
        for id in held { perform(.launch(id)) }
        guard heldLaunches.isEmpty else { return }
        stall = nil
        updates.send(.resumed)
    }

    private func commitIfDue() {
        if inFlight != nil {
            guard let outcome = store.takeOutcome() else { return }
            finish(outcome)
        }
        let now = SystemClock.monotonic()
        if let stall {
            guard now >= stall.retryAt || pending.entries.count > stall.triedEntries else { return }
            if pending.isEmpty { return rise() }
            return commit()
        }
        if let deadline = pending.deadline, deadline <= now { commitMeanwhile() }
    }

    private func fireTimers() {
        // Clocks that nobody sets decide: the moment told is never before the one asked for,
        // though the clock on the wall may have been set back meanwhile.
        while let due = timers.popDue(at: SystemClock.monotonic()) {
            handle(.timerFired(due.timer, at: max(due.at, SystemClock.now())))
        }
        while let due = sleepTimers.popDue(at: SystemClock.sinceBoot()) {
            handle(.timerFired(due.timer, at: max(due.at, SystemClock.now())))
        }
    }

    private func timeToWait() -> Span? {
        if ticker.wantsLook || backfillsWantLook, stall == nil, closing == nil { return .zero }
        var deadlines = [shell.nextDeadline, timers.nextDeadline(), beside.sensors.nextDeadline()]
        if let next = sleepTimers.nextDeadline() {
            let rest = next.microseconds - SystemClock.sinceBoot().microseconds
            deadlines.append(SystemClock.monotonic() + Span(microseconds: rest))
        }
        // A batch under way ends the wait when it is done.
        if inFlight == nil { deadlines.append(stall?.retryAt ?? pending.deadline) }
        if stall == nil { deadlines.append(reservations.expiry) }
        guard let next = deadlines.compactMap({ $0 }).min() else { return nil }
        return Span(microseconds: max(0, next.microseconds - SystemClock.monotonic().microseconds))
    }

    private var isClosed: Bool {
        guard let closing else { return false }
        let isQuiet =
            switch closing.manner {
            case .terminating: shell.active.isEmpty
            case .leaving: true
            }
        return isQuiet && inFlight == nil && (pending.isEmpty || stall != nil)
    }

    private func close() -> Ending {
        let refused = inbox.close()
        for message in refused { refuse(message) }
        for answers in waiting.values {
            for answer in answers { answer(.failure(EngineError.closed)) }
        }
        // What was to be told is told before anybody hears that this is over.
        beside.hooks.finish()
        if let entry = calledHooksEntry() { _ = store.appendNow([entry]) }
        store.stop()
        outputFolders.close()
        defer { lock = nil }
        return Ending(answers: closing?.answers ?? [], lock: lock)
    }
}

// MARK: Intents

extension EngineCore {
    private func makeIntents(
        for commands: [SchedulerCommand], at: Instant
    ) -> [AttemptIntent] {
        var made: [AttemptIntent] = []
        for case .launch(let id) in commands {
            guard let intent = makeIntent(id, at: at) else { continue }
            intents[id] = intent
            made.append(intent)
        }
        return made
    }

    private func makeIntent(_ id: AttemptID, at: Instant) -> AttemptIntent? {
        guard let run = runs[id.run] else { return nil }
        return AttemptIntent(
            id: id, at: at, log: options.folder.logPath(of: id, in: run.creation.pipeline),
            token: String(UInt64.random(in: .min ... .max), radix: 16))
    }

    /// Adds to what is about to be written the intents of what may come next.
    private func reserve() {
        let now = SystemClock.monotonic()
        guard let run = busiestRun, closing == nil, stall == nil else { return }
        let wanted = reservations.wanted(at: now)
        guard reservations.count < wanted else { return }
        var made: [AttemptIntent] = []
        for attempt in scheduler.upcoming(of: run, wanted)
        where !reservations.contains(attempt.id) {
            guard let intent = makeIntent(attempt.id, at: SystemClock.now()) else { continue }
            reservations.add(intent, attempt)
            made.append(intent)
        }
        if !made.isEmpty { pending.entries.append(StoreEntry(event: nil, intents: made)) }
    }

    /// Takes back the intents that short tasks were to profit by, when tasks are short no longer. After
    /// a power cut they would count as attempts of which nobody knows what became.
    private func withdrawReservations() {
        guard stall == nil, let expiry = reservations.expiry, expiry <= SystemClock.monotonic()
        else { return }
        standDown()
        var entry = StoreEntry(event: nil)
        entry.withdrawn = reservations.expire()
        for id in entry.withdrawn { outputFolders.forget(id) }
        pending.entries.append(entry)
        pending.write(by: SystemClock.monotonic())
    }

    /// The launches among a step's commands that need no record before they are carried out.
    private func takeReserved(_ step: SchedulerStep) -> Set<AttemptID> {
        guard reservations.count > 0 else { return [] }
        var taken: Set<AttemptID> = []
        if closing == nil, stall == nil {
            for case .launch(let id) in step.commands where reservations.isReady(id) {
                // On a full disk nothing begins that is not recorded whole; that will fail, and tell.
                guard DiskRoom.isLeft(at: options.folder.path),
                    let intent = reservations.take(id)
                else { break }
                intents[id] = intent
                taken.insert(id)
            }
        }
        // Whatever else becomes of a task, its reservation has no meaning any more.
        for case .taskState(let run, let task, let state, let detail) in step.changes
        where state != .scheduled {
            reservations.drop(AttemptID(run: run, task: task, number: detail.attemptCount + 1))
            reservations.drop(AttemptID(run: run, task: task, number: detail.attemptCount))
        }
        return taken
    }

    /// Whether nothing waits for `event` to be written.
    private func isUnhurried(
        _ event: SchedulerEvent, _ step: SchedulerStep, _ commands: [SchedulerCommand]
    ) -> Bool {
        switch event {
        case .attemptStarted, .attemptEnded: break
        default: return false
        }
        for command in commands {
            switch command {
            case .launch, .terminate: return false
            case .setTimer, .cancelTimer: break
            }
        }
        for case .runState in step.changes { return false }
        // The next ones would have to wait.
        if case .attemptEnded = event {
            let wanted = reservations.wanted(at: SystemClock.monotonic())
            return wanted == 0 || reservations.count >= max(2, wanted / 2)
        }
        return true
    }
}
