public import Domain
public import SchedulerCore

/// What runs shell commands for the engine: in this process, or in the runner's.
///
/// Belongs to the thread of its ``EventLoop``. The owner passes on the tokens that the loop reports,
/// calls ``fireDeadlines()`` when ``nextDeadline`` is over, and takes events with ``takeEvents()``.
public protocol AttemptRunner: AnyObject {
    /// The attempts that have not ended.
    var active: [AttemptID] { get }
    var isIdle: Bool { get }
    /// When ``fireDeadlines()`` wants to be called, by the monotonic clock; nil: not at all.
    var nextDeadline: Span? { get }

    /// Work is about to come: gets ready meanwhile, without waiting.
    func prepare()
    /// Starts a command; one whose token is known already is left alone. Every failure is an event.
    func launch(_ launch: ShellLaunch)
    /// Allows these to begin without being asked again, each in the place of an attempt of its lane
    /// that ends: `handedOver` tells of it. ``launch(_:)`` starts such a one at once.
    func standBy(_ launches: [ShellLaunch])
    /// Nobody stands by any more. One that has begun just before is told as ever.
    func standDown()
    /// Ends an attempt with its whole process tree: TERM, grace, KILL. `ended` follows when nothing
    /// of it is left; asking again changes nothing.
    func terminate(_ id: AttemptID)
    /// Handles a token of the loop; false where it is not one of this runner's.
    func handle(_ token: EventLoop.Token) -> Bool
    func fireDeadlines()
    /// What happened since the last call, in order.
    func takeEvents() -> [RunnerEvent]
    /// What became of an attempt that an earlier engine may have launched; nil: it was never begun.
    /// One that runs is this runner's from then on, its `ended` follows.
    func takeUp(_ id: AttemptID, token: String, log: String) -> KnownAttempt?
    /// What was begun in the place of that attempt, as for ``takeUp(_:token:log:)``.
    func takeUpSuccessor(of token: String) -> KnownAttempt?
    /// The ends of these attempts are recorded for good and need not be kept any more.
    func forget(tokens: [String])
    /// Sends what is still to be sent; called once after a number of launches.
    func flush()
}

/// What a runner knows of an attempt that was begun.
public struct KnownAttempt: Hashable, Sendable {
    public var id: AttemptID
    /// Tells the attempt's processes from all others.
    public var token: String
    public var begunAt: Instant
    /// Nil where it had ended before anybody looked.
    public var process: ProcessIdentity?
    /// Nil while it runs.
    public var end: End?
    /// The token of the attempt whose place it took; nil where it was asked for.
    public var predecessor: String?

    public struct End: Hashable, Sendable {
        public var outcome: AttemptOutcome
        public var at: Instant
        /// Ends come in this order, whatever the clock said.
        public var order: Int
        /// Nil where nobody could measure it.
        public var use: ResourceUse?
    }
}

extension KnownAttempt {
    /// What is told of its end.
    public func news(of end: End, _ successor: KnownAttempt?) -> RunnerEvent {
        guard let successor else { return .ended(id, end.outcome, at: end.at) }
        return .handedOver(
            id, end.outcome, to: successor.id, token: successor.token, at: end.at)
    }
}

extension Collection<KnownAttempt> {
    /// Those that have ended, in the order in which they did, each with what took its place.
    public var ends: [(attempt: KnownAttempt, end: KnownAttempt.End, successor: KnownAttempt?)] {
        var successors: [String: KnownAttempt] = [:]
        for attempt in self {
            if let predecessor = attempt.predecessor { successors[predecessor] = attempt }
        }
        return compactMap { attempt in
            attempt.end.map { (attempt, $0, successors[attempt.token]) }
        }.sorted { $0.1.order < $1.1.order }
    }
}
