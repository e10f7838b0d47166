import Domain

/// What people do to a run: cancel it or a task of it, clear tasks.
extension RunMachine {
    /// Ends the run: live attempts are terminated, all other open tasks skipped.
    mutating func cancel(by person: String, at now: Instant, _ effects: inout RunEffects) {
        guard !state.isSettled, cancelledBy == nil else { return }
        cancelledBy = person
        let note = "cancelled by \(person)"
        for task in tasks.indices where !tasks[task].state.isSettled {
            if live[Int32(task)] != nil {
                end(task, because: .cancelled(by: person), &effects)
            } else {
                leaveWaiting(task, &effects)
                settle(task, as: .skipped, note: note, at: now, &effects)
            }
        }
        // Nothing is in state `none` now: the children only count.
        propagate(at: now, &effects)
    }

    /// Ends one open task; it settles as failed without a retry, at once where nothing of it runs.
    mutating func cancel(
        _ task: TaskID, by person: String, at now: Instant, _ effects: inout RunEffects
    ) {
        guard !state.isSettled, let task = number(of: task), !tasks[task].state.isSettled else {
            return
        }
        if let alive = live[Int32(task)] {
            if case .cancelled = alive.ending { return }
            end(task, because: .cancelled(by: person), &effects)
        } else {
            leaveWaiting(task, &effects)
            settle(task, as: .failed, note: "cancelled by \(person)", at: now, &effects)
            propagate(at: now, &effects)
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
        for name in names {
            guard let task = number(of: name) else { continue }
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
        let children = touched.flatMap { plan.graph.children(of: $0).map { Int($0) } }
        for child in children where tasks[child].state == .scheduled {
            let rule = plan.tasks[child].triggerRule
            if rule.decision(for: tasks[child].upstream) != .run {
                withdraw(child, &effects)
                record(child, at: now, &effects)
                evaluate(child, at: now, &effects)
            }
        }
    }

    private mutating func clear(
        _ task: Int, at now: Instant, _ effects: inout RunEffects
    ) -> Bool {
        let old = tasks[task].state
        switch old {
        case .none: return false
        case .scheduled:
            tasks[task].attemptsAtClear = tasks[task].attempts
            return false
        case .queued, .running, .restarting:
            if live[Int32(task)]?.ending == .cleared { return false }
            tasks[task].state = .restarting
            end(task, because: .cleared, &effects)
        case .upForRetry:
            leaveWaiting(task, &effects)
        case .success, .skipped, .failed, .upstreamFailed, .removed, .upForReschedule, .deferred:
            tasks[task].state = .none
            openCount += 1
            for child in plan.graph.children(of: task) {
                tasks[Int(child)].upstream.reopen(old)
            }
        }
        tasks[task].attemptsAtClear = tasks[task].attempts
        record(task, at: now, &effects)
        return true
    }

    /// Takes an open task without a live attempt out of all that it waits in.
    mutating func leaveWaiting(_ task: Int, _ effects: inout RunEffects) {
        if tasks[task].state == .scheduled { withdraw(task, &effects) }
        if retryAt.removeValue(forKey: Int32(task)) != nil {
            let timer = SchedulerTimer.retry(id, plan.tasks[task].id)
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
