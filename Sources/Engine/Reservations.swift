import Domain
import SchedulerCore
import Store

/// Attempts whose intent to start is on the disk before there is a slot for them.
///
/// The disk answers in a fraction of a millisecond, but short tasks take no longer: if each slot that
/// comes free waited for it, it would stand empty a good part of the time. So while many tasks end,
/// the intents of those that come next are recorded with what is recorded anyway, and such a task
/// starts at once. What made it ready is on the disk as well by then; that a slot is free needs no
/// record. Whether it was started then, its runner has noted: see `RunnerJournal`. Those of one run
/// alone the runner may even start by itself: see `EngineCore.standBy`.
struct Reservations {
    /// On the disk: may be launched.
    private var ready: [AttemptID: AttemptIntent] = [:]
    /// In the batch that is being written.
    private var inFlight: [AttemptID: AttemptIntent] = [:]
    /// Of `inFlight`: nearest first.
    private var order: [UpcomingAttempt] = []
    /// When attempts ended, by the monotonic clock, oldest first.
    private var ends: [Span] = []

    typealias Settled = (intent: AttemptIntent, attempt: UpcomingAttempt)

    private static let most = 64
    private static let first = 6

    private let foresight: Foresight

    init(_ foresight: Foresight) { self.foresight = foresight }

    var count: Int { ready.count + inFlight.count }

    func contains(_ id: AttemptID) -> Bool { ready[id] != nil || inFlight[id] != nil }

    func isReady(_ id: AttemptID) -> Bool { ready[id] != nil }

    /// An attempt ended at `now`.
    mutating func noteEnd(at now: Span) {
        ends.append(now)
        if ends.count > Self.most { ends.removeFirst(ends.count - Self.most) }
    }

    /// A run has begun: nobody knows yet how long its tasks take, and the first of them should not
    /// lag behind.
    mutating func noteBeginning(at now: Span) { for _ in 0..<Self.first { noteEnd(at: now) } }

    /// How many there should be: as many as end in ``Foresight/window``, none while few end.
    func wanted(at now: Span) -> Int {
        let start = now.microseconds - foresight.window.microseconds
        let recent = ends.reversed().prefix { $0.microseconds >= start }.count
        return recent < 2 ? 0 : recent
    }

    /// When they have outlived their purpose, by the monotonic clock: tasks are no longer short. Nil
    /// while there are none, and while some are being written.
    var expiry: Span? {
        guard inFlight.isEmpty, !ready.isEmpty, let last = ends.last else { return nil }
        return last + foresight.lifetime
    }

    /// Drops all that are on the disk, and returns them.
    mutating func expire() -> [AttemptID] {
        defer { ready = [:] }
        return ready.keys.sorted { ($0.run, $0.task, $0.number) < ($1.run, $1.task, $1.number) }
    }

    mutating func add(_ intent: AttemptIntent, _ attempt: UpcomingAttempt) {
        inFlight[intent.id] = intent
        order.append(attempt)
    }

    /// The batch was written; returns those whose intents are on the disk by now, nearest first.
    mutating func settle() -> [Settled] {
        if inFlight.isEmpty { return [] }
        let settled = order.compactMap { attempt in inFlight[attempt.id].map { ($0, attempt) } }
        ready.merge(inFlight) { $1 }
        (inFlight, order) = ([:], [])
        return settled
    }

    /// The intent of an attempt that may be launched at once.
    mutating func take(_ id: AttemptID) -> AttemptIntent? { ready.removeValue(forKey: id) }

    /// The task does not wait for a slot any more, or not for this attempt.
    mutating func drop(_ id: AttemptID) {
        ready[id] = nil
        inFlight[id] = nil
    }
}
