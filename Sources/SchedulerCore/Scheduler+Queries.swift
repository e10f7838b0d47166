public import Domain

extension Scheduler {
    /// Whether the run is known and has not ended.
    public func isActive(_ run: RunID) -> Bool { runState(run) != nil }

    /// The runs that have not ended, in the order they were created or opened again.
    public var activeRuns: [RunID] { activeMachines.map(\.id) }

    /// Nil for a run that is not active, and for a task it does not have.
    public func taskState(_ run: RunID, _ task: TaskID) -> TaskState? {
        guard let machine = machine(run), let number = machine.number(of: task) else { return nil }
        return machine.tasks[number].state
    }

    /// What the tasks of an active run wrote for others, by task; of mapped ones by instance.
    public func outputs(of run: RunID) -> [TaskID: [TaskOutput]] {
        guard let machine = machine(run) else { return [:] }
        var outputs: [TaskID: [TaskOutput]] = [:]
        for (number, written) in machine.flow.outputs {
            outputs[machine.taskID(Int(number))] = written
        }
        return outputs
    }

    /// What a task of an active run wrote under `key`; of a mapped one the list of what its
    /// instances wrote, in their order. Nil where there is none.
    public func output(of task: TaskID, _ key: String, in run: RunID) -> OutputValue? {
        guard let machine = machine(run), let number = machine.number(of: task) else { return nil }
        let values = machine.outputs(of: number, key)
        return machine.isExpanded(number) ? .list(values) : values.first
    }

    /// The item that an instance of a mapped task is made for, and its index; nil where the list
    /// is in the plan itself, and for everything else.
    public func item(of instance: TaskID, in run: RunID) -> OutputValue? {
        guard let parts = instance.instanceParts, let machine = machine(run),
            let task = machine.number(of: parts.task),
            case .output(let source, let key)? = machine.plan.flow(of: task).mapping?.source,
            let items = OutputList.items(of: machine.outputs(of: source, key), key),
            items.indices.contains(parts.index)
        else { return nil }
        return items[parts.index]
    }

    /// Whether there is a task of that id in an active run, or an instance.
    public func knows(_ task: TaskID, in run: RunID) -> Bool {
        machine(run)?.number(of: task) != nil
    }

    /// The tasks and instances that "re-run what failed" clears in a run that is active or was
    /// handed back by ``restore(_:)``.
    ///
    /// - Parameter cutOff: what a cancel or the run's time-out kept from its work; see ``CutOff``.
    public func tasksToRerun(_ run: RunID, cutOff: Set<TaskID> = []) -> [TaskID] {
        guard let number = runNumbers[run] else { return [] }
        let machine = runs[number]
        let count = machine.plan.tasks.count
        return machine.plan.tasksToRerun(
            states: machine.tasks.prefix(count).map(\.state), cutOff: cutOff,
            instances: (count..<machine.tasks.count).map {
                SettledInstance(
                    id: machine.taskID($0),
                    task: SettledTask(
                        state: machine.tasks[$0].state,
                        attemptCount: Int(machine.tasks[$0].attempts)))
            })
    }

    /// The tasks that clearing these makes run again: with their setups and teardowns. Of a run that
    /// is active or was handed back by ``restore(_:)``.
    public func tasksCleared(with named: [TaskID], in run: RunID) -> [TaskID] {
        guard let machine = runNumbers[run].map({ runs[$0] }) else { return named }
        let numbers = named.compactMap { machine.number(of: $0) }
        return machine.withRoles(numbers).filter { machine.tasks[$0].state != .none }
            .map { machine.taskID($0) }
    }

    /// Where the circuit of each pool stands that has one.
    public var circuits: [PoolName: CircuitState] { queue.circuits }

    /// The pools, and connections, that launch nothing now though they may have slots.
    public func poolHolds(at now: Instant) -> [PoolName: PoolHold] { queue.holds(at: now) }

    /// Nil for a run that is not active.
    public func runState(_ run: RunID) -> RunState? { machine(run)?.state }

    /// The tasks of an active run that wait for the run before.
    public func heldTasks(_ run: RunID) -> [TaskID] {
        guard let machine = machine(run) else { return [] }
        return machine.held.sorted().map { machine.plan.tasks[Int($0)].id }
    }

    /// Whether the pipeline was paused and not resumed.
    public func isPaused(_ pipeline: PipelineName) -> Bool {
        pipelineNumbers[pipeline].map { pipelines[$0].isPaused } ?? false
    }

    /// Whether a run is active, queued ones included.
    public var hasUnsettledWork: Bool { runs.contains { !$0.state.isSettled } }

