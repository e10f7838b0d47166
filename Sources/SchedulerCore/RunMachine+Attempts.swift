import Domain

/// Attempts: launched, started, timed out, ended, repeated.
extension RunMachine {
    /// The task has a slot: begins its next attempt.
    mutating func launch(_ task: Int, at now: Instant, _ effects: inout RunEffects) {
        beginAttempt(task)
        record(task, at: now, &effects)
        effects.step.commands.append(.launch(attemptID(task)))
    }

    private mutating func beginAttempt(_ task: Int) {
        readyCount -= 1
        busyCount += 1
        forgetOutputs(of: task)
        tasks[task].state = .queued
        tasks[task].attempts &+= 1
        live[Int32(task)] = LiveAttempt()
    }

    /// The task whose live attempt this is. An attempt that waits for its slot is live, too, if it
    /// has an event: it was launched under wider limits than those of this replay.
    private mutating func task(of attempt: AttemptID, _ effects: inout RunEffects) -> Int? {
        guard let task = number(of: attempt.task) else { return nil }
        let begun = Int(tasks[task].attempts)
        if tasks[task].state == .scheduled, attempt.number == begun + 1 {
            beginAttempt(task)
            effects.claims.append(.claimed(task))
            return task
        }
        return attempt.number == begun && live[Int32(task)] != nil ? task : nil
    }

    mutating func attemptStarted(
        _ attempt: AttemptID, process: ProcessIdentity?, at now: Instant,
        _ effects: inout RunEffects
    ) {
        guard let task = task(of: attempt, &effects), var alive = live[Int32(task)] else { return }
        if alive.isStarted {
            // One that was begun in another's place: who its process is, is told later.
            if alive.process == nil { live[Int32(task)]?.process = process }
            return
        }
        alive.isStarted = true
        alive.process = process
        if alive.ending != nil {
            // Told to end before it began: that may have found no process to end.
            effects.step.commands.append(.terminate(attempt))
        } else if let timeout = taskPlan(task).timeout {
            let due = now.advanced(by: timeout)
            alive.timeoutAt = due
            effects.step.commands.append(.setTimer(.timeout(attempt), at: due))
        }
        live[Int32(task)] = alive
        if tasks[task].state == .queued {
            tasks[task].state = .running
            record(task, at: now, &effects)
        }
    }

    mutating func attemptEnded(
        _ attempt: AttemptID, _ outcome: AttemptOutcome, at now: Instant,
        _ effects: inout RunEffects
    ) {
        guard let task = task(of: attempt, &effects),
            let ended = live.removeValue(forKey: Int32(task))
        else { return }
        if ended.takesSlot {
            busyCount -= 1
            let says = ended.ending == nil || ended.ending == .timedOut
            let hasFailed = ended.ending == .timedOut || isFailure(outcome, of: task)
            effects.claims.append(.released(task, hasFailed: says ? hasFailed : nil))
        }
        if ended.timeoutAt != nil {
            effects.step.commands.append(.cancelTimer(.timeout(attempt)))
        }
        switch ended.ending {
        case .cleared:
            tasks[task].state = .none
            record(task, at: now, &effects)
            evaluate(task, at: now, &effects)
        case .cancelled(let person):
            let note = CutOff.note(cancelledBy: person)
            settle(task, as: .failed, note: note, at: now, &effects)
        case .runTimedOut: settle(task, as: .skipped, note: runTimeoutNote, at: now, &effects)
        case .marked(let state, let person):
            settle(task, as: state, note: Self.note(state, by: person), at: now, &effects)
        case .timedOut:
            let limit = taskPlan(task).timeout?.durationText ?? ""
            fail(task, note: "timed out after \(limit)", at: now, &effects)
        case .waitedInVain: settleWaitedInVain(task, at: now, &effects)
        case nil:
            finish(task, outcome, at: now, &effects)
        }
        if task >= plan.tasks.count { instanceEnded(task, at: now, &effects) }
        propagate(at: now, &effects)
    }

