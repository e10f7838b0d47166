import CProcess
import Domain
import Glibc
import SchedulerCore

/// What guards noted of those whose runner was killed.
struct OrphanLog {
    struct End {
        var outcome: AttemptOutcome
        var at: Instant
        var use: ResourceUse
    }

    struct Orphan {
        var pid: Int32
        /// When its runner was gone.
        var at: Instant
    }

    private(set) var ends: [String: End] = [:]
    /// Those that lived when their runner was killed, ended or not.
    private(set) var alive: [String: Orphan] = [:]
    /// Names of runners of which all is noted that they left.
    private(set) var settled: Set<String> = []

    var isEmpty: Bool { ends.isEmpty && alive.isEmpty && settled.isEmpty }

    /// Reads the file as it is now; empty where there is none.
    init(_ path: String) {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return }
        defer { close(file) }
        var record = spillway_orphan()
        var number: Int64 = 0
        while spillway_orphan_read(file, number, &record) == 1 {
            take(record)
            number += 1
        }
    }

    private mutating func take(_ record: spillway_orphan) {
        let token = withUnsafeBytes(of: record.token) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        let at = Instant(microseconds: record.at_us)
        switch Int(record.kind) {
        case SPILLWAY_ORPHAN_ENDED:
            let outcome: AttemptOutcome =
                record.is_signalled != 0
                ? .signalled(number: record.value) : .exited(code: record.value)
            ends[token] = End(
                outcome: outcome, at: at, use: ResourceUse(record.use))
        case SPILLWAY_ORPHAN_LIVES: alive[token] = Orphan(pid: record.pid, at: at)
        case SPILLWAY_ORPHANS_SETTLED: settled.insert(token)
        default: break
        }
    }
}
