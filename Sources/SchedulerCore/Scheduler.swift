public import Domain

/// Decides over all active runs what is launched, repeated, skipped or settled.
///
/// Events in, changes and commands out; no clock, process or database. Handling the same events
/// again gives an equal machine: recovery makes one with `isReplaying`, handles the stored events
/// (of all runs, or of those that have not settled), ignores the steps, calls ``finishReplay()``
/// and sees to what is ``outstanding``. Late, repeated and unknown events change nothing. The
/// exception: an event of the next attempt of a task that waits for a slot counts as its launch, so
/// that a replay under narrower limits follows what really ran. A run's id is taken for new once
/// the run has settled; whoever stores the events keeps ids unique.
///
/// A run is dropped once it has settled. Before `tasksCleared` for such a run (and `runRevised` before
/// that), hand it back with ``restore(_:)``.
///
/// Among ready tasks the one with the greatest weight comes first, then the earlier logical date, then
/// the earlier task of its file. Weights are Airflow's, by default those of the rule `downstream`.
/// Its count of distinct descendants costs the square of the tasks: in a plan of more than some ten
/// thousand tasks of which none says a priority or a rule the longest path below stands for it.
///
/// Cost: an event about a task touches its children and O(log runs) of the ready queue; creating,
/// cancelling or ending a run, O(tasks + edges).
public struct Scheduler: Sendable {
    private(set) var runs: [RunMachine] = []
    private var freeNumbers: [Int] = []
    private(set) var runNumbers: [RunID: Int] = [:]
    private(set) var pipelines: [PipelineQueue] = []
    private(set) var pipelineNumbers: [PipelineName: Int] = [:]
    /// Backfills' runs have a queue of their own: they neither fill nor heed the pipeline's limit.
    private var backfillNumbers: [PipelineName: Int] = [:]
    private(set) var queue: ReadyQueue
    private var lastSequence = 0
    private var isReplaying: Bool
    /// Whether new runs wait for somebody who carries them out.
    public private(set) var isClosed = false
    /// Runs that were opened again meanwhile.
    private var reopenedWhileClosed: Set<RunID> = []
    /// Runs taken back for the event to come.
    private var restored: [RunID] = []

    /// - Parameter isReplaying: keeps settled runs until ``finishReplay()``, so that events which
    ///   open them again find them.
    public init(limits: SchedulerLimits, isReplaying: Bool = false) {
        queue = ReadyQueue(limits: limits)
        self.isReplaying = isReplaying
    }

    public var limits: SchedulerLimits { queue.limits }

    /// Applies `event`; what it changed must be durable before the commands are carried out.
    ///
    /// Changes come in the order they happened. A task may change more than once in a step, but
    /// one that becomes ready and is launched in the same step goes straight to `queued`.
    public mutating func handle(_ event: SchedulerEvent) -> SchedulerStep {
        var turn = Turn(now: event.instant)
        switch event {
        case .runCreated(let creation, _): create(creation, &turn)
        case .pipelinePaused(let pipeline, let isPaused, _, _):
            setPaused(isPaused, pipelineNumber(pipeline), &turn)
            setPaused(isPaused, backfillNumber(pipeline), &turn)
        case .admission(let isOpen, _):
            isClosed = !isOpen
            guard isOpen else { break }
            // Their time begins now as well.
            for case let number? in reopenedWhileClosed.map({ runNumbers[$0] })
            where runs[number].state == .running {
                runs[number].setRunTimeout(at: turn.now, &turn.effects)
            }
            reopenedWhileClosed = []
            for pipeline in pipelines.indices { startRuns(of: pipeline, &turn) }
        case .timerFired(.pool(let pool), _):
            take(queue.wakeGate(of: pool, at: turn.now), &turn)
        default:
            if let run = event.run, let number = runNumbers[run] {
                apply(event, to: number, &turn)
            }
        }
        launchReady(&turn)
        recordWaiting(&turn)
        // A revision comes before what it is for.
        if case .runRevised = event { return turn.effects.step }
        for run in restored {
            if let number = runNumbers[run], runs[number].state.isSettled { drop(number) }
        }
        restored = []
        return turn.effects.step
    }

