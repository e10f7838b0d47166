public import Domain

/// Decides what a backfill does next: one run a tick, in order, never more than its limit at once.
///
/// Events in (a run began, ended; paused, resumed, cancelled), steps out. Pure; whoever carries out
/// a step tells what came of it with ``advanced(made:)``.
public struct BackfillPlanner: Sendable {
    /// What to do about a tick.
    public enum Step: Hashable, Sendable {
        /// See which run exists for `run`'s logical date, and do as ``Decision`` says.
        case look(PlannedRun)
        /// Nothing is left to do, and nothing goes on.
        case complete
    }

    /// What becomes of a tick, by the run that exists for it.
    public enum Decision: Hashable, Sendable {
        case create
        /// Clear what failed.
        case repeatFailed
        /// Clear all tasks.
        case repeatAll
        /// An earlier run stays as it is.
        case leave
    }

    public let backfill: Backfill
    public private(set) var state: BackfillState
    private let runs: [PlannedRun]
    private var next: Int
    private(set) var active: Set<RunID>

    /// - Parameters:
    ///   - runs: of every tick in its range, in order.
    ///   - lastTick: logical date of the last one it saw to before; nil for a new backfill.
    ///   - active: its runs that have not ended.
    public init(
        _ backfill: Backfill, runs: [PlannedRun], state: BackfillState = .running,
        lastTick: Instant? = nil, active: Set<RunID> = []
    ) {
        self.backfill = backfill
        self.runs = runs
        self.state = state
        self.active = active
        next =
            lastTick.map { last in
                runs.firstIndex { $0.logicalDate > last } ?? runs.count
            } ?? 0
    }

    /// Whether it has seen to no tick yet: its first run waits for none before it.
    public var isAtStart: Bool { next == 0 }
    /// Ticks it has not seen to.
    public var remaining: Int { runs.count - next }
    public var activeRuns: [RunID] { active.sorted() }

    /// What to do now; nil: wait.
    public var step: Step? {
        guard !state.isSettled else { return nil }
        if next == runs.count { return active.isEmpty ? .complete : nil }
        guard state == .running, active.count < backfill.maxActiveRuns else { return nil }
        return .look(runs[next])
    }

    /// What to do about a tick for which a run in state `existing` is there; nil: there is none.
    public func decision(existing: RunState?) -> Decision {
        switch (existing, backfill.reprocess) {
        case (nil, _): .create
        // In flight: whoever made it sees to it.
        case (.queued?, _), (.running?, _), (_, .none): .leave
        case (.failed?, .failed), (.cancelled?, .failed): .repeatFailed
        case (.success?, .failed): .leave
        case (_, .completed): .repeatAll
        }
    }

    /// The tick of the last ``step`` was seen to; `made` is the run that came of it.
    public mutating func advanced(made: RunID?) {
        next = min(next + 1, runs.count)
        if let made { active.insert(made) }
    }

    /// A run has ended; whether it was one of this backfill's.
    public mutating func settled(_ run: RunID) -> Bool { active.remove(run) != nil }

    public mutating func set(_ state: BackfillState) { self.state = state }
}
