import CProcess
import Domain
import Glibc
import Runners

/// Knows when schedules are due: a timer on the wall clock that also wakes when the clock is set.
///
/// A tick that was missed, because the machine slept or the clock was set, gives one run: for the
/// latest of them.
final class ScheduleTicker {
    private struct Entry {
        var scheduled: ScheduledPipeline
        var next: Instant?
    }

    /// Readable when ``takeDue(at:)`` wants to be called.
    let descriptor: Int32
    private var entries: [PipelineName: Entry] = [:]

    /// How many missed ticks are gone through one by one to find the latest.
    private static let missedLimit = 10_000

    init() throws(RunnerError) {
        descriptor = spillway_wall_timer()
        guard descriptor >= 0 else { throw .system(call: "timerfd_create", code: errno) }
    }

    deinit { close(descriptor) }

    /// Follows these schedules from `now` on; one that was followed already and is the same keeps
    /// its next tick.
    func set(_ pipelines: [ScheduledPipeline], now: Instant) {
        var updated: [PipelineName: Entry] = [:]
        for scheduled in pipelines {
            let known = entries[scheduled.pipeline.name]
            let isSame =
                known?.scheduled.pipeline.schedule == scheduled.pipeline.schedule
                && known?.scheduled.pipeline.timezone == scheduled.pipeline.timezone
                && known?.scheduled.pipeline.startDate == scheduled.pipeline.startDate
                && known?.scheduled.pipeline.endDate == scheduled.pipeline.endDate
            let next = isSame ? known?.next : Self.next(scheduled, after: now)
            updated[scheduled.pipeline.name] = Entry(scheduled: scheduled, next: next)
        }
        entries = updated
        arm()
    }

    /// The next tick of each pipeline that has one.
    var nextTicks: [PipelineName: Instant] { entries.compactMapValues(\.next) }

    /// The pipelines that are due with the tick to be run, by name; sets the timer anew.
    func takeDue(at now: Instant) -> [(pipeline: Pipeline, tick: Instant)] {
        var expirations: UInt64 = 0
        let wasSet =
            read(descriptor, &expirations, MemoryLayout<UInt64>.size) < 0 && errno == ECANCELED
        var due: [(Pipeline, Instant)] = []
        for (name, entry) in entries.sorted(by: { $0.key < $1.key }) {
            if let tick = entry.next, tick <= now {
                due.append(
                    (entry.scheduled.pipeline, Self.latest(entry.scheduled, from: tick, now)))
                entries[name]?.next = Self.next(entry.scheduled, after: now)
            } else if wasSet {
                entries[name]?.next = Self.next(entry.scheduled, after: now)
            }
        }
        arm()
        return due
    }

    private func arm() {
        guard let next = entries.values.compactMap(\.next).min() else {
            _ = spillway_wall_timer_set(descriptor, 0, 0)
            return
        }
        // Zero would disarm the timer; everything before 1970 is due at once as well.
        let micros = max(1, next.microseconds)
        _ = spillway_wall_timer_set(
            descriptor, micros / 1_000_000, micros % 1_000_000 * 1_000)
    }

    private static func latest(
        _ scheduled: ScheduledPipeline, from tick: Instant, _ now: Instant
    ) -> Instant {
        var latest = tick
        for _ in 0..<missedLimit {
            guard let following = next(scheduled, after: latest), following <= now else { break }
            latest = following
        }
        return latest
    }

    private static func next(
        _ scheduled: ScheduledPipeline, after instant: Instant
    ) -> Instant? {
        var after = instant
        if let start = scheduled.pipeline.startDate {
            after = max(after, start.advanced(by: Span(microseconds: -1)))
        }
        guard let tick = scheduled.nextTick(after), tick > after else { return nil }
        if let end = scheduled.pipeline.endDate, tick > end { return nil }
        return tick
    }
}
