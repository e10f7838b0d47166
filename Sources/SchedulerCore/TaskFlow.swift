public import Domain

/// What the scheduler must know of a task beyond its rule and retries; most tasks say none of it.
public struct TaskFlow: Hashable, Sendable {
    /// How the pause between attempts grows; nil: it stays the same.
    public var backoff: RetryBackoff?
    /// Slots of its pool that an attempt takes, 1…
    public var slots = 1
    /// Its own weight.
    public var priority = 1
    /// Nil: `downstream`; see ``Scheduler`` for very large plans.
    public var weightRule: WeightRule?
    public var conduct = TaskConduct.work
    public var mapping: MappingPlan?
    public var role = TaskRole.work
    /// What a branch may call it by, beside its id.
    public var group: GroupID?
    public var exitCodes = ExitCodes.standard
    /// What it works on, where a policy may protect that beside its pool.
    public var connection: ConnectionName?
    /// Whether an attempt of which nobody knows what became is repeated even without a retry left.
    public var isIdempotent = false

    /// Whether an attempt is one piece of work, and succeeds with exit code 0.
    var isPlain: Bool {
        conduct == .work && mapping == nil && role == .work && exitCodes == .standard
    }

    public static let standard = TaskFlow()

    public init() {}
}

/// What an attempt of a task is to the scheduler.
public enum TaskConduct: Hashable, Sendable {
    /// It works in a slot, and its exit code decides.
    case work
    /// It waits for something, without a slot.
    case wait(SensorPlan)
    /// It waits for the end of a run of another pipeline, without a slot.
    case child
    /// Works in a slot, and names which of its direct children go on.
    case branch
    /// Works in a slot, and exit code 1 leaves out what follows: all of it, whatever the rules say,
    /// or only the direct children.
    case shortCircuit(leavesOutAll: Bool)

    /// Whether an attempt takes a slot of its pool.
    public var takesSlot: Bool {
        switch self {
        case .wait, .child: false
        case .work, .branch, .shortCircuit: true
        }
    }
}

/// How long a wait may last, and what its end makes of the task.
public struct SensorPlan: Hashable, Sendable {
    /// For all attempts together, from the beginning of the first; nil: for ever.
    public var timeout: Span?
    /// Whether the task is skipped instead of failed where it waited in vain.
    public var isSoft: Bool

    public init(timeout: Span?, isSoft: Bool = false) {
        self.timeout = timeout
        self.isSoft = isSoft
    }
}

/// The list of which a task is made once an item.
public struct MappingPlan: Hashable, Sendable {
    public enum Source: Hashable, Sendable {
        /// So many items are known beforehand.
        case count(Int)
        /// The list that the task of this number wrote.
        case output(task: Int, key: String)
    }

    public var source: Source
    /// How many of them may hold a slot at once; nil: no limit of its own.
    public var maxActive: Int?

    public init(source: Source, maxActive: Int? = nil) {
        self.source = source
        self.maxActive = maxActive
    }
}

extension RunPlan {
    /// What is known of the task of that number beyond its ``TaskPlan``.
    public func flow(of task: Int) -> TaskFlow {
        // Most plans say nothing at all: no look-up then.
        flows.isEmpty ? .standard : flows[task] ?? .standard
    }

    /// Whether the task is a teardown, and one that cannot fail its run.
    func isTransparentTeardown(_ task: Int) -> Bool {
        flow(of: task).role == .teardown(failsRun: false)
    }

    func isTeardown(_ task: Int) -> Bool {
        if case .teardown = flow(of: task).role { true } else { false }
    }

    var hasRoles: Bool { flows.values.contains { $0.role != .work } }
}
