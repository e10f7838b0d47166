import Domain
import Runners
import SchedulerCore
import Store

/// Leaving out what has not changed since it last succeeded.
extension EngineCore {
    /// Whether the task need not run; its attempt ends at once then.
    func isUnchanged(_ task: RenderedTask, _ id: AttemptID, _ intent: AttemptIntent) -> Bool {
        guard let fingerprint = task.fingerprint, let run = runs[id.run] else { return false }
        let isThere = task.products.allSatisfy { FilePattern.exists($0) }
        if isThere, beside.records.fingerprint(of: id.task, run.creation.pipeline) == fingerprint {
            AttemptLog.note("left out: its inputs and its command are as they were", in: intent.log)
            receive(.started(id, process: nil, at: SystemClock.now()))
            receive(.ended(id, .unchanged, at: SystemClock.now()))
            return true
        }
        // Until it has succeeded again, nothing that it made is to be relied on.
        beside.records.forget(id.task, run.creation.pipeline)
        beside.fingerprints[id] = fingerprint
        return false
    }

    /// An attempt has ended: remembers what it depended on where it succeeded.
    func noteFingerprint(of id: AttemptID, _ outcome: AttemptOutcome) {
        guard !beside.fingerprints.isEmpty,
            let fingerprint = beside.fingerprints.removeValue(forKey: id),
            case .exited(code: 0) = outcome, let run = runs[id.run]
        else { return }
        beside.records.set(fingerprint, of: id.task, run.creation.pipeline)
    }
}
