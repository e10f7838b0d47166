import Domain
import SchedulerCore

/// The chain of tasks that decided the end, and how much time each of the others had left.
struct CriticalPath {
    private(set) var steps: [CriticalStep] = []
    /// By the plan's numbers; nil where a task never was ready or has not settled.
    private(set) var slack: [Span?] = []
    /// The task that made each ready by settling last; by the plan's numbers.
    private(set) var causes: [Int?] = []

    /// - Parameter tasks: those of the plan first, in its order; instances behind.
    init(_ plan: RunPlan, _ tasks: [TaskProfile], start: Instant, until: Instant) {
        let count = plan.tasks.count
        guard count > 0, tasks.count >= count else {
            (slack, causes) = (
                Array(repeating: nil, count: count), Array(repeating: nil, count: count)
            )
            return
        }
        causes = (0..<count).map { number in
            let ready = tasks[number].readyAt ?? tasks[number].endedAt ?? .init(microseconds: .min)
            return plan.graph.parents(of: number).map { Int($0) }.filter { parent in
                tasks[parent].endedAt.map { $0 <= ready && $0 > start } ?? false
            }.max { left, right in
                (tasks[left].endedAt ?? start, right) < (tasks[right].endedAt ?? start, left)
            }
        }
        let instances = Self.lastInstances(tasks, count)
        var next = (0..<count).filter { end(of: tasks[$0], until) != nil }.max { left, right in
            (end(of: tasks[left], until) ?? start, right)
                < (end(of: tasks[right], until) ?? start, left)
        }
        var path: [CriticalStep] = []
        while let number = next {
            let task = tasks[number]
            // What was never ready, as what is skipped or failed upstream, took no time.
            if task.readyAt != nil || path.isEmpty {
                let shown = instances[task.id] ?? task
                path.append(step(shown, ready: task.readyAt, until))
            }
            next = causes[number]
        }
        steps = path.reversed()
        slack = Self.slack(plan, tasks, start: start, until: until)
    }

    private func end(of task: TaskProfile, _ until: Instant) -> Instant? {
        if let ended = task.endedAt { return task.readyAt == nil ? nil : ended }
        return task.stretches.isEmpty ? nil : until
    }

    private func step(_ task: TaskProfile, ready: Instant?, _ until: Instant) -> CriticalStep {
        func total(_ kinds: Set<TaskStretch.Kind>) -> Span {
            task.stretches.reduce(.zero) { sum, stretch in
                kinds.contains(stretch.kind) && stretch.end >= (ready ?? stretch.start)
                    ? sum + stretch.length : sum
            }
        }
        let end = task.endedAt ?? until
        return CriticalStep(
            task: task.id, readyAt: ready ?? task.readyAt ?? end, endedAt: end,
            running: total([.running]), waiting: total([.waiting]),
            pausing: total([.retrying, .deferred]))
    }

    /// Of each mapped task the instance that ended last.
    private static func lastInstances(_ tasks: [TaskProfile], _ count: Int) -> [TaskID: TaskProfile]
    {
        var last: [TaskID: TaskProfile] = [:]
        for instance in tasks.dropFirst(count) {
            guard let task = instance.id.instanceParts?.task, let ended = instance.endedAt,
                instance.readyAt != nil
            else { continue }
            if let known = last[task]?.endedAt, known >= ended { continue }
            last[task] = instance
        }
        return last
    }

    /// From the end backwards: what a task may take up to, its children need not wait for.
    private static func slack(
        _ plan: RunPlan, _ tasks: [TaskProfile], start: Instant, until: Instant
    ) -> [Span?] {
        let ends = tasks.prefix(plan.tasks.count).compactMap(\.endedAt)
        guard let last = ends.max() else { return Array(repeating: nil, count: plan.tasks.count) }
        var latest = [Instant](repeating: last, count: plan.tasks.count)
        var slack = [Span?](repeating: nil, count: plan.tasks.count)
        for number in plan.graph.topologicalOrder().reversed() {
            for child in plan.graph.children(of: number) {
                let task = tasks[Int(child)]
                guard let ended = task.endedAt else { continue }
                let length = ended.since(task.readyAt ?? ended)
                let begin = latest[Int(child)].advanced(
                    by: Span(microseconds: -length.microseconds))
                latest[number] = min(latest[number], begin)
            }
            if let ended = tasks[number].endedAt, ended > start {
                slack[number] = max(.zero, latest[number].since(ended))
            }
        }
        return slack
    }
}
