import Domain
import Runners
import SchedulerCore
import Store

/// Taking up what an earlier engine left, however it ended.
extension EngineCore {
    /// Brings the scheduler to where the last one stood, and sees to all that was going on then.
    ///
    /// An attempt is never started where an earlier one may be alive: a process that is found is
    /// waited for, and as nobody can have its exit code any more it ends as `lost`.
    func recover() throws {
        for event in try reader.eventsToReplay() { _ = scheduler.handle(event) }
        scheduler.finishReplay()
        for run in scheduler.activeRuns {
            guard let creation = try reader.creation(of: run),
                let pipeline = try reader.definition(of: run)
            else { continue }
            runs[run] = ActiveRun(creation: creation, pipeline: pipeline)
        }
        let recorded = Dictionary(
            try reader.openAttempts().map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        let work = scheduler.outstanding
        for attempt in work.attempts { recover(attempt, recorded[attempt.id]) }
        for timer in work.timers { perform(.setTimer(timer.timer, at: timer.at)) }
        collect()
        commit()
    }

    private func recover(_ attempt: OutstandingAttempt, _ recorded: OpenAttempt?) {
        guard let recorded else {
            // Decided on, but not even intended: nothing can have been started.
            return attempt.mustEnd
                ? receive(.ended(attempt.id, .lost, at: SystemClock.now()))
                : intendAgain(attempt.id)
        }
        let isAlive = shell.adopt(
            attempt.id, process: recorded.process, token: recorded.token, log: recorded.log)
        guard isAlive else {
            AttemptLog.note(
                "lost: spillway ended while this ran, and its process is gone", in: recorded.log)
            return receive(.ended(attempt.id, .lost, at: SystemClock.now()))
        }
        AttemptLog.note("still running after a restart; its exit code is lost", in: recorded.log)
        if !attempt.isStarted {
            handle(
                .attemptStarted(
                    attempt.id, process: recorded.process, at: SystemClock.now()))
        }
        if attempt.mustEnd { shell.terminate(attempt.id) }
    }
}
