import Domain

/// What the time of a whole run decides, and the run before it.
extension RunMachine {
    /// Sets the timer that ends the run; each start counts anew.
    mutating func setRunTimeout(at now: Instant, _ effects: inout RunEffects) {
        guard let timeout = plan.timeout else { return }
        let due = now.advanced(by: timeout)
        runTimeoutAt = due
        effects.step.commands.append(.setTimer(.runTimeout(id), at: due))
    }

    /// Sets the timer that tells of a missed deadline. One counted from the logical date is set
    /// once: it does not move when the run is opened again.
    mutating func setDeadline(at now: Instant, _ effects: inout RunEffects) {
        guard let deadline = plan.deadline else { return }
        let due = deadline.instant(queuedAt: now, logicalDate: logicalDate)
        deadlineAt = due
        effects.step.commands.append(.setTimer(.deadline(id), at: due))
    }

    mutating func cancelTimers(_ effects: inout RunEffects) {
        if runTimeoutAt != nil { effects.step.commands.append(.cancelTimer(.runTimeout(id))) }
        if deadlineAt != nil { effects.step.commands.append(.cancelTimer(.deadline(id))) }
        (runTimeoutAt, deadlineAt) = (nil, nil)
    }

    /// The run has used up its time: it fails, and what is open is skipped, as Airflow does it;
    /// live attempts are ended first. Too early a firing sets the timer again.
    mutating func runTimeoutDue(at now: Instant, _ effects: inout RunEffects) {
        guard let due = runTimeoutAt, state == .running, !hasTimedOut else { return }
        guard now >= due else {
            effects.step.commands.append(.setTimer(.runTimeout(id), at: due))
            return
        }
        runTimeoutAt = nil
        hasTimedOut = true
        // What was brought up is still taken down.
        endAll(
            because: .runTimedOut, note: runTimeoutNote, sparingTeardowns: true, at: now, &effects)
    }

    var runTimeoutNote: String { CutOff.note(timeout: plan.timeout) }

    /// The run should have ended by now: that is told, and changes nothing.
    mutating func deadlineDue(at now: Instant, _ effects: inout RunEffects) {
        guard let due = deadlineAt, !state.isSettled else { return }
        guard now >= due else {
            effects.step.commands.append(.setTimer(.deadline(id), at: due))
            return
        }
        deadlineAt = nil
        effects.step.changes.append(.deadlineMissed(id, deadline: due, at: now))
    }

    /// The run before has done its part for these tasks.
    mutating func pastMet(_ names: [TaskID], at now: Instant, _ effects: inout RunEffects) {
        for name in names {
            guard let task = number(of: name), held.remove(Int32(task)) != nil else { continue }
            if tasks[task].state == .none { evaluate(task, at: now, &effects) }
        }
        propagate(at: now, &effects)
    }
}