    /// Changes the limits that all runs share; launches what they now allow. What runs goes on.
    public mutating func setLimits(_ limits: SchedulerLimits, at now: Instant) -> SchedulerStep {
        var turn = Turn(now: now)
        queue.setLimits(limits)
        launchReady(&turn)
        return turn.effects.step
    }

    /// Takes back a settled run, so that `tasksCleared` can open it again. Changes nothing for a
    /// run that is there already, and for rows that do not fit their plan. The run is dropped again
    /// unless the next event opens it.
    public mutating func restore(_ run: SettledRun) {
        guard runNumbers[run.creation.id] == nil else { return }
        let pipeline = queueNumber(of: run.creation)
        guard let machine = RunMachine(run, pipeline: pipeline, sequence: 0) else { return }
        add(machine)
        if !isReplaying { restored.append(run.creation.id) }
    }

    /// Ends a replay: drops the settled runs that it kept.
    public mutating func finishReplay() {
        isReplaying = false
        for number in runNumbers.values where runs[number].state.isSettled { drop(number) }
    }

    // MARK: Events

    /// What is gathered while one event is handled.
    private struct Turn {
        let now: Instant
        var effects = RunEffects()
        /// Tasks that became ready, to be recorded where they were not launched.
        var waiting: [(run: Int, task: Int)] = []
    }

    private mutating func apply(_ event: SchedulerEvent, to number: Int, _ turn: inout Turn) {
        let now = turn.now
        switch event {
        case .attemptStarted(let attempt, let process, _):
            runs[number].attemptStarted(attempt, process: process, at: now, &turn.effects)
            noteStart(of: attempt, in: number, &turn)
        case .attemptEnded(let attempt, let outcome, _, let next):
            runs[number].attemptEnded(attempt, outcome, at: now, &turn.effects)
            if let next {
                honourClaims(of: number, &turn)
                runs[number].attemptStarted(next, process: nil, at: now, &turn.effects)
            }
        case .outputsWritten(let attempt, let outputs, _):
            runs[number].outputsWritten(attempt, outputs)
        case .timerFired(.wait(_, let task), _):
            runs[number].waitDue(task, at: now, &turn.effects)
        case .timerFired(.retry(_, let task), _):
            runs[number].retryDue(task, at: now, &turn.effects)
        case .timerFired(.timeout(let attempt), _):
            runs[number].timeoutDue(attempt, at: now, &turn.effects)
        case .timerFired(.runTimeout, _): runs[number].runTimeoutDue(at: now, &turn.effects)
        case .timerFired(.deadline, _): runs[number].deadlineDue(at: now, &turn.effects)
        case .runCancelRequested(_, let person, _):
            runs[number].cancel(by: person, at: now, &turn.effects)
        case .taskCancelRequested(_, let task, let person, _):
            runs[number].cancel(task, by: person, at: now, &turn.effects)
        case .tasksCleared(_, let tasks, _, _):
            let changed = runs[number].clear(tasks, at: now, &turn.effects)
            if changed, runs[number].state.isSettled { reopen(number, &turn) }
        case .tasksMarked(_, let marks, let person, _):
            let changed = runs[number].mark(marks, by: person, at: now, &turn.effects)
            if changed, runs[number].state.isSettled { resettle(number, &turn) }
        case .pastMet(_, let tasks, _): runs[number].pastMet(tasks, at: now, &turn.effects)
        case .runRevised(_, let revision, _, _):
            if runs[number].obstacle(to: revision.plan) == nil {
                runs[number].revise(by: revision.plan)
            }
        case .runCreated, .pipelinePaused, .timerFired(.pool, _), .backfillCreated,
            .backfillAdvanced, .backfillChanged, .admission:
            break
        }
        settle(number, &turn)
    }

