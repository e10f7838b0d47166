import Domain
import SchedulerCore

extension RunEstimate {
    /// Lets the rest of the run run: what is ready takes a slot where one is free, the longest way to
    /// the end first, and each task as long as it did before. O(tasks · log tasks + needs).
    ///
    /// Nil where no task that is open ran before.
    init?(_ plan: RunPlan, _ tasks: [TaskProfile], capacity: Int?, at now: Instant) {
        let count = plan.tasks.count
        guard tasks.count >= count else { return nil }
        let open = (0..<count).filter { !tasks[$0].state.isSettled }
        let known = tasks.prefix(count).compactMap(\.past)
        guard !open.isEmpty, let average = Spread(known.map(\.median)),
            open.contains(where: { tasks[$0].past != nil })
        else { return nil }
        let limits = [capacity, plan.maxActiveTasks < 0 ? nil : plan.maxActiveTasks]
        let slots = limits.compactMap { $0 }.min() ?? .max
        func moment(_ length: (Spread) -> Span) -> Instant {
            let lengths = (0..<count).map { length(tasks[$0].past ?? average) }
            return now.advanced(by: Self.rest(plan, tasks, lengths, slots: max(1, slots), at: now))
        }
        end = moment(\.median)
        early = min(moment(\.lowerQuartile), end)
        late = max(moment(\.upperQuartile), end)
        openTasks = open.count
        unknownTasks = open.count { tasks[$0].past == nil }
    }

    private static func rest(
        _ plan: RunPlan, _ tasks: [TaskProfile], _ lengths: [Span], slots: Int, at now: Instant
    ) -> Span {
        let count = plan.tasks.count
        var (waiting, toGo) = (
            [Int](repeating: 0, count: count), [Int64](repeating: 0, count: count)
        )
        for number in plan.graph.topologicalOrder().reversed() where !tasks[number].state.isSettled
        {
            let below = plan.graph.children(of: number).map { toGo[Int($0)] }.max() ?? 0
            toGo[number] = below &+ lengths[number].microseconds
        }
        var ready = Heap { toGo[$0] > toGo[$1] || toGo[$0] == toGo[$1] && $0 < $1 }
        var ends: [Int: Int64] = [:]
        var running = Heap { (ends[$0] ?? 0, $0) < (ends[$1] ?? 0, $1) }
        for number in 0..<count where !tasks[number].state.isSettled {
            waiting[number] = plan.graph.parents(of: number).count {
                !tasks[Int($0)].state.isSettled
            }
            let current = tasks[number].stretches.last
            let isRunning = tasks[number].state == .running || tasks[number].state == .deferred
            if isRunning, let current {
                // One that takes longer than ever is taken to end any moment.
                let left = lengths[number].microseconds - now.since(current.start).microseconds
                ends[number] = max(0, left)
                running.push(number)
            } else if waiting[number] == 0 {
                ready.push(number)
            }
        }
        var (clock, last) = (Int64(0), Int64(0))
        while true {
            while running.count < slots, let number = ready.pop() {
                ends[number] = clock + lengths[number].microseconds
                running.push(number)
            }
            guard let number = running.pop() else { break }
            clock = max(clock, ends[number] ?? clock)
            last = max(last, clock)
            for child in plan.graph.children(of: number) {
                let child = Int(child)
                waiting[child] -= 1
                if waiting[child] == 0, ends[child] == nil, !tasks[child].state.isSettled {
                    ready.push(child)
                }
            }
        }
        return Span(microseconds: last)
    }
}

/// A binary heap of task numbers.
private struct Heap {
    private var items: [Int] = []
    private let isBefore: (Int, Int) -> Bool

    init(_ isBefore: @escaping (Int, Int) -> Bool) { self.isBefore = isBefore }

    var count: Int { items.count }

    mutating func push(_ item: Int) {
        items.append(item)
        var position = items.count - 1
        while position > 0 {
            let parent = (position - 1) / 2
            guard isBefore(items[position], items[parent]) else { break }
            items.swapAt(position, parent)
            position = parent
        }
    }

    mutating func pop() -> Int? {
        guard let first = items.first, let last = items.popLast() else { return nil }
        guard !items.isEmpty else { return first }
        items[0] = last
        var position = 0
        while true {
            var best = position
            for child in [2 * position + 1, 2 * position + 2] where child < items.count {
                if isBefore(items[child], items[best]) { best = child }
            }
            guard best != position else { return first }
            items.swapAt(position, best)
            position = best
        }
    }
}
