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
                let timer = SchedulerTimer.retry(machine.id, machine.plan.tasks[Int(task)].id)
                work.timers.append(OutstandingTimer(timer: timer, at: due))
            }
            if let due = machine.runTimeoutAt {
                work.timers.append(OutstandingTimer(timer: .runTimeout(machine.id), at: due))
            }
            if let due = machine.deadlineAt {
                work.timers.append(OutstandingTimer(timer: .deadline(machine.id), at: due))
            }
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

    /// The attempts of a run that would be launched next, were slots free: at most `count` of each of
    /// its pools. Empty for a run that is not active.
    public func upcoming(of run: RunID, _ count: Int) -> [AttemptID] {
        guard let machine = machine(run) else { return [] }
        return machine.lanes.flatMap { queue.upcoming(of: $0, count) }.map { task in
            AttemptID(
                run: run, task: machine.plan.tasks[task].id,
                number: Int(machine.tasks[task].attempts) + 1)
        }
    }

    private func machine(_ run: RunID) -> RunMachine? {
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
    /// The tasks that "re-run what failed" clears: the failed and upstream-failed ones and, in a
    /// cancelled run, the skipped ones, each with everything downstream of it. In plan order.
    ///
    /// - Parameter states: one a task, in plan order.
    public func tasksToRerun(runState: RunState, states: [TaskState]) -> [TaskID] {
        var isChosen = states.prefix(graph.nodeCount).map { state in
            state.isFailure || (runState == .cancelled && state == .skipped)
        }
        let first = isChosen.indices.filter { isChosen[$0] }
        for task in graph.descendants(of: first) where task < isChosen.count {
            isChosen[task] = true
        }
        return isChosen.indices.filter { isChosen[$0] }.map { tasks[$0].id }
    }
}
