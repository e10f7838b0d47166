public import Domain

/// Decides which runs schedules make, and when: events in (followed, made, settled, paused, the
/// time), runs out. No clock in here.
///
/// A run is made when its time has come, its pipeline is not paused, and fewer than
/// `max_active_runs` runs of the pipeline are active; what has to wait is made later, oldest first,
/// as the timetable's catch-up says. Whoever makes the runs takes them from ``takeDue(at:)`` and
/// tells of each end with ``settled(_:)``.
///
/// The clock may step: a step forwards makes missed ticks due at once; a step backwards never makes
/// a run a second time, as each follows the last one made. O(pipelines) for `takeDue`, and for
/// ``nextWake`` O(1) a pipeline.
public struct SchedulePlanner: Sendable {
    /// A pipeline whose schedule is followed.
    public struct Entry: Hashable, Sendable {
        public var name: PipelineName
        public var timetable: Timetable
        /// How many runs may be active at once; a negative number is no limit.
        public var maxActiveRuns: Int

        public init(name: PipelineName, timetable: Timetable, maxActiveRuns: Int) {
            self.name = name
            self.timetable = timetable
            self.maxActiveRuns = maxActiveRuns
        }
    }

    /// What is known of a pipeline from its past.
    public struct Past: Hashable, Sendable {
        /// Logical date of the newest run made by the schedule.
        public var last: Instant?
        public var activeRuns: Int
        public var isPaused: Bool

        public init(last: Instant? = nil, activeRuns: Int = 0, isPaused: Bool = false) {
            self.last = last
            self.activeRuns = activeRuns
            self.isPaused = isPaused
        }
    }

    private struct Track: Sendable {
        var entry: Entry
        var past: Past
        /// When it began to be followed, by a clock that may have been set back meanwhile.
        var since: Instant
        /// The run that comes next, as it was last seen.
        var next: PlannedRun?

        /// Whether a run would be made if one were due.
        var isOpen: Bool {
            !past.isPaused && hasRoom(for: past.activeRuns, of: entry.maxActiveRuns)
        }

        func isDue(at now: Instant) -> Bool { next.map { $0.runAfter <= now } ?? false }

        mutating func look(at now: Instant) {
            next = entry.timetable.nextRun(after: past.last, now: now, since: since)
        }
    }

    private var tracks: [PipelineName: Track] = [:]

    public init() {}

    /// Follows these pipelines from now on and no others. One that is followed already keeps what
    /// is known of it; `past` is asked of the others.
    public mutating func follow(
        _ entries: [Entry], at now: Instant, past: (PipelineName) throws -> Past
    ) rethrows {
        var updated: [PipelineName: Track] = [:]
        for entry in entries {
            if let known = tracks[entry.name] {
                var track = known
                track.entry = entry
                if known.entry.timetable != entry.timetable { track.look(at: now) }
                updated[entry.name] = track
            } else {
                var track = Track(entry: entry, past: try past(entry.name), since: now)
                track.look(at: now)
                updated[entry.name] = track
            }
        }
        tracks = updated
    }

    /// The runs that are to be made at `now`, by pipeline and then by date. They count as active
    /// from now on.
    public mutating func takeDue(at now: Instant) -> [(pipeline: PipelineName, run: PlannedRun)] {
        var due: [(pipeline: PipelineName, run: PlannedRun)] = []
        let names = tracks.filter { $0.value.isOpen && $0.value.isDue(at: now) }.keys.sorted()
        for name in names {
            guard var track = tracks.removeValue(forKey: name) else { continue }
            // What was seen as the next run may have been overtaken by newer ones meanwhile.
            track.look(at: now)
            while track.isOpen, track.isDue(at: now), let run = track.next {
                due.append((name, run))
                track.past.last = run.logicalDate
                track.past.activeRuns += 1
                track.look(at: now)
            }
            tracks[name] = track
        }
        return due
    }

    /// A run that was to be made could not be, or a run has ended.
    public mutating func settled(_ pipeline: PipelineName) {
        guard let active = tracks[pipeline]?.past.activeRuns, active > 0 else { return }
        tracks[pipeline]?.past.activeRuns = active - 1
    }

    /// A run was made otherwise than by the schedule, or opened again.
    public mutating func began(_ pipeline: PipelineName) {
        tracks[pipeline]?.past.activeRuns += 1
    }

    public mutating func setPaused(_ pipeline: PipelineName, _ isPaused: Bool) {
        tracks[pipeline]?.past.isPaused = isPaused
    }

    /// The clock was set: looks anew at what comes next.
    public mutating func clockWasSet(to now: Instant) {
        tracks = tracks.mapValues { track in
            var track = track
            track.since = min(track.since, now)
            track.look(at: now)
            return track
        }
    }

    /// When to ask again; nil while no clock can make a run due.
    public var nextWake: Instant? {
        tracks.values.compactMap { $0.isOpen ? $0.next?.runAfter : nil }.min()
    }

    /// The next run of each pipeline that has one, paused ones included.
    public var nextRuns: [PipelineName: PlannedRun] { tracks.compactMapValues(\.next) }

    /// The pipelines whose newest run lies in the future by more than its own distance to the next:
    /// the clock was set back, and their schedules wait until it has caught up.
    public func waitingForClock(at now: Instant) -> [PipelineName] {
        tracks.filter { _, track in
            guard let last = track.past.last else { return false }
            return track.entry.timetable.tick(ofLogicalDate: last) > now.advanced(by: .seconds(60))
        }.keys.sorted()
    }
}
