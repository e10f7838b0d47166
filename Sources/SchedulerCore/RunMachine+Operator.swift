import Domain

/// What people do to a run: cancel it or a task of it, clear tasks.
extension RunMachine {
    /// Ends the run: live attempts are terminated, all other open tasks skipped.
    mutating func cancel(by person: String, at now: Instant, _ effects: inout RunEffects) {
        // What must be taken down still is, unless the cancel is said a second time.
        let spares = cancelledBy == nil && !hasTimedOut && state == .running
        guard !state.isSettled,
            spares || plan.hasTeardowns || state == .queued && cancelledBy == nil
        else { return }
        cancelledBy = cancelledBy ?? person
        endAll(
            because: .cancelled(by: person), note: CutOff.note(cancelledBy: person),
            sparingTeardowns: spares, at: now, &effects)
    }

    /// Ends every live attempt and skips all else that is open.
    mutating func endAll(
        because ending: Ending, note: String, sparingTeardowns: Bool, at now: Instant,
        _ effects: inout RunEffects
    ) {
        for task in tasks.indices where !tasks[task].state.isSettled {
            if sparingTeardowns, plan.isTeardown(base(of: task)) { continue }
            joinInstances(task, at: now, &effects)
            if live[Int32(task)] != nil {
                end(task, because: ending, &effects)
            } else if !isExpanded(task) || tasks[task].state != .running {
                leaveWaiting(task, &effects)
                settle(task, as: .skipped, note: note, at: now, &effects)
            }
        }
        propagate(at: now, &effects)
    }

    /// Ends one open task; it settles as failed without a retry, at once where nothing of it runs.
    mutating func cancel(
        _ task: TaskID, by person: String, at now: Instant, _ effects: inout RunEffects
    ) {
        guard !state.isSettled, let task = number(of: task), !tasks[task].state.isSettled else {
            return
        }
        joinInstances(task, at: now, &effects)
        if isExpanded(task), tasks[task].state == .running {
            for instance in flow.mapped[Int32(task)]?.instances ?? [] {
                cancelOpen(Int(instance), by: person, at: now, &effects)
            }
        } else {
            cancelOpen(task, by: person, at: now, &effects)
        }
        propagate(at: now, &effects)
    }

    private mutating func cancelOpen(
        _ task: Int, by person: String, at now: Instant, _ effects: inout RunEffects
    ) {
        guard !tasks[task].state.isSettled else { return }
        if let alive = live[Int32(task)] {
            if case .cancelled = alive.ending { return }
            end(task, because: .cancelled(by: person), &effects)
        } else {
            leaveWaiting(task, &effects)
            settle(task, as: .failed, note: CutOff.note(cancelledBy: person), at: now, &effects)
        }
    }

    /// Makes the tasks named run again as their rules say, with their full number of retries;
    /// whatever else settled stays so. A live attempt is terminated first. Withdraws a cancel that
    /// is under way. The owner starts the run again where this opens a settled one.
    ///
    /// Returns whether it changed anything; unknown names do not.
    mutating func clear(
        _ names: [TaskID], at now: Instant, _ effects: inout RunEffects
    ) -> Bool {
        var touched: [Int] = []
        for task in withRoles(names.compactMap { number(of: $0) }) {
            if clear(task, at: now, &effects) { touched.append(task) }
        }
        guard !touched.isEmpty else { return false }
        (cancelledBy, hasTimedOut) = (nil, false)
        withdrawChildren(of: touched, at: now, &effects)
        for task in touched where tasks[task].state == .none {
            evaluate(task, at: now, &effects)
        }
        propagate(at: now, &effects)
        return true
    }

    /// Children that were ready because of what is now undone wait again.
    mutating func withdrawChildren(
        of touched: [Int], at now: Instant, _ effects: inout RunEffects
    ) {
        let below = touched.flatMap { task in
            (children(of: task) + setupScopes.dependants(of: base(of: task))).map { Int($0) }
        }
        for child in below where tasks[child].state == .scheduled {
            if decision(of: child) != .run {
                withdraw(child, &effects)
                record(child, at: now, &effects)
                evaluate(child, at: now, &effects)
            }
        }
    }

    mutating func clear(
        _ task: Int, at now: Instant, _ effects: inout RunEffects
    ) -> Bool {
        if isExpanded(task) { return clearMapped(task, at: now, &effects) }
        guard mayClearInstance(task) else { return false }
        let old = tasks[task].state
        switch old {
        case .none: return false
        case .scheduled:
            tasks[task].attemptsAtClear = tasks[task].attempts
            return false
        case .queued, .running, .restarting, .deferred:
            if live[Int32(task)]?.ending == .cleared { return false }
            tasks[task].state = .restarting
            end(task, because: .cleared, &effects)
        case .upForRetry:
            leaveWaiting(task, &effects)
        case .success, .skipped, .failed, .upstreamFailed, .removed, .upForReschedule:
            tasks[task].state = .none
            openCount += 1
            for child in children(of: task) {
                tasks[Int(child)].upstream.reopen(old)
            }
            if task >= plan.tasks.count { instanceReopened(task, at: now, &effects) }
        }
        forgetOutputs(of: task)
        flow.leftOut[Int32(task)] = nil
        if !flow.waitDeadlines.isEmpty { dropWaitDeadline(of: task, &effects) }
        tasks[task].attemptsAtClear = tasks[task].attempts
        record(task, at: now, &effects)
        return true
    }

    /// Takes an open task without a live attempt out of all that it waits in.
    mutating func leaveWaiting(_ task: Int, _ effects: inout RunEffects) {
        if tasks[task].state == .scheduled { withdraw(task, &effects) }
        if retryAt.removeValue(forKey: Int32(task)) != nil {
            let timer = SchedulerTimer.retry(id, taskID(task))
            effects.step.commands.append(.cancelTimer(timer))
        }
        tasks[task].state = .none
    }

    /// Has the live attempt of a task terminated; what becomes of the task, its end will show.
    mutating func end(
        _ task: Int, because ending: Ending, _ effects: inout RunEffects
    ) {
        let attempt = attemptID(task)
        if live[Int32(task)]?.timeoutAt != nil {
            live[Int32(task)]?.timeoutAt = nil
            effects.step.commands.append(.cancelTimer(.timeout(attempt)))
        }
        live[Int32(task)]?.ending = ending
        effects.step.commands.append(.terminate(attempt))
    }
}
