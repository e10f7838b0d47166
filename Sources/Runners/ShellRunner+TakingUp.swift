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
        guard attempts.isEmpty, let journal else { return }
        journal.clear()
        if hasOrphans, journal.entries.isEmpty, let home {
            // Not taken away: a guard may still write to it.
            truncate(home.orphansPath, 0)
            hasOrphans = false
        }
    }

    /// What guards have noted by now.
    var orphans: OrphanLog { OrphanLog(home?.orphansPath ?? "") }

    /// Sees to what an earlier runner left: waits for what is alive, notes how what is gone ended.
    func takeUpAll() {
        guard let journal else { return }
        var gone: [(token: String, entry: RunnerJournal.Entry)] = []
        for (token, entry) in journal.entries where entry.known.end == nil {
            if let spare = entry.spare { spares?.rename(number: spare, as: entry.log) }
            let isThisBoot = entry.bootID == ProcessTable.bootID
            if isThisBoot,
                adopt(
                    entry.known.id, process: entry.known.process, token: token, log: entry.log,
                    startedAt: entry.known.begunAt)
            {
                noteAdoption(of: entry, token)
            } else {
                gone.append((token, entry))
            }
        }
        // Read when they were found to be gone: what is noted precedes that.
        takeUp(gone, from: orphans)
        spares?.removeLeftovers()
        journal.sync()
    }

    private func noteAdoption(of entry: RunnerJournal.Entry, _ token: String) {
        let leader = attempts[entry.known.id]?.leader
        attempts[entry.known.id]?.limits = entry.limits
        sampler.begin(hasLimits: entry.limits.needsWatching, at: SystemClock.monotonic())
        journal?.identify(token, leader.flatMap { ProcessTable.identity(of: $0) })
    }

    /// Sees to those of which no process was found.
    private func takeUp(
        _ gone: [(token: String, entry: RunnerJournal.Entry)], from orphans: OrphanLog
    ) {
        hasOrphans = !orphans.isEmpty
        let inOrder = gone.sorted { left, right in
            (orphans.ends[left.token]?.at ?? Instant(microseconds: .max))
                < (orphans.ends[right.token]?.at ?? Instant(microseconds: .max))
        }
        for (token, entry) in inOrder {
            if let end = orphans.ends[token] {
                journal?.end(token, end.outcome, at: end.at, use: end.use)
            } else if let orphan = orphans.alive[token] {
                takeUp(orphan, token, entry)
            } else if let runner = entry.runner, orphans.settled.contains(runner) {
                // All that this runner started is noted: it was killed before it started this one.
                journal?.drop(token)
            } else {
                lose(token, entry)
            }
        }
    }

    /// One that lived when its runner was killed, and was not found by its environment: it has ended
    /// meanwhile, or has not come to its command yet.
    private func takeUp(
        _ orphan: OrphanLog.Orphan, _ token: String, _ entry: RunnerJournal.Entry
    ) {
        let id = entry.known.id
        var attempt = Attempt(
            id: id, leader: orphan.pid, token: token, log: entry.log,
            startedAt: entry.known.begunAt)
        if ProcessTable.isThere(orphan.pid, since: orphan.at) {
            watch(orphan.pid, for: &attempt)
        }
        if !attempt.watched.isEmpty {
            attempts[id] = attempt
            noteAdoption(of: entry, token)
        } else if let end = self.orphans.ends[token] {
            journal?.end(token, end.outcome, at: end.at, use: end.use)
        } else {
            lose(token, entry)
        }
    }

    private func lose(_ token: String, _ entry: RunnerJournal.Entry) {
        AttemptLog.note("lost: its runner ended before it did", in: entry.log)
        journal?.end(token, .lost, at: SystemClock.now())
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
