public import Domain
import Glibc
public import SchedulerCore

/// What was begun before, by this runner or an earlier one.
extension ShellRunner {
    public func takeUp(_ id: AttemptID, token: String, log: String) -> KnownAttempt? {
        journal?.entries[token].flatMap { $0.known.id == id ? $0.known : nil }
    }

    public func takeUpSuccessor(of token: String) -> KnownAttempt? {
        journal?.entries.values.first { $0.known.predecessor == token }?.known
    }

    /// All that was begun and is not to be forgotten.
    var known: [KnownAttempt] { journal?.entries.values.map(\.known) ?? [] }

    public func forget(tokens: [String]) {
        journal?.forget(tokens)
        if attempts.isEmpty { journal?.clear() }
    }

    /// Sees to what an earlier runner left: waits for what is alive, notes what is gone as lost.
    func takeUpAll() {
        guard let journal else { return }
        for (token, entry) in journal.entries where entry.known.end == nil {
            if let spare = entry.spare { spares?.rename(number: spare, as: entry.log) }
            let isThisBoot = entry.bootID == ProcessTable.bootID
            if isThisBoot,
                adopt(
                    entry.known.id, process: entry.known.process, token: token, log: entry.log,
                    startedAt: entry.known.begunAt)
            {
                let leader = attempts[entry.known.id]?.leader
                attempts[entry.known.id]?.limits = entry.limits
                sampler.begin(
                    hasLimits: entry.limits.needsWatching, at: SystemClock.monotonic())
                journal.identify(token, leader.flatMap { ProcessTable.identity(of: $0) })
            } else {
                AttemptLog.note("lost: its runner ended before it did", in: entry.log)
                journal.end(token, .lost, at: SystemClock.now())
            }
        }
        spares?.removeLeftovers()
        journal.sync()
    }

    /// Waits for a process that an earlier owner started. How it ends can be had from the kernel in
    /// most cases, see `spillway_exit_status`; where not, or where it is known by what it left running
    /// alone, it ends as `lost`. False, and nothing done, where no process of it is alive.
    public func adopt(
        _ id: AttemptID, process: ProcessIdentity?, token: String, log: String,
        startedAt: Instant = SystemClock.now()
    ) -> Bool {
        var leader: Int32?
        if let process, ProcessTable.isAlive(process) { leader = process.pid }
        guard let pid = leader ?? ProcessTable.leader(withToken: token) else { return false }
        var attempt = Attempt(
            id: id, leader: pid, token: token, log: log, startedAt: startedAt)
        // The shell is the one that leads its group; without it its code is gone.
        if !ProcessTable.isLeader(pid) { attempt.outcome = .lost }
        for member in ProcessTable.members(of: pid, token: token) {
            watch(member, for: &attempt)
        }
        guard !attempt.watched.isEmpty else { return false }
        attempts[id] = attempt
        return true
    }
}
