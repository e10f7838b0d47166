import Domain

/// How a run's tasks are laid out in the ready queue: a lane per pool, number of slots and
/// connection, in launching order. Instances of mapped tasks have lanes of their own.
struct LaneLayout {
    struct Lane {
        var pool: PoolName
        var slots: Int
        var connection: ConnectionName?
        /// What is launched first comes first.
        var order: [ReadyQueue.Entry] = []
    }

    private(set) var lanes: [Lane] = []
    /// One a task.
    let priorities: [Int32]
    /// One a task.
    private(set) var places: [RunMachine.LanePlace]

    /// O(tasks + edges).
    init(_ plan: RunPlan) {
        priorities = Priorities.of(plan)
        places = Array(
            repeating: RunMachine.LanePlace(lane: 0, rank: 0), count: plan.tasks.count)
        var laneNumbers: [LaneKey: Int] = [:]
        for task in Self.order(by: priorities) {
            let pool = plan.tasks[Int(task)].pool
            let flow = plan.flow(of: Int(task))
            let key = LaneKey(pool: pool, slots: flow.slots, connection: flow.connection)
            let lane = laneNumbers[key] ?? lanes.count
            if lane == lanes.count {
                laneNumbers[key] = lane
                lanes.append(Lane(pool: pool, slots: flow.slots, connection: flow.connection))
            }
            places[Int(task)] = RunMachine.LanePlace(
                lane: Int32(lane), rank: Int32(lanes[lane].order.count))
            lanes[lane].order.append(
                ReadyQueue.Entry(task: task, priority: priorities[Int(task)]))
        }
    }

    private struct LaneKey: Hashable {
        var pool: PoolName
        var slots: Int
        var connection: ConnectionName?
    }

    /// The tasks by falling priority, then by number: a counting sort where the span of priorities
    /// is no wider than there are tasks, as it is for paths.
    private static func order(by priorities: [Int32]) -> [Int32] {
        let greatest = Int(priorities.max() ?? 0)
        guard greatest <= priorities.count, (priorities.min() ?? 0) >= 0 else {
            return priorities.indices.sorted {
                (priorities[$1], $0) < (priorities[$0], $1)
            }.map { Int32($0) }
        }
        var starts = [Int](repeating: 0, count: greatest + 2)
        for priority in priorities { starts[greatest - Int(priority) + 1] += 1 }
        for index in starts.indices.dropFirst() { starts[index] += starts[index - 1] }
        var order = [Int32](repeating: 0, count: priorities.count)
        for (task, priority) in priorities.enumerated() {
            let bucket = greatest - Int(priority)
            order[starts[bucket]] = Int32(task)
            starts[bucket] += 1
        }
        return order
    }
}
