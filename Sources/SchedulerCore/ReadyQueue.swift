import Domain

// A plain heap of ready tasks does not fit: a full pool or a run at its limit would make every
// finish look past its tasks again. So each run has a lane per pool; a pool's heap holds only the
// lanes that may launch as far as is known, and a full pool is not looked at. A lane found to be
// held back by its run is parked, and comes back when its run frees a slot.

/// The tasks that may run and wait for a slot, and the slots of the pools and of the whole.
struct ReadyQueue: Sendable {
    /// A ready task and its effective priority.
    struct Entry: Hashable, Sendable {
        var task: Int32
        var priority: Int32
    }

    /// What is launched first: greater priority, earlier logical date, earlier in its file, earlier
    /// run. Total, as a run has one lane a pool.
    private struct Key: Comparable, Sendable {
        var priority: Int32
        var date: Instant
        var task: Int32
        var sequence: Int

        static func < (left: Key, right: Key) -> Bool {
            if left.priority != right.priority { return left.priority > right.priority }
            if left.date != right.date { return left.date < right.date }
            if left.task != right.task { return left.task < right.task }
            return left.sequence < right.sequence
        }
    }

    private struct Lane: Sendable {
        var run: Int
        var pool: Int
        /// By rank: what is launched first comes first.
        var order: [Entry]
        var ready: RankSet
        /// Of the first ready task; stale while nothing is ready.
        var key: Key
        var isParked = false
        /// Index in the pool's heap, while it is there.
        var position: Int?
    }

    private struct Pool: Sendable {
        var name: PoolName
        var slots: Int
        var used = 0
        var heap: [Int] = []
        /// Index in `openPools`, while it is there.
        var openPosition: Int?

        var isOpen: Bool { !heap.isEmpty && hasRoom(for: used, of: slots) }
    }

    private(set) var limits: SchedulerLimits
    private(set) var used = 0
    private var lanes: [Lane] = []
    private var freeLanes: [Int] = []
    private var pools: [Pool] = []
    private var poolNumbers: [PoolName: Int] = [:]
    /// Pools with a free slot and a lane that waits for one.
    private var openPools: [Int] = []

    init(limits: SchedulerLimits) { self.limits = limits }

    mutating func setLimits(_ limits: SchedulerLimits) {
        self.limits = limits
        for pool in pools.indices {
            pools[pool].slots = slots(of: pools[pool].name)
            refreshPool(pool)
        }
    }

    private func slots(of pool: PoolName) -> Int { limits.pools[pool] ?? 128 }

    mutating func poolNumber(_ name: PoolName) -> Int {
        if let number = poolNumbers[name] { return number }
        pools.append(Pool(name: name, slots: slots(of: name)))
        poolNumbers[name] = pools.count - 1
        return pools.count - 1
    }

    /// Opens a lane of a run; `order` holds every task it may ever hold, first to launch first.
    mutating func addLane(
        run: Int, pool: Int, logicalDate: Instant, sequence: Int, order: [Entry]
    ) -> Int {
        let key = Key(priority: 0, date: logicalDate, task: 0, sequence: sequence)
        let lane = Lane(
            run: run, pool: pool, order: order, ready: RankSet(capacity: order.count), key: key)
        if let free = freeLanes.popLast() {
            lanes[free] = lane
            return free
        }
        lanes.append(lane)
        return lanes.count - 1
    }

    /// Closes a lane with whatever waits in it.
    mutating func removeLane(_ lane: Int) {
        if let position = lanes[lane].position { takeOut(position, of: lanes[lane].pool) }
        refreshPool(lanes[lane].pool)
        lanes[lane].order = []
        lanes[lane].ready = RankSet(capacity: 0)
        freeLanes.append(lane)
    }

    mutating func insert(rank: Int, lane: Int) {
        lanes[lane].ready.insert(rank)
        refresh(lane)
    }

    mutating func remove(rank: Int, lane: Int) {
        lanes[lane].ready.remove(rank)
        refresh(lane)
    }

    /// Takes a slot for a task of `lane`, over the limits if it must be.
    mutating func takeSlot(lane: Int) {
        used += 1
        pools[lanes[lane].pool].used += 1
        refreshPool(lanes[lane].pool)
    }

    mutating func releaseSlot(lane: Int) {
        used -= 1
        pools[lanes[lane].pool].used -= 1
        refreshPool(lanes[lane].pool)
    }

