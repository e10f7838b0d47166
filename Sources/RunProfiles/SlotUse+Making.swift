import Domain
import SchedulerCore

extension SlotUse {
    /// The most moments that a timeline tells of.
    static let mostLevels = 2_000

    init(
        _ plan: RunPlan, _ tasks: [TaskProfile], capacity: Int?, start: Instant, until: Instant
    ) {
        self.init()
        // The run's own limit counts as well.
        let limits = [capacity, plan.maxActiveTasks < 0 ? nil : plan.maxActiveTasks]
        self.capacity = limits.compactMap { $0 }.min()
        let numbers = PlanNumbers.of(plan)
        let mapped = Set(tasks.compactMap { $0.id.instanceParts?.task })
        var steps: [(at: Instant, busy: Int, waiting: Int)] = []
        for task in tasks where !mapped.contains(task.id) {
            let number = numbers[task.id.instanceParts?.task ?? task.id]
            guard number.map({ plan.flow(of: $0).conduct.takesSlot }) ?? true else { continue }
            for stretch in task.stretches where stretch.end > start {
                let (busy, waiting) =
                    switch stretch.kind {
                    case .running: (1, 0)
                    case .waiting: (0, 1)
                    case .retrying, .deferred: (0, 0)
                    }
                guard busy + waiting > 0 else { continue }
                steps.append((max(stretch.start, start), busy, waiting))
                steps.append((min(stretch.end, until), -busy, -waiting))
            }
        }
        steps.sort { $0.at < $1.at }
        var level = Level(at: start, busy: 0, waiting: 0)
        var index = 0
        while index < steps.count {
            let at = steps[index].at
            count(level, to: at)
            level.at = at
            while index < steps.count, steps[index].at == at {
                level.busy += steps[index].busy
                level.waiting += steps[index].waiting
                index += 1
            }
            peak = max(peak, level.busy)
            timeline.append(level)
        }
        count(level, to: until)
        thinOut()
    }

    private mutating func count(_ level: Level, to end: Instant) {
        let length = end.since(level.at)
        guard length > .zero else { return }
        busy = busy + length.scaled(by: Double(level.busy))
        guard let capacity else { return }
        let free = length.scaled(by: Double(max(0, capacity - level.busy)))
        idle = idle + free
        if level.waiting > 0 { idleWhileWaiting = idleWhileWaiting + free }
    }

    /// Keeps the busiest moment of each part of a long timeline.
    private mutating func thinOut() {
        guard timeline.count > Self.mostLevels else { return }
        let size = (timeline.count + Self.mostLevels - 1) / Self.mostLevels
        timeline = stride(from: 0, to: timeline.count, by: size).map { first in
            let part = timeline[first..<min(first + size, timeline.count)]
            var level = part.max { $0.busy < $1.busy } ?? timeline[first]
            level.at = timeline[first].at
            return level
        }
    }
}
