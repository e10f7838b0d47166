import Domain

// A plain heap of ready tasks does not fit: a full pool or a run at its limit would make every
// finish look past its tasks again. So each run has a lane per pool; a pool's heap holds only the
// lanes that may launch as far as is known, and a full pool is not looked at. A lane found to be
// held back by its run is parked, and comes back when its run frees a slot. Tasks that take more than
// one slot wait in a heap of their own size, so that none of them holds back a smaller one.

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
        /// Index of the heap that it waits in.
        var heap: Int
        /// How many of its tasks may hold a slot at once; negative: any number.
        var limit: Int
        var used = 0
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
        var gate: PoolGate?
        /// Whether its gate lets nothing through.
        var isShut = false
        /// Its heaps, one a number of slots.
        var heaps: [Int] = []

        /// Whether a task of that size fits in; one that is too large for the pool runs alone.
        func hasRoom(for size: Int) -> Bool {
            !isShut && (slots < 0 || slots > 0 && used + min(size, slots) <= slots)
        }
    }

    /// The lanes of a pool whose tasks take the same number of slots and work on the same connection.
    private struct Heap: Sendable {
        var pool: Int
        var size: Int
        /// The pool that stands for the connection, whose gate holds for them as well.
        var guardian: Int?
        var lanes: [Int] = []
        /// Index in `openHeaps`, while it is there.
        var openPosition: Int?
    }

    private(set) var limits: SchedulerLimits
    private(set) var used = 0
    private var lanes: [Lane] = []
    private var freeLanes: [Int] = []
    private var pools: [Pool] = []
    private var poolNumbers: [PoolName: Int] = [:]
    private var heaps: [Heap] = []
    /// Heaps with a lane that waits for slots which are free.
    private var openHeaps: [Int] = []

    init(limits: SchedulerLimits) { self.limits = limits }

    mutating func setLimits(_ limits: SchedulerLimits) {
        self.limits = limits
        for pool in pools.indices {
            pools[pool].slots = slots(of: pools[pool].name)
            let policy = limits.policies[pools[pool].name]
            if let policy {
                if pools[pool].gate == nil { pools[pool].gate = PoolGate(policy: policy) }
                pools[pool].gate?.setPolicy(policy)
            } else {
                (pools[pool].gate, pools[pool].isShut) = (nil, false)
            }
            refreshPool(pool)
        }
    }

    private func slots(of pool: PoolName) -> Int {
        pool.isGuardian ? -1 : limits.pools[pool] ?? 128
    }

    mutating func poolNumber(_ name: PoolName) -> Int {
        if let number = poolNumbers[name] { return number }
        let gate = limits.policies[name].map { PoolGate(policy: $0) }
        pools.append(Pool(name: name, slots: slots(of: name), gate: gate))
        poolNumbers[name] = pools.count - 1
        return pools.count - 1
    }

    private mutating func heapNumber(_ pool: Int, size: Int, guardian: Int?) -> Int {
        let known = pools[pool].heaps.first {
            heaps[$0].size == size && heaps[$0].guardian == guardian
        }
        if let known { return known }
        heaps.append(Heap(pool: pool, size: size, guardian: guardian))
        pools[pool].heaps.append(heaps.count - 1)
        if let guardian { pools[guardian].heaps.append(heaps.count - 1) }
        return heaps.count - 1
    }

    /// Opens a lane of a run for tasks that take `size` slots each; `order` holds every task it may
    /// ever hold, first to launch first. The gate of `guardian` holds for it as its pool's does.
    mutating func addLane(
        run: Int, pool: Int, size: Int = 1, guardian: Int? = nil, limit: Int = -1,
        logicalDate: Instant, sequence: Int,
        order: [Entry]
    ) -> Int {
        let key = Key(priority: 0, date: logicalDate, task: 0, sequence: sequence)
        let lane = Lane(
            run: run, heap: heapNumber(pool, size: size, guardian: guardian), limit: limit,
            order: order,
            ready: RankSet(capacity: order.count), key: key)
        if let free = freeLanes.popLast() {
            lanes[free] = lane
            return free
        }
        lanes.append(lane)
        return lanes.count - 1
    }

    /// How many tasks the lane may hold.
    func capacity(of lane: Int) -> Int { lanes[lane].order.count }

    /// Lets the lane hold more tasks, behind those it may hold.
    mutating func growLane(_ lane: Int, by entries: [Entry]) {
        lanes[lane].order += entries
        var ready = RankSet(capacity: lanes[lane].order.count)
        while let rank = lanes[lane].ready.first {
            lanes[lane].ready.remove(rank)
            ready.insert(rank)
        }
        lanes[lane].ready = ready
    }

    /// Closes a lane with whatever waits in it.
    mutating func removeLane(_ lane: Int) {
        if let position = lanes[lane].position { takeOut(position, of: lanes[lane].heap) }
        refreshHeap(lanes[lane].heap)
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

    /// Takes the slots for a task of `lane`, over the limits if it must be.
    mutating func takeSlot(lane: Int) {
        used += 1
        lanes[lane].used += 1
        let heap = lanes[lane].heap
        pools[heaps[heap].pool].used += heaps[heap].size
        if lanes[lane].limit >= 0 { refresh(lane) }
        refreshPool(heaps[heap].pool)
    }

    mutating func releaseSlot(lane: Int) {
        used -= 1
        lanes[lane].used -= 1
        let heap = lanes[lane].heap
        pools[heaps[heap].pool].used -= heaps[heap].size
        if lanes[lane].limit >= 0 { refresh(lane) }
        refreshPool(heaps[heap].pool)
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
        for heap in openHeaps {
            let lane = heaps[heap].lanes[0]
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

    // MARK: Gates

    /// Notes a launch from `lane` for its pool's gate.
    mutating func noteLaunch(lane: Int, at now: Instant) -> [GateNews] {
        guard !limits.policies.isEmpty else { return [] }
        return gates(of: lane).compactMap { pool in
            pools[pool].gate?.noteLaunch(at: now)
            return shutOrOpen(pool, hasChanged: false, at: now)
        }
    }

    /// Notes that the work of a launch from `lane` has begun.
    mutating func noteStart(lane: Int, at now: Instant) -> [GateNews] {
        gates(of: lane).compactMap { pool in
            guard pools[pool].gate?.noteStart(at: now) == true else { return nil }
            return shutOrOpen(pool, hasChanged: false, at: now)
        }
    }

    /// Whether launches may have to wait for anything but a slot.
    var hasGates: Bool { !limits.policies.isEmpty }

    /// The pools with gates that hold for the tasks of a lane.
    private func gates(of lane: Int) -> [Int] {
        let heap = heaps[lanes[lane].heap]
        return [heap.pool, heap.guardian].compactMap { $0 }.filter { pools[$0].gate != nil }
    }

    /// Notes how an attempt of a task of `lane` ended; nil: its end says nothing of the pool.
    mutating func noteEnd(lane: Int, hasFailed: Bool?, at now: Instant) -> [GateNews] {
        guard !limits.policies.isEmpty else { return [] }
        return gates(of: lane).compactMap { pool in
            guard let hasChanged = pools[pool].gate?.noteEnd(hasFailed: hasFailed, at: now) else {
                return nil
            }
            return shutOrOpen(pool, hasChanged: hasChanged, at: now)
        }
    }

    /// The time that a gate waited for has come.
    mutating func wakeGate(of name: PoolName, at now: Instant) -> GateNews? {
        guard let pool = poolNumbers[name], let hasChanged = pools[pool].gate?.wake(at: now) else {
            return nil
        }
        return shutOrOpen(pool, hasChanged: hasChanged, at: now)
    }

    /// Whether a pool's circuit changed, and when its gate may open by itself.
    struct GateNews {
        var pool: PoolName
        var circuit: CircuitState?
        var wakeAt: Instant?
    }

    private mutating func shutOrOpen(
        _ pool: Int, hasChanged: Bool, at now: Instant
    ) -> GateNews? {
        guard let gate = pools[pool].gate else { return nil }
        let wasShut = pools[pool].isShut
        pools[pool].isShut = !gate.isOpen(at: now)
        if pools[pool].isShut != wasShut { refreshPool(pool) }
        let wakeAt = gate.blockedUntil(now)
        guard hasChanged || wakeAt != nil else { return nil }
        return GateNews(
            pool: pools[pool].name, circuit: hasChanged ? gate.circuit : nil, wakeAt: wakeAt)
    }

    /// The gates that wait for a time, by pool.
    func shutGates(at now: Instant) -> [(pool: PoolName, until: Instant)] {
        pools.compactMap { pool in
            pool.gate?.blockedUntil(now).map { (pool.name, $0) }
        }.sorted { $0.0 < $1.0 }
    }

    /// The pools that launch nothing now though they may have slots.
    func holds(at now: Instant) -> [PoolName: PoolHold] {
        var holds: [PoolName: PoolHold] = [:]
        for pool in pools { holds[pool.name] = pool.gate?.hold(at: now) }
        return holds
    }

    /// Where each pool's circuit stands that has one.
    var circuits: [PoolName: CircuitState] {
        var states: [PoolName: CircuitState] = [:]
        for pool in pools where pool.gate?.policy.circuit != nil {
            states[pool.name] = pool.gate?.circuit
        }
        return states
    }

    // MARK: Heaps

    private mutating func refresh(_ lane: Int) {
        let heap = lanes[lane].heap
        guard !lanes[lane].isParked, hasRoom(for: lanes[lane].used, of: lanes[lane].limit),
            let rank = lanes[lane].ready.first
        else {
            if let position = lanes[lane].position {
                takeOut(position, of: heap)
                refreshHeap(heap)
            }
            return
        }
        let head = lanes[lane].order[rank]
        let position = lanes[lane].position
        if position != nil, lanes[lane].key.task == head.task { return }
        lanes[lane].key.priority = head.priority
        lanes[lane].key.task = head.task
        if let position {
            siftUp(position, in: heap)
            if let moved = lanes[lane].position { siftDown(moved, in: heap) }
        } else {
            heaps[heap].lanes.append(lane)
            lanes[lane].position = heaps[heap].lanes.count - 1
            siftUp(heaps[heap].lanes.count - 1, in: heap)
            refreshHeap(heap)
        }
    }

    private mutating func refreshPool(_ pool: Int) {
        for heap in pools[pool].heaps { refreshHeap(heap) }
    }

    private mutating func refreshHeap(_ heap: Int) {
        let isOpen =
            !heaps[heap].lanes.isEmpty && pools[heaps[heap].pool].hasRoom(for: heaps[heap].size)
            && !(heaps[heap].guardian.map { pools[$0].isShut } ?? false)
        switch (heaps[heap].openPosition, isOpen) {
        case (nil, true):
            openHeaps.append(heap)
            heaps[heap].openPosition = openHeaps.count - 1
        case (let position?, false):
            let last = openHeaps.removeLast()
            if last != heap {
                openHeaps[position] = last
                heaps[last].openPosition = position
            }
            heaps[heap].openPosition = nil
        default: break
        }
    }

    private mutating func takeOut(_ position: Int, of heap: Int) {
        lanes[heaps[heap].lanes[position]].position = nil
        let last = heaps[heap].lanes.removeLast()
        guard position < heaps[heap].lanes.count else { return }
        heaps[heap].lanes[position] = last
        lanes[last].position = position
        siftUp(position, in: heap)
        if let moved = lanes[last].position { siftDown(moved, in: heap) }
    }

    private mutating func siftUp(_ start: Int, in heap: Int) {
        var position = start
        let lane = heaps[heap].lanes[position]
        while position > 0 {
            let parent = (position - 1) / 2
            let above = heaps[heap].lanes[parent]
            guard lanes[lane].key < lanes[above].key else { break }
            place(above, at: position, in: heap)
            position = parent
        }
        place(lane, at: position, in: heap)
    }

    private mutating func siftDown(_ start: Int, in heap: Int) {
        var position = start
        let lane = heaps[heap].lanes[position]
        let count = heaps[heap].lanes.count
        while 2 * position + 1 < count {
            var child = 2 * position + 1
            if child + 1 < count,
                lanes[heaps[heap].lanes[child + 1]].key < lanes[heaps[heap].lanes[child]].key
            {
                child += 1
            }
            let below = heaps[heap].lanes[child]
            guard lanes[below].key < lanes[lane].key else { break }
            place(below, at: position, in: heap)
            position = child
        }
        place(lane, at: position, in: heap)
    }

    private mutating func place(_ lane: Int, at position: Int, in heap: Int) {
        heaps[heap].lanes[position] = lane
        lanes[lane].position = position
    }
}

/// Whether one more fits; a negative limit is none (Airflow's −1).
func hasRoom(for used: Int, of limit: Int) -> Bool { limit < 0 || used < limit }
