import CProcess
import Glibc

/// The process behind a runner that keeps its tasks should it be killed: it inherits them, and notes
/// how they end in `orphans.log` of the state folder.
///
/// A killed parent takes the exit codes of its children with it: whoever ended while no runner was
/// there would be lost. The guard does nothing but wait, so nothing but its own kill ends it. Worker and
/// guard share a table: whom the runner started for which token, and how it ended where the runner
/// reaped it and had not noted it yet.
struct RunnerGuard {
    /// Of the runner it guards.
    let name: String

    /// Splits this process, see `spillway_guard`; nil where it goes on without a guard.
    ///
    /// What an earlier runner left is noted when this returns.
    ///
    /// - Throws: ``RunnerError/occupied`` where a runner works on the folder.
    static func begin(_ home: RunnerHome) throws(RunnerError) -> RunnerGuard? {
        guard !isOccupied(home) else { throw .occupied }
        let name = String(UInt64.random(in: .min ... .max), radix: 16)
        let folder = home.openFolder()
        let lock = open(
            home.guardPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        defer { if folder >= 0 { close(folder) } }
        guard folder >= 0, lock >= 0 else { return nil }
        // The lock stays open with the worker: it is free when both are gone, or the guard is ready.
        guard waitFor(lock), spillway_guard(name, folder, RunnerHome.orphansName, lock) == 0 else {
            close(lock)
            return nil
        }
        return RunnerGuard(name: name)
    }

    func takeSlot(_ token: String) -> Int32 { spillway_slot_take(token) }

    /// How long a guard that must have come to its end by then may take.
    private static let patience: Int32 = 500

    private static func waitFor(_ lock: Int32) -> Bool {
        for _ in 0..<patience {
            if spillway_lock(lock) == 0 { return true }
            guard errno == EWOULDBLOCK else { return false }
            // Nothing tells of a lock that became free but another look.
            poll(nil, 0, 1)
        }
        return false
    }

    private static func isOccupied(_ home: RunnerHome) -> Bool {
        let journal = open(home.journalPath, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard journal >= 0 else { return false }
        defer { close(journal) }
        guard spillway_lock(journal) == 0 else { return errno == EWOULDBLOCK }
        spillway_unlock(journal)
        return false
    }
}
