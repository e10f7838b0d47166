public import Domain

/// Where the time of one run went: when each task waited, ran and was repeated, what held it up, which
/// chain of tasks decided the end, and how busy the slots were.
///
/// Made by ``init(_:past:capacity:at:)`` from what the store holds of a run; nothing in here is read
/// again afterwards.
public struct RunProfile: Hashable, Sendable {
    public var run: RunRow
    /// The moment up to which it tells: the run's end, or when it was made.
    public var until: Instant
    /// From the first start to `until`; of a run that was opened again, from there.
    public var elapsed: Span
    /// In file order; the instances of mapped tasks behind all others.
    public var tasks: [TaskProfile]
    /// The chain of tasks that decided when the run ended, first to last. Of a run that goes on: the
    /// chain that has come furthest.
    public var criticalPath: [CriticalStep]
    public var slots: SlotUse
    /// What the runs before took; nil where there are none.
    public var past: RunSpread?
    /// When a run that goes on is going to end; nil where the runs before do not tell.
    public var estimate: RunEstimate?
}

/// One task, or one instance of a mapped one, in a run.
public struct TaskProfile: Hashable, Sendable {
    public var id: TaskID
    public var state: TaskState
    public var group: GroupID?
    public var pool: PoolName
    /// One after the other, without overlaps; empty where the task never came so far.
    public var stretches: [TaskStretch] = []
    /// When it first could run, since it was last cleared.
    public var readyAt: Instant?
    /// When its first attempt began, since it was last cleared.
    public var startedAt: Instant?
    /// When it settled.
    public var endedAt: Instant?
    public var attempts: [AttemptRow] = []
    /// What it waited for before it could run and since, longest first.
    public var waits: [TaskWait] = []
    /// How much later it might have ended without the run ending later; nil while that is not known.
    public var slack: Span?
    public var isCritical = false
    /// How long it ran in the runs before; nil where it did not.
    public var past: Spread?

    /// How long its attempts ran together.
    public var runningTime: Span { total(.running) }
    public var waitingTime: Span { total(.waiting) }
    public var retryingTime: Span { total(.retrying) }

    private func total(_ kind: TaskStretch.Kind) -> Span {
        stretches.reduce(.zero) { $1.kind == kind ? $0 + $1.length : $0 }
    }

    /// What its attempts used together; nil where none was measured.
    public var use: ResourceUse? {
        let measured = attempts.compactMap(\.use)
        return measured.isEmpty ? nil : measured.dropFirst().reduce(measured[0], +)
    }
}

/// A stretch of a task's time.
public struct TaskStretch: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// It could run, and had no slot.
        case waiting
        /// An attempt ran, or in a mapped task any instance was open.
        case running
        /// An attempt had failed, and the next was not due.
        case retrying
        /// It waited, without a slot, for what its `wait` names or for a run of another pipeline.
        case deferred
    }

    public var kind: Kind
    public var start: Instant
    public var end: Instant
    /// The attempt that ran; nil for what is none.
    public var attempt: Int?

    public var length: Span { end.since(start) }
}

/// What held a task up.
public struct TaskWait: Hashable, Sendable {
    public enum Reason: Hashable, Sendable {
        /// The last of the tasks it needs to settle, from the start of the run.
        case task(TaskID)
        /// A slot of its pool, or of the whole.
        case slot(PoolName)
        /// The pause between two attempts.
        case retry
        /// What its `wait` names, or a run of another pipeline.
        case condition
        /// The run before (`depends_on_past`), or the start of the run.
        case run
    }

    public var reason: Reason
    public var length: Span
}

/// A task on the critical path.
public struct CriticalStep: Hashable, Sendable {
    public var task: TaskID
    /// When what it needs had settled.
    public var readyAt: Instant
    public var endedAt: Instant
    /// Of that time: attempts that ran.
    public var running: Span
    /// Of that time: without a slot.
    public var waiting: Span
    /// Of that time: pauses between attempts, and conditions.
    public var pausing: Span

    public var length: Span { endedAt.since(readyAt) }
}

/// How busy the slots were while the run ran.
public struct SlotUse: Hashable, Sendable {
    /// Slots that its tasks could have had at once; nil where nobody knows.
    public var capacity: Int?
    /// Slots held, added up over time.
    public var busy: Span = .zero
    /// Slots that nobody of this run held, added up over time; zero without a capacity.
    public var idle: Span = .zero
    /// The same, while tasks waited for one: other runs had it, or a pool or limit was in the way.
    public var idleWhileWaiting: Span = .zero
    /// The most that were held at once.
    public var peak = 0
    /// From each moment to the next.
    public var timeline: [Level] = []

    public struct Level: Hashable, Sendable {
        public var at: Instant
        /// Slots held.
        public var busy: Int
        /// Tasks that waited for one.
        public var waiting: Int
    }
}

/// When a run that goes on is going to end, were it as those before.
public struct RunEstimate: Hashable, Sendable {
    /// Each task takes its median.
    public var end: Instant
    /// Each task takes the lower, and the upper quartile.
    public var early: Instant
    public var late: Instant
    /// Tasks that are still to run, or run.
    public var openTasks: Int
    /// Those of them that did not run before; they count as an average task.
    public var unknownTasks: Int
}

/// What the runs before took.
public struct RunSpread: Hashable, Sendable {
    public var elapsed: Spread
    /// Newest first.
    public var runs: [RunID]
}
