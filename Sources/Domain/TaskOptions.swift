/// What only some tasks say of themselves.
public struct TaskOptions: Hashable, Sendable {
    /// How the pause between attempts grows; nil: it stays the same.
    public var backoff: RetryBackoff?
    /// Slots of its pool that an attempt takes, 1…
    public var poolSlots = 1
    /// Its own weight; what is ready and weighs more goes first.
    public var priority = 1
    /// Nil: `downstream`; in a plan of more than some ten thousand tasks of which none says anything of
    /// its weight, the longest path of tasks below it.
    public var weightRule: WeightRule?
    public var mapping: TaskMapping?
    public var role = TaskRole.work
    public var exitCodes = ExitCodes.standard
    /// What it makes anew when it succeeds.
    public var outlets: [AssetName] = []
    public var hooks: [Hook] = []
    /// Names of variables whose values are secrets: given to it, and shown nowhere.
    public var secrets: [String] = []
    /// Files it reads and files it makes, as templates with `*` and `?`: while neither they nor its
    /// command change, it need not run again. Empty: it always runs.
    public var inputs: [String] = []
    public var products: [String] = []
    public var limits = TaskLimits.none
    /// Whether it may be run again where nobody knows what became of an attempt.
    public var isIdempotent = false

    public init() {}

    /// Nothing said.
    public static let standard = TaskOptions()
}

/// How the pause between attempts grows.
public struct RetryBackoff: Hashable, Sendable {
    /// What each pause is multiplied by for the next; above 0.
    public var multiplier: Double
    /// The longest pause; nil: a day.
    public var maxDelay: Span?
    /// The greatest share of the pause that is added to it, 0…1: a fixed number for each attempt,
    /// which keeps tasks that failed together from coming back together.
    public var jitter: Double

    public init(multiplier: Double = 1, maxDelay: Span? = nil, jitter: Double = 0) {
        self.multiplier = multiplier
        self.maxDelay = maxDelay
        self.jitter = jitter
    }
}

/// What a task's priority adds up (Airflow's words).
public enum WeightRule: String, Hashable, Sendable, CaseIterable {
    /// Its own weight and that of all tasks that wait for it.
    case downstream
    /// Its own weight and that of all tasks it waits for.
    case upstream
    case absolute
}

/// A task's part in bringing things up and taking them down again.
public enum TaskRole: Hashable, Sendable {
    case work
    /// Brings up what the work below it needs.
    case setup
    /// Takes it down once the work is done, however it ended. Its own failure fails the run only
    /// where `failsRun` says so.
    case teardown(failsRun: Bool)
}

/// The list of which a task is made once an item.
public struct TaskMapping: Hashable, Sendable {
    public enum Source: Hashable, Sendable {
        /// Each a template.
        case items([OutputValue])
        /// The list that another task wrote under this key.
        case output(TaskID, key: String)
    }

    public var source: Source
    /// How many of them may run at once; nil: as many as there are slots.
    public var maxActive: Int?

    /// The longest list that is taken.
    public static let limit = 100_000

    public init(source: Source, maxActive: Int? = nil) {
        self.source = source
        self.maxActive = maxActive
    }
}

/// The exit codes of a task that mean something else than failure.
public struct ExitCodes: Hashable, Sendable {
    /// The task skipped itself.
    public var skip: [Int32]
    /// It failed, and no retry would help.
    public var fail: [Int32]

    public static let standard = ExitCodes(skip: [99], fail: [98])

    public init(skip: [Int32], fail: [Int32]) {
        self.skip = skip
        self.fail = fail
    }
}