    private mutating func create(_ creation: RunCreation, _ turn: inout Turn) {
        guard runNumbers[creation.id] == nil else { return }
        let pipeline = queueNumber(of: creation)
        let number = add(RunMachine(creation, pipeline: pipeline, sequence: nextSequence()))
        runs[number].setState(.queued, at: turn.now, &turn.effects)
        runs[number].setDeadline(at: turn.now, &turn.effects)
        enqueue(number)
        startRuns(of: pipeline, &turn)
    }

    /// Marks have changed a settled run: it goes on where they opened tasks, and otherwise ends as
    /// its leaves say now.
    private mutating func resettle(_ number: Int, _ turn: inout Turn) {
        if runs[number].openCount > 0 { return reopen(number, &turn) }
        let result = runs[number].resultOfLeaves
        if result != runs[number].state {
            runs[number].setState(result, at: turn.now, &turn.effects)
        }
    }

    private mutating func reopen(_ number: Int, _ turn: inout Turn) {
        runs[number].sequence = nextSequence()
        runs[number].setState(.queued, at: turn.now, &turn.effects)
        runs[number].setDeadline(at: turn.now, &turn.effects)
        enqueue(number)
        startRuns(of: runs[number].pipeline, &turn)
    }

    /// Carries out a run's claims on slots, and ends it where it is done.
    private mutating func settle(_ number: Int, _ turn: inout Turn) {
        honourClaims(of: number, &turn)
        assert(!runs[number].isDeadlocked, "nothing can move the open tasks of \(runs[number].id)")
        let pipeline = runs[number].pipeline
        if endIfDone(number, &turn) { startRuns(of: pipeline, &turn) }
    }

    private mutating func endIfDone(_ number: Int, _ turn: inout Turn) -> Bool {
        guard runs[number].openCount == 0, let result = runs[number].result else { return false }
        let pipeline = runs[number].pipeline
        if runs[number].state == .running {
            pipelines[pipeline].running -= 1
        } else {
            pipelines[pipeline].waiting.removeAll { $0 == number }
        }
        for lane in runs[number].lanes { queue.removeLane(lane) }
        runs[number].lanes = []
        runs[number].instanceLanes = [:]
        (runs[number].cancelledBy, runs[number].hasTimedOut) = (nil, false)
        runs[number].cancelTimers(&turn.effects)
        runs[number].setState(result, at: turn.now, &turn.effects)
        if !isReplaying { drop(number) }
        return true
    }

    private mutating func honourClaims(of number: Int, _ turn: inout Turn) {
        guard !turn.effects.claims.isEmpty else { return }
        var hasReleased = false
        for claim in turn.effects.claims {
            switch claim {
            case .ready(let task):
                let place = runs[number].places[task]
                queue.insert(rank: Int(place.rank), lane: runs[number].lanes[Int(place.lane)])
                turn.waiting.append((number, task))
            case .withdrawn(let task):
                let place = runs[number].places[task]
                queue.remove(rank: Int(place.rank), lane: runs[number].lanes[Int(place.lane)])
            case .claimed(let task):
                let place = runs[number].places[task]
                let lane = runs[number].lanes[Int(place.lane)]
                queue.remove(rank: Int(place.rank), lane: lane)
                queue.takeSlot(lane: lane)
            case .released(let task, let hasFailed):
                let place = runs[number].places[task]
                let lane = runs[number].lanes[Int(place.lane)]
                queue.releaseSlot(lane: lane)
                for news in queue.noteEnd(lane: lane, hasFailed: hasFailed, at: turn.now) {
                    take(news, &turn)
                }
                hasReleased = true
            case .expanded(let task): makeRoom(forInstancesOf: task, of: number)
            }
        }
        turn.effects.claims.removeAll(keepingCapacity: true)
        if hasReleased { unpark(number) }
    }

