public import Domain

/// What changed from one run to another: of the whole, and of each task.
public struct RunComparison: Hashable, Sendable {
    public var before: RunRow
    public var after: RunRow
    public var elapsedBefore: Span
    public var elapsedAfter: Span
    /// Those of the later run in its order, then those that only the earlier one had. Mapped tasks as a
    /// whole.
    public var tasks: [TaskChange]

    public init(_ before: RunProfile, _ after: RunProfile) {
        (self.before, self.after) = (before.run, after.run)
        (elapsedBefore, elapsedAfter) = (before.elapsed, after.elapsed)
        let old = Self.measures(before)
        let new = Self.measures(after)
        let oldByID = Dictionary(old.map { ($0.id, $0.measures) }, uniquingKeysWith: { $1 })
        tasks = new.map { TaskChange(id: $0.id, before: oldByID[$0.id], after: $0.measures) }
        let known = Set(new.map(\.id))
        tasks += old.filter { !known.contains($0.id) }.map {
            TaskChange(id: $0.id, before: $0.measures, after: nil)
        }
    }

    private static func measures(
        _ profile: RunProfile
    ) -> [(id: TaskID, measures: TaskMeasures)] {
        var uses: [TaskID: ResourceUse] = [:]
        var attempts: [TaskID: Int] = [:]
        for task in profile.tasks {
            let id = task.id.instanceParts?.task ?? task.id
            attempts[id, default: 0] += task.attempts.count
            if let use = task.use { uses[id] = uses[id].map { $0 + use } ?? use }
        }
        return profile.tasks.filter { $0.id.instanceParts == nil }.map { task in
            (
                task.id,
                TaskMeasures(
                    state: task.state, running: task.runningTime, waiting: task.waitingTime,
                    retrying: task.retryingTime, attempts: attempts[task.id] ?? 0,
                    isCritical: task.isCritical, use: uses[task.id])
            )
        }
    }
}

/// A task in both runs; nil where it was not in one of them.
public struct TaskChange: Hashable, Sendable {
    public var id: TaskID
    public var before: TaskMeasures?
    public var after: TaskMeasures?

    /// How much longer it ran; nil where it did not run in both.
    public var runningChange: Span? {
        guard let before, let after else { return nil }
        return Span(microseconds: after.running.microseconds - before.running.microseconds)
    }
}

/// What a task took and used in one run.
public struct TaskMeasures: Hashable, Sendable {
    public var state: TaskState
    public var running: Span
    public var waiting: Span
    public var retrying: Span
    public var attempts: Int
    public var isCritical: Bool
    public var use: ResourceUse?
}
