import Domain

/// How a run's tasks are laid out in the ready queue: a lane per pool, in launching order.
struct LaneLayout {
    struct Lane {
        var pool: PoolName
        /// What is launched first comes first.
        var order: [ReadyQueue.Entry] = []
    }

    private(set) var lanes: [Lane] = []
    /// One a task.
    private(set) var places: [RunMachine.LanePlace]

    /// O(tasks + edges).
    init(_ plan: RunPlan) {
        let priorities = Self.priorities(of: plan.graph)
        places = Array(
            repeating: RunMachine.LanePlace(lane: 0, rank: 0), count: plan.tasks.count)
        var laneNumbers: [PoolName: Int] = [:]
        for task in Self.order(by: priorities) {
            let pool = plan.tasks[Int(task)].pool
            let lane = laneNumbers[pool] ?? lanes.count
            if lane == lanes.count {
                laneNumbers[pool] = lane
                lanes.append(Lane(pool: pool))
            }
            places[Int(task)] = RunMachine.LanePlace(
                lane: Int32(lane), rank: Int32(lanes[lane].order.count))
            lanes[lane].order.append(
                ReadyQueue.Entry(task: task, priority: priorities[Int(task)]))
        }
    }

    /// A task's effective priority: the number of tasks on the longest path that begins with it.
    static func priorities(of graph: DAG) -> [Int32] {
        var priorities = [Int32](repeating: 1, count: graph.nodeCount)
        for node in graph.topologicalOrder().reversed() {
            for child in graph.children(of: node) {
                priorities[node] = max(priorities[node], priorities[Int(child)] + 1)
            }
        }
        return priorities
    }

    /// The tasks by falling priority, then by number: a counting sort.
    private static func order(by priorities: [Int32]) -> [Int32] {
        let greatest = Int(priorities.max() ?? 0)
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
