import Domain
import Glibc

/// Decides when the processes of attempts are looked at, and finds out which are whose.
///
/// All of `/proc` is read once for all attempts together, at most once a second, and so seldom that it
/// takes no more than half a percent of a processor, however many processes the machine has. Between
/// two such looks only the known processes of attempts with limits are read again.
struct AttemptSampler {
    /// When all processes are to be looked at next, by the monotonic clock; nil: not at all.
    private(set) var lookAt: Span?
    /// The same for the known ones of attempts with limits.
    private(set) var watchAt: Span?

    static let interval = Span.seconds(1)
    private static let watchInterval = Span.milliseconds(100)
    /// How much longer the pause is than the look before it took.
    private static let share: Int64 = 200
    private static let watchShare: Int64 = 20
    /// On a busy machine a look takes long by the clock; limits are held to all the same.
    private static let longestWatchPause = Span.milliseconds(300)

    var nextDeadline: Span? {
        guard let lookAt else { return watchAt }
        return watchAt.map { min($0, lookAt) } ?? lookAt
    }

    /// An attempt has lasted a moment: it will be looked at.
    mutating func begin(hasLimits: Bool, at now: Span) {
        if lookAt == nil { lookAt = now + Self.interval }
        if hasLimits, watchAt == nil { watchAt = now + Self.watchInterval }
    }

    mutating func looked(from start: Span, to end: Span, goesOn: Bool) {
        lookAt = goesOn ? end + max(Self.interval, Self.pause(start, end, Self.share)) : nil
    }

    mutating func watched(from start: Span, to end: Span, goesOn: Bool) {
        let pause = max(Self.watchInterval, Self.pause(start, end, Self.watchShare))
        watchAt = goesOn ? end + min(pause, Self.longestWatchPause) : nil
    }

    private static func pause(_ start: Span, _ end: Span, _ share: Int64) -> Span {
        Span(microseconds: max(0, end.microseconds - start.microseconds) * share)
    }

    /// All processes of the machine by the leader of the attempt that they belong to.
    ///
    /// A process belongs to the attempt whose leader leads its group or session, or to that of its
    /// parent, or to the one it belonged to at the last look.
    ///
    /// - Parameter known: the leader by pid, and when that process began.
    static func processes(
        of leaders: Set<Int32>, known: [Int32: (leader: Int32, startTicks: UInt64)]
    ) -> [Int32: [ProcessSample]] {
        var samples: [Int32: ProcessSample] = [:]
        for pid in ProcessTable.allPIDs() { samples[pid] = ProcessSample(pid: pid) }
        let own = getpid()
        var owners: [Int32: Int32] = [:]
        var strangers: Set<Int32> = [own]
        func owner(_ pid: Int32, _ depth: Int) -> Int32? {
            if let found = owners[pid] { return found }
            if strangers.contains(pid) { return nil }
            guard let sample = samples[pid], depth < 1_000 else { return nil }
            var found: Int32?
            if leaders.contains(pid) {
                found = pid
            } else if leaders.contains(sample.group) {
                found = sample.group
            } else if leaders.contains(sample.session) {
                found = sample.session
            } else if let last = known[pid], last.startTicks == sample.startTicks {
                found = last.leader
            } else if sample.parent > 1 {
                found = owner(sample.parent, depth + 1)
            }
            if let found { owners[pid] = found } else { strangers.insert(pid) }
            return found
        }
        var groups: [Int32: [ProcessSample]] = [:]
        for pid in samples.keys {
            guard let leader = owner(pid, 0), let sample = samples[pid] else { continue }
            groups[leader, default: []].append(sample)
        }
        return groups
    }
}
