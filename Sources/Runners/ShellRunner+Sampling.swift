import Domain
import Glibc
import SchedulerCore

/// Which of its limits an attempt went over.
struct LimitExcess {
    var isOfMemory: Bool
    /// For people.
    var text: String
}

/// What attempts use, and what becomes of those that use too much.
extension ShellRunner {
    /// Looks at the processes of all attempts where it is time for that.
    func takeSamples(_ now: Span) {
        if let due = sampler.lookAt, due <= now {
            lookAtAll()
            sampler.looked(
                from: now, to: SystemClock.monotonic(), goesOn: !attempts.isEmpty)
        }
        if let due = sampler.watchAt, due <= now {
            let limited = attempts.values.filter(\.limits.needsWatching)
            for attempt in limited { watchLimits(of: attempt.id) }
            sampler.watched(
                from: now, to: SystemClock.monotonic(), goesOn: !limited.isEmpty)
        }
    }

    private func lookAtAll() {
        var known: [Int32: (leader: Int32, startTicks: UInt64)] = [:]
        for attempt in attempts.values {
            for (pid, start) in attempt.meter.members { known[pid] = (attempt.leader, start) }
        }
        let found = AttemptSampler.processes(
            of: Set(attempts.values.map(\.leader)), known: known)
        for attempt in Array(attempts.values) {
            guard let processes = found[attempt.leader] else { continue }
            take(processes, of: attempt.id)
            tellUse(of: attempt.id)
        }
    }

    /// Reads the known processes of one attempt again, and the children of its shell.
    private func watchLimits(of id: AttemptID) {
        guard let attempt = attempts[id] else { return }
        var pids = Set(attempt.meter.members.keys)
        pids.insert(attempt.leader)
        for pid in pids { pids.formUnion(ProcessTable.children(of: pid)) }
        // A pid that is another's by now has another start.
        let processes = pids.compactMap { ProcessSample(pid: $0) }.filter { process in
            attempt.meter.members[process.pid].map { $0 == process.startTicks } ?? true
        }
        take(processes, of: id)
    }

    private func take(_ processes: [ProcessSample], of id: AttemptID) {
        guard var attempt = attempts[id] else { return }
        var memory = processes.reduce(0) { $0 + $1.residentBytes }
        // What is shared counts for each in the kernel's short answer; the long one is asked for only
        // where it makes a difference.
        let most = min(attempt.meter.use?.peakMemory ?? 0, attempt.limits.memory ?? .max)
        if processes.count > 1, memory > most + most / 16 {
            memory = processes.reduce(0) { $0 + ($1.proportionalBytes ?? $1.residentBytes) }
        }
        var detailed = processes
        for index in detailed.indices { detailed[index].readDetails() }
        attempt.meter.take(detailed, memory: memory)
        attempts[id] = attempt
        holdToLimits(id, memory: memory)
    }

    private func holdToLimits(_ id: AttemptID, memory: Int64) {
        guard let attempt = attempts[id], attempt.limits.needsWatching, attempt.excess == nil else {
            return
        }
        if let limit = attempt.limits.memory, memory > limit {
            attempts[id]?.excess = LimitExcess(
                isOfMemory: true,
                text: "ended at its limit of \(MemoryText.text(limit)) of memory: "
                    + "it had \(MemoryText.text(memory))")
        } else if let limit = attempt.limits.cpuTime, let used = attempt.meter.use?.cpuTime,
            used > limit
        {
            attempts[id]?.excess = LimitExcess(
                isOfMemory: false,
                text: "ended at its limit of \(limit.durationText) of processor time: "
                    + "it used \(used.humanText)")
        }
        guard let excess = attempts[id]?.excess else { return }
        AttemptLog.note(excess.text, in: nameOfLog(of: id))
        // Memory is wanted back before others go without: no time for a farewell.
        if excess.isOfMemory { killNow(id) } else { terminate(id) }
    }

    /// Tells what an attempt has used so far; the longer it runs, the more seldom.
    private func tellUse(of id: AttemptID) {
        guard let attempt = attempts[id], let use = attempt.meter.use else { return }
        let now = SystemClock.now()
        let age = now.since(attempt.startedAt)
        let pause = max(Span.seconds(5), Span(microseconds: age.microseconds / 10))
        guard now.since(attempt.toldUseAt ?? attempt.startedAt) >= pause else { return }
        attempts[id]?.toldUseAt = now
        tell(.measured(id, use))
    }
}