    /// What an attempt that nobody ended makes of its task: exit code 0 success, 99 skipped, 98
    /// failed for good (unless the task has other codes for that), all else failed with a retry
    /// where one is left.
    private mutating func finish(
        _ task: Int, _ outcome: AttemptOutcome, at now: Instant, _ effects: inout RunEffects
    ) {
        switch outcome {
        case .exited(code: 0): succeed(task, at: now, &effects)
        case .exited(let code):
            let codes = taskFlow(task).exitCodes
            if codes.skip.contains(code) {
                let note = "skipped itself (exit code \(code))"
                settle(task, as: .skipped, note: note, at: now, &effects)
            } else if codes.fail.contains(code) {
                failForGood(
                    task, note: "failed without a retry (exit code \(code))", at: now, &effects)
            } else if code == 1, case .shortCircuit(let all) = taskFlow(task).conduct {
                closeCircuit(task, leavesOutAll: all, at: now, &effects)
            } else {
                fail(task, note: nil, at: now, &effects)
            }
        case .unchanged:
            settle(task, as: .success, note: "unchanged since it last ran", at: now, &effects)
        case .rejected(let reason), .failed(let reason):
            fail(task, note: reason, at: now, &effects)
        case .signalled(let number): fail(task, note: "signal \(number)", at: now, &effects)
        case .notStarted(let reason): fail(task, note: reason, at: now, &effects)
        case .lost:
            fail(
                task, note: "lost: its process and its exit code are gone",
                isFree: taskFlow(task).isIdempotent, at: now, &effects)
        }
    }

    private func isFailure(_ outcome: AttemptOutcome, of task: Int) -> Bool {
        switch outcome {
        case .exited(code: 0), .unchanged: return false
        case .exited(let code):
            if code == 1, case .shortCircuit = taskFlow(task).conduct { return false }
            return !taskFlow(task).exitCodes.skip.contains(code)
        case .signalled, .notStarted, .lost, .rejected, .failed: return true
        }
    }

    /// An attempt has failed: another follows where a retry is left, or needs none (`isFree`).
    mutating func fail(
        _ task: Int, note: String?, isFree: Bool = false, at now: Instant,
        _ effects: inout RunEffects
    ) {
        let made = Int(tasks[task].attempts) - Int(tasks[task].attemptsAtClear)
        guard isFree || made <= taskPlan(task).retries else {
            return failForGood(task, note: note, at: now, &effects)
        }
        let delay = RetryDelay.after(
            failed: made, base: taskPlan(task).retryDelay, backoff: taskFlow(task).backoff,
            key: "\(id)/\(taskID(task))/\(made)")
        let due = now.advanced(by: delay)
        tasks[task].state = .upForRetry
        retryAt[Int32(task)] = due
        record(task, at: now, note: note, retryAt: due, &effects)
        let timer = SchedulerTimer.retry(id, taskID(task))
        effects.step.commands.append(.setTimer(timer, at: due))
    }

    /// The task's rest is over, if `now` says so: an earlier firing is a stale one, and is answered
    /// by setting the timer again, so that no clock can make a task wait for ever.
    mutating func retryDue(_ task: TaskID, at now: Instant, _ effects: inout RunEffects) {
        guard let number = number(of: task), let due = retryAt[Int32(number)] else { return }
        guard now >= due else {
            effects.step.commands.append(.setTimer(.retry(id, task), at: due))
            return
        }
        retryAt[Int32(number)] = nil
        tasks[number].state = .none
        evaluate(number, at: now, &effects)
        if tasks[number].state == .none { record(number, at: now, &effects) }
        propagate(at: now, &effects)
    }

    /// The attempt has used up its time; as for retries, too early a firing sets the timer again.
    mutating func timeoutDue(
        _ attempt: AttemptID, at now: Instant, _ effects: inout RunEffects
    ) {
        guard let task = number(of: attempt.task), attempt.number == Int(tasks[task].attempts),
            let due = live[Int32(task)]?.timeoutAt
        else { return }
        guard now >= due else {
            effects.step.commands.append(.setTimer(.timeout(attempt), at: due))
            return
        }
        live[Int32(task)]?.timeoutAt = nil
        live[Int32(task)]?.ending = .timedOut
        effects.step.commands.append(.terminate(attempt))
    }
}
