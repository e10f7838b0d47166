import Domain
import Foundation
import Runners
import SchedulerCore
import Store

/// Taking up what an earlier engine left, however it ended.
extension EngineCore {
    /// Brings the scheduler to where the last one stood, and sees to all that was going on then.
    ///
    /// The runner knows what was begun and how it ended. What it does not know was never begun and is
    /// started now; only where the machine went down meanwhile, nobody can be sure, and it counts as
    /// lost.
    ///
    /// - Parameter open: the attempts without a recorded end.
    func recover(_ open: [OpenAttempt]) throws {
        let isSameBoot = noteBoot()
        for event in try reader.eventsToReplay() { _ = scheduler.handle(event) }
        scheduler.finishReplay()
        for run in scheduler.activeRuns {
            guard let creation = try reader.creation(of: run),
                let pipeline = try reader.definition(of: run)
            else { continue }
            runs[run] = ActiveRun(creation: creation, pipeline: pipeline)
        }
        let recorded = Dictionary(open.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        let outstanding = Set(scheduler.outstanding.attempts.map(\.id))
        // First what was started from a reservation: it has a slot, whatever the events say.
        for attempt in open where !outstanding.contains(attempt.id) {
            recover(reserved: attempt, isSameBoot: isSameBoot)
        }
        let work = scheduler.outstanding
        for attempt in work.attempts where intents[attempt.id] == nil {
            recover(attempt, recorded[attempt.id], isSameBoot: isSameBoot)
        }
        // Where the clock was set back since the newest event, that event's time counts: no timer
        // waits longer than it would have.
        let now = max(SystemClock.now(), try reader.newestEventAt() ?? SystemClock.now())
        for timer in work.timers {
            setTimer(timer.timer, at: timer.at, after: timer.at.since(now))
        }
        collect()
        try recoverPast()
        try recoverBackfills()
        // Before the commit: what that brings about is carried out by itself.
        try recoverHooks()
        commit()
    }

    private func recover(
        _ attempt: OutstandingAttempt, _ recorded: OpenAttempt?, isSameBoot: Bool
    ) {
        guard let recorded else {
            // Decided on, but not even intended: nothing can have been started.
            if attempt.mustEnd {
                return receive(.ended(attempt.id, .lost, at: SystemClock.now()))
            }
            return options.launches ? intendAgain(attempt.id) : ()
        }
        intents[attempt.id] = recorded.intent
        if isWithoutProcess(attempt.id) {
            // Waiting goes on as it began; nothing of it can be done twice.
            return attempt.mustEnd
                ? receive(.ended(attempt.id, .lost, at: SystemClock.now()))
                : perform(.launch(attempt.id))
        }
        let known = shell.takeUp(attempt.id, token: recorded.token, log: recorded.log)
        if let known { return takeUp(known, isStarted: attempt.isStarted, attempt.mustEnd) }
        let isOurs = isShell(attempt.id)
        if isOurs, isSameBoot, !attempt.isStarted, !attempt.mustEnd {
            return options.launches ? perform(.launch(attempt.id)) : ()
        }
        AttemptLog.note("lost: spillway ended while this ran", in: recorded.log)
        receive(.ended(attempt.id, .lost, at: SystemClock.now()))
    }

    private func recover(reserved attempt: OpenAttempt, isSameBoot: Bool) {
        if let known = shell.takeUp(attempt.id, token: attempt.token, log: attempt.log) {
            intents[attempt.id] = attempt.intent
            takeUp(known, isStarted: false, false)
        } else if !isSameBoot, isShell(attempt.id) {
            let now = SystemClock.now()
            receive(.started(attempt.id, process: nil, at: now))
            receive(.ended(attempt.id, .lost, at: now))
        }
    }

    /// Goes on with an attempt that the runner knows.
    private func takeUp(_ known: KnownAttempt, isStarted: Bool, _ mustEnd: Bool) {
        if !isStarted {
            receive(.started(known.id, process: known.process, at: known.begunAt))
        }
        if let end = known.end {
            if let use = end.use { receive(.measured(known.id, use)) }
            receive(.ended(known.id, end.outcome, at: end.at))
        } else if mustEnd {
            shell.terminate(known.id)
        }
    }

    private func isShell(_ id: AttemptID) -> Bool {
        runs[id.run]?.definition(of: id.task)?.isShell ?? false
    }

    /// Whether the machine has been up since an engine last owned the folder; notes that one does.
    private func noteBoot() -> Bool {
        let url = URL(filePath: options.folder.bootPath)
        let now = Data(ProcessTable.bootID.utf8)
        let last = try? Data(contentsOf: url)
        if last == now { return true }
        try? now.write(to: url, options: .atomic)
        return last == nil
    }
}

extension TaskDefinition {
    /// Whether it is work for the runner.
    var isShell: Bool {
        switch action {
        case .sql, .wait, .pipeline: false
        case .shell, .transform, .check, .spark, .branch, .shortCircuit: true
        }
    }
}

extension OpenAttempt {
    fileprivate var intent: AttemptIntent {
        AttemptIntent(id: id, at: SystemClock.now(), log: log, token: token)
    }
}
