public import Domain

/// A run as a schedule plans it: for which time it is, and when it may be made.
public struct PlannedRun: Hashable, Sendable {
    public var logicalDate: Instant
    public var dataIntervalStart: Instant
    public var dataIntervalEnd: Instant
    /// The first moment at which the run may be made.
    public var runAfter: Instant

    public init(
        logicalDate: Instant, dataIntervalStart: Instant, dataIntervalEnd: Instant,
        runAfter: Instant
    ) {
        self.logicalDate = logicalDate
        self.dataIntervalStart = dataIntervalStart
        self.dataIntervalEnd = dataIntervalEnd
        self.runAfter = runAfter
    }
}

/// Which runs a pipeline's schedule brings, and for what stretches of time; pure.
///
/// A *tick* is a moment at which the schedule fires. What Airflow 2 and 3 make of a tick differs:
/// see ``Domain/DataInterval``. Start and end bound ticks, both included.
public struct Timetable: Hashable, Sendable {
    /// When the schedule fires.
    public enum Ticks: Hashable, Sendable {
        /// At the ticks of any of these.
        case cron([CronSchedule])
        /// At `anchor` and every whole number of lengths before and after it.
        case every(Span, anchor: Instant)
        case once
        case continuous
    }

    public let ticks: Ticks
    public let interval: DataInterval
    public let start: Instant?
    public let end: Instant?
    /// Whether ticks that were missed are all made up for; otherwise only the newest of them is.
    public let catchesUp: Bool

    public init(
        _ ticks: Ticks, interval: DataInterval = .point, start: Instant? = nil,
        end: Instant? = nil, catchesUp: Bool = false
    ) {
        if case .every(let length, _) = ticks {
            precondition(length > .zero, "a schedule of every \(length.microseconds) µs")
        }
        self.ticks = ticks
        self.interval = interval
        self.start = start
        self.end = end
        self.catchesUp = catchesUp
    }

    /// The run that follows the run for `last`, seen at `now`; it may be due already.
    ///
    /// With catch-up that is the run of the next tick, and the first one that of the first tick
    /// from the start on. Without, what was missed is left out up to the newest run that is due. A
    /// pipeline without a start date begins with the first run that is not due yet.
    ///
    /// - Parameters:
    ///   - last: the logical date of the newest run made by the schedule; nil before the first.
    ///   - since: from when on the schedule counts where it has neither a start date nor a run; nil
    ///     is `now`.
    /// - Returns: nil where no run follows.
    public func nextRun(
        after last: Instant?, now: Instant, since: Instant? = nil
    ) -> PlannedRun? {
        switch ticks {
        case .once: return last == nil ? run(at: start ?? now.wholeSecond) : nil
        case .continuous:
            let earliest = [start, last?.advanced(by: .seconds(1)), now.wholeSecond]
            return run(at: earliest.compactMap { $0 }.max() ?? now)
        case .cron, .every: break
        }
        var first: [Instant?] = []
        if let last {
            guard let following = tick(after: tick(ofLogicalDate: last)) else { return nil }
            first.append(following)
        }
        if let start {
            guard let following = tick(atOrAfter: start) else { return nil }
            first.append(following)
        }
        if first.isEmpty {
            guard let following = firstTick(since: since ?? now) else { return nil }
            first.append(following)
        }
        if !catchesUp { first.append(newestDueTick(at: now)) }
        return first.compactMap { $0 }.max().flatMap { run(at: $0) }
    }

    /// The runs that come from `now` on, oldest first, at most `count`: those due but not made, then
    /// those of the ticks behind them.
    public func runs(after last: Instant?, now: Instant, count: Int) -> [PlannedRun] {
        var runs: [PlannedRun] = []
        var last = last
        while runs.count < count, let run = nextRun(after: last, now: now) {
            runs.append(run)
            last = run.logicalDate
        }
        return runs
    }

    /// The ticks from `from` to `to`, both included, within the bounds of the timetable; at most
    /// `limit`.
    public func ticks(from: Instant, through to: Instant, limit: Int) -> [Instant] {
        var found: [Instant] = []
        var next = tick(atOrAfter: start.map { max($0, from) } ?? from)
        while let tick = next, tick <= to, end.map({ tick <= $0 }) ?? true, found.count < limit {
            found.append(tick)
            next = self.tick(after: tick)
        }
        return found
    }

    /// The run of one tick; nil where the tick lies beyond the bounds, or where its interval never
    /// ends.
    public func run(at tick: Instant) -> PlannedRun? {
        if let start, tick < start { return nil }
        if let end, tick > end { return nil }
        switch interval {
        case .length(let length):
            let before = tick.advanced(by: Span(microseconds: -length.microseconds))
            return PlannedRun(
                logicalDate: before, dataIntervalStart: before, dataIntervalEnd: tick,
                runAfter: tick)
        case .previous where !isSingular:
            guard let following = self.tick(after: tick) else { return nil }
            return PlannedRun(
                logicalDate: tick, dataIntervalStart: tick, dataIntervalEnd: following,
                runAfter: following)
        case .point, .previous:
            return PlannedRun(
                logicalDate: tick, dataIntervalStart: tick, dataIntervalEnd: tick, runAfter: tick)
        }
    }

    /// The data interval of a run that a person asks for at `date`: with `previous` the newest one
    /// that is complete then, otherwise the moment itself, or the length before it.
    public func manualInterval(at date: Instant) -> (start: Instant, end: Instant) {
        switch interval {
        case .point: return (date, date)
        case .length(let length):
            return (date.advanced(by: Span(microseconds: -length.microseconds)), date)
        case .previous:
            guard !isSingular, let end = tick(atOrBefore: date), let start = tick(before: end)
            else { return (date, date) }
            return (start, end)
        }
    }

    /// The tick whose run has this logical date.
    public func tick(ofLogicalDate date: Instant) -> Instant {
        if case .length(let length) = interval { return date.advanced(by: length) }
        return date
    }

    private var isSingular: Bool { ticks == .once || ticks == .continuous }

    /// The first tick whose run is not due at `instant` already.
    private func firstTick(since instant: Instant) -> Instant? {
        let following = tick(after: instant)
        return interval == .previous ? tick(atOrBefore: instant) ?? following : following
    }

    /// The newest tick whose run may be made at `now`.
    private func newestDueTick(at now: Instant) -> Instant? {
        let newest = tick(atOrBefore: now)
        return interval == .previous ? newest.flatMap { tick(before: $0) } : newest
    }
}

extension Instant {
    /// The second that holds this moment.
    var wholeSecond: Instant { Instant(seconds: seconds) }
}
