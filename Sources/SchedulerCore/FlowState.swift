import Domain

/// What a run remembers of mapped tasks, outputs, branches and waits; empty in most.
struct FlowState: Hashable, Sendable {
    /// Where the instances come from, in the order of their numbers.
    var origins: [InstanceOrigin] = []
    /// By the number of the mapped task; only those that were expanded.
    var mapped: [Int32: MappedTask] = [:]
    /// What the newest attempts wrote.
    var outputs: [Int32: [TaskOutput]] = [:]
    /// What branches and short-circuits that have succeeded leave out.
    var leftOut: [Int32: Set<Int32>] = [:]
    /// When those that wait have waited as long as they may.
    var waitDeadlines: [Int32: Instant] = [:]
}

/// Which instance of which task of the plan.
struct InstanceOrigin: Hashable, Sendable {
    var task: Int32
    var index: Int32
}

/// The instances of a mapped task.
struct MappedTask: Hashable, Sendable {
    /// Their numbers by index.
    var instances: [Int32] = []
    /// How many items the list has; instances behind are removed.
    var count = 0
    /// Instances that have not settled.
    var open = 0
    /// Whether the children count the task itself instead of its instances: it never ran, or ran
    /// into nothing.
    var isWhole = true
}
