import Domain
import Foundation
import Runners
import SchedulerCore
import Store
import WholeFiles

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
        let known = knownAttempts(open)
        let tokens = Set(known.values.map(\.token))
        // First what was started from a reservation: it has a slot, whatever the events say. What took
        // the place of another is told of with that one's end.
        for attempt in open where !outstanding.contains(attempt.id) {
            if let found = known[attempt.id], let predecessor = found.predecessor,
                tokens.contains(predecessor)
            {
                continue
            }
            recover(reserved: attempt, known[attempt.id], isSameBoot: isSameBoot)
        }
        let work = scheduler.outstanding
        for attempt in work.attempts where intents[attempt.id] == nil {
            recover(
                attempt, recorded[attempt.id], known[attempt.id], isSameBoot: isSameBoot)
        }
        tellEnds(of: known)
        // Where the clock was set back since the newest event, that event's time counts: no timer
        // waits longer than it would have.
        let now = max(SystemClock.now(), try reader.newestEventAt() ?? SystemClock.now())
        for timer in work.timers {
            setTimer(timer.timer, at: timer.at, after: timer.at.since(now))
        }
        collect()
        try recoverPast()
        try recoverBackfills()
        // What was only recorded starts now, and its time begins.
        if scheduler.isClosed == options.launches {
            handle(.admission(isOpen: options.launches, at: SystemClock.now()))
        }
        // Before the commit: what that brings about is carried out by itself.
        try recoverHooks()
        commit()
    }

    /// What the runner knows of these, and of what took their places.
    private func knownAttempts(_ open: [OpenAttempt]) -> [AttemptID: KnownAttempt] {
        var known: [AttemptID: KnownAttempt] = [:]
        for attempt in open {
            var next = shell.takeUp(attempt.id, token: attempt.token, log: attempt.log)
            while let found = next, known[found.id] == nil {
                known[found.id] = found
                next = shell.takeUpSuccessor(of: found.token)
            }
        }
        return known
    }

    private func recover(
        _ attempt: OutstandingAttempt, _ recorded: OpenAttempt?, _ known: KnownAttempt?,
        isSameBoot: Bool
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
        if let known {
            if !attempt.isStarted { tellStart(of: known) }
            if known.end == nil, attempt.mustEnd { shell.terminate(known.id) }
            return
        }
        let isOurs = isProcess(attempt.id)
        if isOurs, isSameBoot, !attempt.isStarted, !attempt.mustEnd {
            return options.launches ? perform(.launch(attempt.id)) : ()
        }
        AttemptLog.note("lost: spillway ended while this ran", in: recorded.log)
        receive(.ended(attempt.id, .lost, at: SystemClock.now()))
    }

    private func recover(
        reserved attempt: OpenAttempt, _ known: KnownAttempt?, isSameBoot: Bool
    ) {
        if let known {
            intents[attempt.id] = attempt.intent
            tellStart(of: known)
        } else if !isSameBoot, isProcess(attempt.id) {
            let now = SystemClock.now()
            receive(.started(attempt.id, process: nil, at: now))
            receive(.ended(attempt.id, .lost, at: now))
        }
    }

    private func tellStart(of known: KnownAttempt) {
        receive(.started(known.id, process: known.process, at: known.begunAt))
    }

    /// Tells of what has ended, in the order in which it did, and of what took its place.
    private func tellEnds(of known: [AttemptID: KnownAttempt]) {
        for (attempt, end, next) in known.values.ends {
            if let use = end.use { receive(.measured(attempt.id, use)) }
            receive(attempt.news(of: end, next))
            if let next, next.process != nil { tellStart(of: next) }
        }
    }

    private func isProcess(_ id: AttemptID) -> Bool {
        runs[id.run]?.definition(of: id.task)?.isProcess ?? false
    }

    /// Whether the machine has been up since an engine last owned the folder; notes that one does.
    private func noteBoot() -> Bool {
        let url = URL(filePath: options.folder.bootPath)
        let now = Data(ProcessTable.bootID.utf8)
        let last = try? Data(contentsOf: url)
        if last == now { return true }
        try? DraftFile.write(Array(now), to: url.path)
        return last == nil
    }
}

extension TaskDefinition {
    /// Whether it is work for the runner.
    var isProcess: Bool {
        switch action {
        case .wait, .pipeline: false
        case .sql, .shell, .transform, .check, .spark, .branch, .shortCircuit: true
        }
    }

    /// Whether it is a command that can be made ready before its turn comes: what a task before it
    /// wrote into a script counts.
    var isShell: Bool {
        if case .sql = action { return false }
        return isProcess
    }
}

extension OpenAttempt {
    fileprivate var intent: AttemptIntent {
        AttemptIntent(id: id, at: SystemClock.now(), log: log, token: token)
    }
}
