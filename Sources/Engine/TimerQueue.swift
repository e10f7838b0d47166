import Domain
import SchedulerCore

/// The scheduler's timers in order of their deadlines by the monotonic clock; setting one again
/// moves it. O(log timers) each.
struct TimerQueue {
    private struct Entry {
        var deadline: Span
        var generation: Int
        var timer: SchedulerTimer
        var at: Instant
    }

    /// A binary heap; entries whose generation is not the timer's newest are dead.
    private var heap: [Entry] = []
    private var newest: [SchedulerTimer: Int] = [:]
    private var lastGeneration = 0

    /// - Parameter at: the moment it is for, by the clock on the wall when it was set.
    mutating func set(_ timer: SchedulerTimer, at: Instant, deadline: Span) {
        lastGeneration += 1
        newest[timer] = lastGeneration
        heap.append(Entry(deadline: deadline, generation: lastGeneration, timer: timer, at: at))
        var child = heap.count - 1
        while child > 0, heap[child].deadline < heap[(child - 1) / 2].deadline {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func cancel(_ timer: SchedulerTimer) { newest[timer] = nil }

    /// When the next timer is due; nil without one.
    mutating func nextDeadline() -> Span? {
        dropDead()
        return heap.first?.deadline
    }

    /// Takes out the next timer that is due.
    mutating func popDue(at now: Span) -> (timer: SchedulerTimer, at: Instant)? {
        dropDead()
        guard let first = heap.first, first.deadline <= now else { return nil }
        removeFirst()
        newest[first.timer] = nil
        return (first.timer, first.at)
    }

    private mutating func dropDead() {
        while let first = heap.first, newest[first.timer] != first.generation { removeFirst() }
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            let children = [2 * parent + 1, 2 * parent + 2].filter { $0 < heap.count }
            guard let least = children.min(by: { heap[$0].deadline < heap[$1].deadline }),
                heap[least].deadline < heap[parent].deadline
            else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