    /// Attempts thought alive and timers pending. O(tasks of the active runs).
    public var outstanding: OutstandingWork {
        var work = OutstandingWork()
        for machine in activeMachines {
            for (task, attempt) in machine.live.sorted(by: { $0.key < $1.key }) {
                let id = machine.attemptID(Int(task))
                work.attempts.append(
                    OutstandingAttempt(
                        id: id, isStarted: attempt.isStarted, process: attempt.process,
                        mustEnd: attempt.ending != nil))
                if let due = attempt.timeoutAt {
                    work.timers.append(OutstandingTimer(timer: .timeout(id), at: due))
                }
            }
            for (task, due) in machine.retryAt.sorted(by: { $0.key < $1.key }) {
                let timer = SchedulerTimer.retry(machine.id, machine.taskID(Int(task)))
                work.timers.append(OutstandingTimer(timer: timer, at: due))
            }
            if let due = machine.runTimeoutAt {
                work.timers.append(OutstandingTimer(timer: .runTimeout(machine.id), at: due))
            }
            if let due = machine.deadlineAt {
                work.timers.append(OutstandingTimer(timer: .deadline(machine.id), at: due))
            }
            for (task, due) in machine.flow.waitDeadlines.sorted(by: { $0.key < $1.key }) {
                let timer = SchedulerTimer.wait(machine.id, machine.taskID(Int(task)))
                work.timers.append(OutstandingTimer(timer: timer, at: due))
            }
        }
        for (pool, until) in queue.shutGates(at: Instant(microseconds: .min)) {
            work.timers.append(OutstandingTimer(timer: .pool(pool), at: until))
        }
        return work
    }

    /// Whether this attempt was launched and has not ended.
    public func isLive(_ attempt: AttemptID) -> Bool {
        guard let machine = machine(attempt.run), let task = machine.number(of: attempt.task)
        else { return false }
        return machine.live[Int32(task)] != nil
            && Int(machine.tasks[task].attempts) == attempt.number
    }

    /// Where its task waits for a slot and holds it; nil of one that has no place.
    public func place(of attempt: AttemptID) -> SlotPlace? {
        guard let machine = machine(attempt.run), let task = machine.number(of: attempt.task)
        else { return nil }
        return machine.slotPlace(of: task)
    }

    func machine(_ run: RunID) -> RunMachine? {
        guard let number = runNumbers[run], !runs[number].state.isSettled else { return nil }
        return runs[number]
    }

    var activeMachines: [RunMachine] {
        runs.filter { !$0.state.isSettled }.sorted { $0.sequence < $1.sequence }
    }
}

extension Scheduler: Equatable {
    /// Whether both have the same limits, paused pipelines and active runs at the same points; they
    /// then answer the same events in the same way.
    public static func == (left: Scheduler, right: Scheduler) -> Bool {
        left.limits == right.limits && left.pausedPipelines == right.pausedPipelines
            && left.activeMachines == right.activeMachines
    }

    private var pausedPipelines: Set<PipelineName> {
        Set(pipelines.filter(\.isPaused).map(\.name))
    }
}

extension RunPlan {
    /// The tasks that "re-run what failed" clears: the failed and upstream-failed ones and those
    /// that were cut off, each with everything downstream of it. Of a mapped task only
    /// the instances that failed, unless something it waits for is cleared. In plan order.
    ///
    /// - Parameters:
    ///   - states: one a task, in plan order.
    ///   - cutOff: of the tasks and instances those that a cancel or the run's time-out kept from
    ///     their work.
    ///   - instances: of all mapped tasks.
    public func tasksToRerun(
        states: [TaskState], cutOff: Set<TaskID> = [], instances: [SettledInstance] = []
    ) -> [TaskID] {
        func isToRepeat(_ id: TaskID, _ state: TaskState) -> Bool {
            state.isFailure || cutOff.contains(id)
        }
        var failedInstances: [TaskID: [TaskID]] = [:]
        for instance in instances where isToRepeat(instance.id, instance.task.state) {
            if let task = instance.id.instanceParts?.task {
                failedInstances[task, default: []].append(instance.id)
            }
        }
        let first = states.indices.prefix(graph.nodeCount).filter {
            isToRepeat(tasks[$0].id, states[$0]) || failedInstances[tasks[$0].id] != nil
        }
        var isChosen = [Bool](repeating: false, count: min(states.count, graph.nodeCount))
        for task in first where failedInstances[tasks[task].id] == nil { isChosen[task] = true }
        for task in graph.descendants(of: first) where task < isChosen.count {
            isChosen[task] = true
        }
        return isChosen.indices.flatMap { task in
            isChosen[task] ? [tasks[task].id] : failedInstances[tasks[task].id] ?? []
        }
    }
}
