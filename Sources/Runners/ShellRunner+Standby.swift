import Domain
import Glibc
import SchedulerCore

/// What comes next: launches that begin in the place of what ends.
extension ShellRunner {
    public func standBy(_ launches: [ShellLaunch]) {
        for launch in launches where attempts[launch.id] == nil {
            var missing: Set<AttemptID> = []
            var mayBegin = journal?.knows(launch.token) != true
            for id in launch.after {
                if let hasSucceeded = hasSucceeded(id) {
                    mayBegin = mayBegin && hasSucceeded
                } else {
                    missing.insert(id)
                }
            }
            if mayBegin { standbys.add(launch, missing: missing) }
        }
    }

    public func standDown() { standbys.removeAll() }

    /// Whether somebody stands by.
    var hasStandbys: Bool { !standbys.isEmpty }

    /// Nil of one that has not ended, or whose end was recorded and forgotten.
    private func hasSucceeded(_ id: AttemptID) -> Bool? {
        guard attempts[id] == nil,
            let entry = journal?.entry(of: id), let end = entry.known.end
        else { return nil }
        return end.outcome == .exited(code: 0) && isWithoutOutputs(log: entry.log)
    }

    /// What others are to be given, only the engine can tell them.
    private func isWithoutOutputs(log: String) -> Bool {
        !emptyFolders.mayHold(OutputPath.of(log: log))
    }

    /// An attempt has ended: begins what stands by for its place, and tells of both.
    func tell(_ attempt: Attempt, _ outcome: AttemptOutcome, at: Instant) {
        var mayHandOver = true
        if !standbys.isEmpty {
            let hasSucceeded = outcome == .exited(code: 0)
            let isGood = hasSucceeded && isWithoutOutputs(log: attempt.log)
            // What comes after it is to be given what it wrote, and may be what comes next.
            mayHandOver = isGood || !hasSucceeded || !standbys.areThere(after: attempt.id)
            standbys.note(attempt.id, hasSucceeded: isGood)
        }
        var next: ShellLaunch?
        var refusal: String?
        // On a full disk nothing new begins; the engine sees to it.
        if !standbys.isEmpty, journal?.hasRoom == false { standDown() }
        if mayHandOver, let lane = attempt.place?.lane, let launch = standbys.takeNext(of: lane) {
            switch begin(launch, inPlaceOf: attempt.token) {
            case .begun: next = launch
            case .refused(let reason): (next, refusal) = (launch, reason)
            case .isKnown: break
            // The engine will try it, and hear why it cannot be.
            case .held: standDown()
            }
        }
        journal?.release()
        guard let next else { return events.append(.ended(attempt.id, outcome, at: at)) }
        events.append(
            .handedOver(attempt.id, outcome, to: next.id, token: next.token, at: at))
        if let refusal {
            standbys.note(next.id, hasSucceeded: false)
            refuse(next.id, refusal)
        }
    }
}