    private mutating func launchReady(_ turn: inout Turn) {
        while let (lane, number) = queue.next {
            guard mayLaunch(number) else {
                queue.park(lane)
                continue
            }
            guard let task = queue.launchFirst(of: lane) else { return }
            runs[number].launch(task, at: turn.now, &turn.effects)
            for news in queue.noteLaunch(lane: lane, at: turn.now) { take(news, &turn) }
        }
    }

    private mutating func noteStart(of attempt: AttemptID, in number: Int, _ turn: inout Turn) {
        guard queue.hasGates, let task = runs[number].number(of: attempt.task) else { return }
        let lane = runs[number].lanes[Int(runs[number].places[task].lane)]
        for news in queue.noteStart(lane: lane, at: turn.now) { take(news, &turn) }
    }

    /// Tells of what a pool's gate did, and has it woken when its time comes.
    private func take(_ news: ReadyQueue.GateNews?, _ turn: inout Turn) {
        guard let news else { return }
        if let circuit = news.circuit {
            turn.effects.step.changes.append(.circuit(news.pool, circuit, at: turn.now))
        }
        if let wakeAt = news.wakeAt {
            turn.effects.step.commands.append(.setTimer(.pool(news.pool), at: wakeAt))
        }
    }

    private func mayLaunch(_ number: Int) -> Bool {
        !pipelines[runs[number].pipeline].isPaused
            && hasRoom(for: runs[number].busyCount, of: runs[number].plan.maxActiveTasks)
    }

    private mutating func unpark(_ number: Int) {
        for lane in runs[number].lanes { queue.unpark(lane) }
    }

    private mutating func recordWaiting(_ turn: inout Turn) {
        for (number, task) in turn.waiting {
            runs[number].recordWaiting(task, at: turn.now, &turn.effects)
        }
    }

    // MARK: Runs of a pipeline

    struct PipelineQueue: Sendable {
        let name: PipelineName
        var isPaused = false
        /// Runs in state `running`.
        var running = 0
        /// Queued runs, the earliest logical date last.
        var waiting: [Int] = []
        /// Whether it is the queue of the pipeline's backfills.
        var isOfBackfills = false
    }

    private mutating func queueNumber(of creation: RunCreation) -> Int {
        creation.trigger == .backfill
            ? backfillNumber(creation.pipeline) : pipelineNumber(creation.pipeline)
    }

    private mutating func backfillNumber(_ name: PipelineName) -> Int {
        if let number = backfillNumbers[name] { return number }
        let isPaused = pipelineNumbers[name].map { pipelines[$0].isPaused } ?? false
        pipelines.append(PipelineQueue(name: name, isPaused: isPaused, isOfBackfills: true))
        backfillNumbers[name] = pipelines.count - 1
        return pipelines.count - 1
    }

    private mutating func pipelineNumber(_ name: PipelineName) -> Int {
        if let number = pipelineNumbers[name] { return number }
        pipelines.append(PipelineQueue(name: name))
        pipelineNumbers[name] = pipelines.count - 1
        return pipelines.count - 1
    }

    private mutating func setPaused(_ isPaused: Bool, _ pipeline: Int, _ turn: inout Turn) {
        guard pipelines[pipeline].isPaused != isPaused else { return }
        pipelines[pipeline].isPaused = isPaused
        guard !isPaused else { return }
        for number in runNumbers.values where runs[number].pipeline == pipeline { unpark(number) }
        startRuns(of: pipeline, &turn)
    }

    private mutating func enqueue(_ number: Int) {
        let pipeline = runs[number].pipeline
        let key = (runs[number].logicalDate, runs[number].sequence)
        var (low, high) = (0, pipelines[pipeline].waiting.count)
        while low < high {
            let middle = (low + high) / 2
            let other = pipelines[pipeline].waiting[middle]
            if (runs[other].logicalDate, runs[other].sequence) > key {
                low = middle + 1
            } else {
                high = middle
            }
        }
        pipelines[pipeline].waiting.insert(number, at: low)
    }