    /// Leaves the lane out until ``unpark(_:)``: its run may not launch.
    mutating func park(_ lane: Int) {
        lanes[lane].isParked = true
        refresh(lane)
    }

    mutating func unpark(_ lane: Int) {
        guard lanes[lane].isParked else { return }
        lanes[lane].isParked = false
        refresh(lane)
    }

    /// The lane whose first task comes next, where any slot is left for one.
    var next: (lane: Int, run: Int)? {
        guard hasRoom(for: used, of: limits.parallelism) else { return nil }
        var best: Int?
        for pool in openPools {
            let lane = pools[pool].heap[0]
            if best.map({ lanes[lane].key < lanes[$0].key }) ?? true { best = lane }
        }
        return best.map { ($0, lanes[$0].run) }
    }

    /// The tasks that `lane` would launch next, at most `count`.
    func upcoming(of lane: Int, _ count: Int) -> [Int] {
        lanes[lane].ready.least(count).map { Int(lanes[lane].order[$0].task) }
    }

    /// Takes the first task out of `lane`, and a slot for it.
    mutating func launchFirst(of lane: Int) -> Int? {
        guard let rank = lanes[lane].ready.first else { return nil }
        let task = lanes[lane].order[rank].task
        remove(rank: rank, lane: lane)
        takeSlot(lane: lane)
        return Int(task)
    }

    // MARK: Heaps

    private mutating func refresh(_ lane: Int) {
        let pool = lanes[lane].pool
        guard !lanes[lane].isParked, let rank = lanes[lane].ready.first else {
            if let position = lanes[lane].position {
                takeOut(position, of: pool)
                refreshPool(pool)
            }
            return
        }
        let head = lanes[lane].order[rank]
        let position = lanes[lane].position
        if position != nil, lanes[lane].key.task == head.task { return }
        lanes[lane].key.priority = head.priority
        lanes[lane].key.task = head.task
        if let position {
            siftUp(position, in: pool)
            if let moved = lanes[lane].position { siftDown(moved, in: pool) }
        } else {
            pools[pool].heap.append(lane)
            lanes[lane].position = pools[pool].heap.count - 1
            siftUp(pools[pool].heap.count - 1, in: pool)
            refreshPool(pool)
        }
    }

    private mutating func refreshPool(_ pool: Int) {
        switch (pools[pool].openPosition, pools[pool].isOpen) {
        case (nil, true):
            openPools.append(pool)
            pools[pool].openPosition = openPools.count - 1
        case (let position?, false):
            let last = openPools.removeLast()
            if last != pool {
                openPools[position] = last
                pools[last].openPosition = position
            }
            pools[pool].openPosition = nil
        default: break
        }
    }

    private mutating func takeOut(_ position: Int, of pool: Int) {
        lanes[pools[pool].heap[position]].position = nil
        let last = pools[pool].heap.removeLast()
        guard position < pools[pool].heap.count else { return }
        pools[pool].heap[position] = last
        lanes[last].position = position
        siftUp(position, in: pool)
        if let moved = lanes[last].position { siftDown(moved, in: pool) }
    }

    private mutating func siftUp(_ start: Int, in pool: Int) {
        var position = start
        let lane = pools[pool].heap[position]
        while position > 0 {
            let parent = (position - 1) / 2
            let above = pools[pool].heap[parent]
            guard lanes[lane].key < lanes[above].key else { break }
            place(above, at: position, in: pool)
            position = parent
        }
        place(lane, at: position, in: pool)
    }

    private mutating func siftDown(_ start: Int, in pool: Int) {
        var position = start
        let lane = pools[pool].heap[position]
        let count = pools[pool].heap.count
        while 2 * position + 1 < count {
            var child = 2 * position + 1
            if child + 1 < count,
                lanes[pools[pool].heap[child + 1]].key < lanes[pools[pool].heap[child]].key
            {
                child += 1
            }
            let below = pools[pool].heap[child]
            guard lanes[below].key < lanes[lane].key else { break }
            place(below, at: position, in: pool)
            position = child
        }
        place(lane, at: position, in: pool)
    }

    private mutating func place(_ lane: Int, at position: Int, in pool: Int) {
        pools[pool].heap[position] = lane
        lanes[lane].position = position
    }
}

/// Whether one more fits; a negative limit is none (Airflow's −1).
func hasRoom(for used: Int, of limit: Int) -> Bool { limit < 0 || used < limit }
