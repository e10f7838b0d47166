import Domain
import SchedulerCore

/// When each task of a run came to be ready, ran, paused and settled.
///
/// The events are lived through once more by the scheduler's own machine with no slots to give: so
/// every task is told as waiting from the very moment that its rule let it run, whatever the rule, and
/// begins when the events say that it began.
struct RunTimeline {
    struct Track {
        var stretches: [TaskStretch] = []
        var readyAt: Instant?
        var startedAt: Instant?
        var endedAt: Instant?
        fileprivate var open: TaskStretch?
        /// Cleared: what comes next counts anew.
        fileprivate var isAnew = true

        fileprivate mutating func begin(_ kind: TaskStretch.Kind, at: Instant, attempt: Int? = nil)
        {
            if let open, open.kind == kind, open.attempt == attempt { return }
            close(at: at)
            open = TaskStretch(kind: kind, start: at, end: at, attempt: attempt)
            if isAnew { (readyAt, startedAt, endedAt, isAnew) = (at, nil, nil, false) }
            if kind != .waiting, startedAt == nil { startedAt = at }
        }

        fileprivate mutating func close(at: Instant) {
            guard var last = open else { return }
            open = nil
            last.end = max(last.start, at)
            if last.end > last.start || last.kind == .running { stretches.append(last) }
        }
    }

    private(set) var tracks: [TaskID: Track] = [:]

    /// - Parameter until: the end of what goes on.
    init(_ record: RunRecord, until: Instant) {
        let mapped = Set(
            record.plan.flows.filter { $0.value.mapping != nil }.map {
                record.plan.tasks[$0.key].id
            })
        var scheduler = Scheduler(limits: SchedulerLimits(parallelism: 0), isReplaying: true)
        for event in record.events {
            if case .tasksCleared(_, let tasks, _, _) = event {
                for task in tasks { tracks[task]?.isAnew = true }
            }
            for change in scheduler.handle(event).changes {
                guard case .taskState(_, let task, let state, let detail) = change else { continue }
                note(task, state, detail, isMapped: mapped.contains(task))
            }
        }
        let start = record.run.startedAt ?? record.run.createdAt
        for task in tracks.keys { finish(task, start: start, until: until) }
    }

    private mutating func note(
        _ task: TaskID, _ state: TaskState, _ detail: TaskDetail, isMapped: Bool
    ) {
        var track = tracks.removeValue(forKey: task) ?? Track()
        defer { tracks[task] = track }
        let at = detail.at
        switch state {
        case .scheduled: track.begin(.waiting, at: at)
        case .queued, .running:
            track.begin(.running, at: at, attempt: isMapped ? nil : detail.attemptCount)
        case .deferred: track.begin(.deferred, at: at, attempt: detail.attemptCount)
        case .upForRetry: track.begin(.retrying, at: at)
        case .none: track.close(at: at)
        case .restarting, .upForReschedule: break
        case .success, .skipped, .failed, .upstreamFailed, .removed:
            track.close(at: at)
            if track.isAnew { (track.readyAt, track.startedAt) = (nil, nil) }
            track.endedAt = at
            track.isAnew = false
        }
    }

    /// Ends what goes on, and leaves out what lies before the run's start.
    private mutating func finish(_ task: TaskID, start: Instant, until: Instant) {
        guard var track = tracks[task] else { return }
        track.close(at: until)
        track.stretches = track.stretches.compactMap { stretch in
            guard stretch.kind == .waiting, stretch.start < start else { return stretch }
            if stretch.end <= start { return nil }
            var rest = stretch
            rest.start = start
            return rest
        }
        if let ready = track.readyAt, ready < start, track.endedAt.map({ $0 > start }) ?? true {
            track.readyAt = start
        }
        tracks[task] = track
    }
}