    private mutating func startRuns(of pipeline: Int, _ turn: inout Turn) {
        while !pipelines[pipeline].isPaused, let place = nextToStart(of: pipeline),
            case let number = pipelines[pipeline].waiting[place],
            pipelines[pipeline].isOfBackfills
                || hasRoom(for: pipelines[pipeline].running, of: runs[number].plan.maxActiveRuns)
        {
            pipelines[pipeline].waiting.remove(at: place)
            if isClosed { reopenedWhileClosed.insert(runs[number].id) }
            pipelines[pipeline].running += 1
            openLanes(number)
            runs[number].start(at: turn.now, &turn.effects)
            honourClaims(of: number, &turn)
            _ = endIfDone(number, &turn)
        }
    }

    private func nextToStart(of pipeline: Int) -> Int? {
        let waiting = pipelines[pipeline].waiting
        return isClosed ? waiting.lastIndex { runs[$0].hasStarted } : waiting.indices.last
    }

    private mutating func openLanes(_ number: Int) {
        let layout = LaneLayout(runs[number].plan)
        runs[number].places = layout.places
        runs[number].priorities = layout.priorities
        for lane in layout.lanes {
            let pool = queue.poolNumber(lane.pool)
            runs[number].lanes.append(
                queue.addLane(
                    run: number, pool: pool, size: lane.slots,
                    guardian: guardian(of: lane.connection),
                    logicalDate: runs[number].logicalDate, sequence: runs[number].sequence,
                    order: lane.order))
        }
        for task in runs[number].flow.mapped.keys.sorted() {
            makeRoom(forInstancesOf: Int(task), of: number)
        }
    }

    private mutating func guardian(of connection: ConnectionName?) -> Int? {
        connection.map { queue.poolNumber(.guarding($0)) }
    }

    /// Gives the instances of a mapped task places in the ready queue, in a lane of their own.
    private mutating func makeRoom(forInstancesOf task: Int, of number: Int) {
        guard let instances = runs[number].flow.mapped[Int32(task)]?.instances else { return }
        let plan = runs[number].plan
        let priority = runs[number].priorities[task]
        let known = runs[number].instanceLanes[Int32(task)]
        let lane = known ?? runs[number].lanes.count
        let held = known.map { queue.capacity(of: runs[number].lanes[$0]) } ?? 0
        let entries = instances[held...].map { ReadyQueue.Entry(task: $0, priority: priority) }
        if known == nil {
            let flow = plan.flow(of: task)
            runs[number].instanceLanes[Int32(task)] = lane
            runs[number].lanes.append(
                queue.addLane(
                    run: number, pool: queue.poolNumber(plan.tasks[task].pool), size: flow.slots,
                    guardian: guardian(of: flow.connection),
                    limit: flow.mapping?.maxActive ?? -1,
                    logicalDate: runs[number].logicalDate, sequence: runs[number].sequence,
                    order: entries))
        } else {
            queue.growLane(runs[number].lanes[lane], by: entries)
        }
        let missing = runs[number].tasks.count - runs[number].places.count
        runs[number].places += Array(
            repeating: RunMachine.LanePlace(lane: 0, rank: 0), count: max(0, missing))
        for (index, instance) in instances.enumerated() {
            runs[number].places[Int(instance)] = RunMachine.LanePlace(
                lane: Int32(lane), rank: Int32(index))
        }
    }

    // MARK: The table of runs

    private mutating func nextSequence() -> Int {
        lastSequence += 1
        return lastSequence
    }

    @discardableResult
    private mutating func add(_ machine: RunMachine) -> Int {
        let number: Int
        if let free = freeNumbers.popLast() {
            number = free
            runs[free] = machine
        } else {
            number = runs.count
            runs.append(machine)
        }
        runNumbers[machine.id] = number
        return number
    }

    private mutating func drop(_ number: Int) {
        runNumbers[runs[number].id] = nil
        runs[number] = .vacant
        freeNumbers.append(number)
    }
}
