import CProcess
import Domain
import Glibc
import Runners
import SchedulerCore

/// Knows when schedules make runs: the planner, and a timer on the wall clock that also wakes when
/// the clock is set. Sleep of the machine is no time of its own: the wall clock goes on meanwhile,
/// and what has become due by then fires as soon as the machine is awake.
final class ScheduleTicker {
    /// Readable when ``acknowledge()`` wants to be called.
    let descriptor: Int32
    /// Whether runs may have become due.
    private(set) var wantsLook = false
    private var clockWasSet = false
    private var planner = SchedulePlanner()
    private var pipelines: [PipelineName: Pipeline] = [:]

    init() throws(RunnerError) {
        descriptor = spillway_wall_timer()
        guard descriptor >= 0 else { throw .system(call: "timerfd_create", code: errno) }
        arm()
    }

    deinit { close(descriptor) }

    /// Follows these schedules from `now` on and no others; `past` is asked of those that were not
    /// followed before. One whose timetable is the same keeps what is known of it.
    func set(
        _ scheduled: [ScheduledPipeline], now: Instant,
        past: (PipelineName) throws -> SchedulePlanner.Past
    ) rethrows {
        let entries = scheduled.map { scheduled in
            // Of continuous runs one follows the other.
            let isContinuous = scheduled.timetable.ticks == .continuous
            return SchedulePlanner.Entry(
                name: scheduled.pipeline.name, timetable: scheduled.timetable,
                maxActiveRuns: isContinuous ? 1 : scheduled.pipeline.maxActiveRuns)
        }
        try planner.follow(entries, at: now, past: past)
        pipelines = Dictionary(
            scheduled.map { ($0.pipeline.name, $0.pipeline) }, uniquingKeysWith: { $1 })
        wantsLook = true
    }

    /// When the next run of each pipeline that has one is made.
    var nextTicks: [PipelineName: Instant] { planner.nextRuns.mapValues(\.runAfter) }

    /// The timer has fired, or the clock was set.
    func acknowledge() {
        var expirations: UInt64 = 0
        if read(descriptor, &expirations, MemoryLayout<UInt64>.size) < 0, errno == ECANCELED {
            clockWasSet = true
        }
        wantsLook = true
    }

    /// The runs that are due, by pipeline and date; sets the timer anew.
    func takeDue(at now: Instant) -> [(pipeline: Pipeline, run: PlannedRun)] {
        if clockWasSet { planner.clockWasSet(to: now) }
        (clockWasSet, wantsLook) = (false, false)
        let due = planner.takeDue(at: now).compactMap { name, run in
            pipelines[name].map { (pipeline: $0, run: run) }
        }
        arm()
        return due
    }

    /// A run was made otherwise, or opened again.
    func began(_ pipeline: PipelineName) { planner.began(pipeline) }

    /// A run has ended, or one that was due could not be made.
    func settled(_ pipeline: PipelineName) {
        planner.settled(pipeline)
        wantsLook = true
    }

    func setPaused(_ pipeline: PipelineName, _ isPaused: Bool) {
        planner.setPaused(pipeline, isPaused)
        wantsLook = true
    }

    private func arm() {
        // Far off where nothing comes: an armed timer tells when the clock is set or the machine
        // wakes. Zero would disarm it; everything before 1970 is due at once as well.
        let next = planner.nextWake ?? Instant(seconds: 1 << 40)
        let micros = max(1, next.microseconds)
        _ = spillway_wall_timer_set(
            descriptor, micros / 1_000_000, micros % 1_000_000 * 1_000)
    }
}
