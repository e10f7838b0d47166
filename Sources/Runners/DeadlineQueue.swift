public import Domain

/// Keys in order of their deadlines by the monotonic clock; setting one again moves it. O(log keys)
/// each.
public struct DeadlineQueue<Key: Hashable & Sendable>: Sendable {
    private struct Entry: Sendable {
        var deadline: Span
        var generation: Int
        var key: Key
    }

    /// A binary heap; entries whose generation is not the key's newest are dead.
    private var heap: [Entry] = []
    private var newest: [Key: Int] = [:]
    private var lastGeneration = 0

    public init() {}

    public mutating func set(_ key: Key, deadline: Span) {
        lastGeneration += 1
        newest[key] = lastGeneration
        heap.append(Entry(deadline: deadline, generation: lastGeneration, key: key))
        var child = heap.count - 1
        while child > 0, heap[child].deadline < heap[(child - 1) / 2].deadline {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    public mutating func cancel(_ key: Key) { newest[key] = nil }

    /// When the next key is due; nil without one.
    public mutating func nextDeadline() -> Span? {
        dropDead()
        return heap.first?.deadline
    }

    /// Takes out the next key that is due.
    public mutating func popDue(at now: Span) -> Key? {
        dropDead()
        guard let first = heap.first, first.deadline <= now else { return nil }
        removeFirst()
        newest[first.key] = nil
        return first.key
    }

    private mutating func dropDead() {
        while let first = heap.first, newest[first.key] != first.generation { removeFirst() }
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            let (left, right) = (2 * parent + 1, 2 * parent + 2)
            guard left < heap.count else { return }
            var least = left
            if right < heap.count, heap[right].deadline < heap[left].deadline { least = right }
            guard heap[least].deadline < heap[parent].deadline else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
