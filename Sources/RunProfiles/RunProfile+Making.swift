public import Domain
import SchedulerCore

extension RunProfile {
    /// Works out where the time of a run went. O(events + tasks + needs), and the runs before.
    ///
    /// - Parameters:
    ///   - past: runs of the same pipeline that succeeded before it, newest first.
    ///   - capacity: slots there are over all pipelines; nil where nobody knows.
    ///   - now: counts where the run has not ended.
    public init(_ record: RunRecord, past: [PastRun], capacity: Int?, at now: Instant) {
        run = record.run
        let start = record.run.startedAt ?? record.run.createdAt
        let end = record.run.endedAt ?? max(now, start)
        (until, elapsed) = (end, end.since(start))
        let timeline = RunTimeline(record, until: end)
        var attempts: [TaskID: [AttemptRow]] = [:]
        for attempt in record.attempts { attempts[attempt.id.task, default: []].append(attempt) }
        let spreads = Self.spreads(of: past)
        let numbers = PlanNumbers.of(record.plan)
        tasks = record.tasks.map { row in
            let number = numbers[row.id.instanceParts?.task ?? row.id]
            var task = TaskProfile(
                id: row.id, state: row.state, group: row.group,
                pool: number.map { record.plan.tasks[$0].pool } ?? .standard)
            if let track = timeline.tracks[row.id] {
                task.stretches = track.stretches
                (task.readyAt, task.startedAt) = (track.readyAt, track.startedAt)
                task.endedAt = row.state.isSettled ? track.endedAt : nil
            }
            task.attempts = attempts[row.id] ?? []
            task.past = spreads[row.id]
            return task
        }
        let path = CriticalPath(record.plan, tasks, start: start, until: end)
        criticalPath = path.steps
        for number in record.plan.tasks.indices where number < tasks.count {
            tasks[number].slack = path.slack[number]
        }
        let critical = Set(path.steps.map(\.task))
        for index in tasks.indices { tasks[index].isCritical = critical.contains(tasks[index].id) }
        slots = SlotUse(record.plan, tasks, capacity: capacity, start: start, until: end)
        self.past = Spread(past.map(\.elapsed)).map {
            RunSpread(elapsed: $0, runs: past.map(\.run))
        }
        estimate =
            record.run.state.isSettled
            ? nil : RunEstimate(record.plan, tasks, capacity: capacity, at: end)
        for index in tasks.indices {
            let number = numbers[tasks[index].id]
            let cause = number.flatMap { path.causes[$0] }.map { record.plan.tasks[$0].id }
            tasks[index].waits = Self.waits(of: tasks[index], cause: cause, from: start)
        }
    }

    private static func spreads(of past: [PastRun]) -> [TaskID: Spread] {
        var values: [TaskID: [Span]] = [:]
        for run in past {
            for (task, length) in run.tasks { values[task, default: []].append(length) }
        }
        return values.compactMapValues { Spread($0) }
    }

    private static func waits(
        of task: TaskProfile, cause: TaskID?, from start: Instant
    ) -> [TaskWait] {
        var waits: [TaskWait] = []
        func add(_ reason: TaskWait.Reason, _ length: Span) {
            if length > .zero { waits.append(TaskWait(reason: reason, length: length)) }
        }
        // What an instance waited for, its task tells.
        if let ready = task.readyAt, ready > start, task.id.instanceParts == nil {
            add(cause.map { .task($0) } ?? .run, ready.since(start))
        }
        add(.slot(task.pool), task.waitingTime)
        add(.retry, task.retryingTime)
        add(
            .condition,
            task.stretches.reduce(.zero) { $1.kind == .deferred ? $0 + $1.length : $0 })
        return waits.sorted { $0.length > $1.length }
    }
}
