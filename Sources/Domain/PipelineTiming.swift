/// How a pipeline's runs lie in time, beside its schedule.
public struct PipelineTiming: Hashable, Sendable {
    /// Which stretch of data a scheduled run is for.
    public var dataInterval: DataInterval
    /// What cron expressions do where the clocks of the zone are changed.
    public var clockChanges: ClockChangePolicy
    /// How long a run may take, counted from its start; then it fails and what is open is skipped.
    public var runTimeout: Span?
    /// By when a run should have ended; missing it is told, and ends nothing.
    public var deadline: RunDeadline?

    public init(
        dataInterval: DataInterval = .point, clockChanges: ClockChangePolicy = .vixie,
        runTimeout: Span? = nil, deadline: RunDeadline? = nil
    ) {
        self.dataInterval = dataInterval
        self.clockChanges = clockChanges
        self.runTimeout = runTimeout
        self.deadline = deadline
    }
}

/// Which stretch of data the run of a tick is for, and when it may start.
public enum DataInterval: Hashable, Sendable {
    /// Airflow 3: the run starts at its tick, and its interval is that one moment.
    case point
    /// Airflow 2: the interval reaches from the tick to the next one, at which the run starts.
    case previous
    /// The run starts at its tick and is for the time of this length before it, whose start is its
    /// logical date (Airflow 3's trigger timetable with an `interval`).
    case length(Span)
}

/// What happens to cron schedules where the clocks are changed.
public enum ClockChangePolicy: String, Hashable, Sendable, CaseIterable {
    /// Debian's cron. A job whose minute or hour begins with `*` follows the clock on the wall:
    /// what falls into a gap does not happen, what falls into an hour that comes twice happens
    /// twice. Any other job fires once: after the gap, or in the first of the two hours. Days
    /// of month and weekdays must both match where one of the fields begins with `*`.
    case vixie
    /// Airflow 3's. A job that runs in every hour adds elapsed time; any other one fires in the
    /// second of two equal hours, and is moved on by a gap's length. Days of month and weekdays
    /// must both match only where one of the fields allows every day.
    case airflow
}

/// By when a run should have ended.
public struct RunDeadline: Hashable, Sendable {
    /// What the time is counted from.
    public enum Reference: String, Hashable, Sendable, CaseIterable {
        /// The moment the run was made.
        case queued = "queued_at"
        case logicalDate = "logical_date"
    }

    public var after: Span
    public var from: Reference

    public init(after: Span, from: Reference = .queued) {
        self.after = after
        self.from = from
    }

    /// The deadline of a run.
    public func instant(queuedAt: Instant, logicalDate: Instant) -> Instant {
        switch from {
        case .queued: queuedAt.advanced(by: after)
        case .logicalDate: logicalDate.advanced(by: after)
        }
    }
}

/// What a task waits for in the run before its own.
public enum PastDependency: Hashable, Sendable {
    case none
    /// The same task succeeded or was skipped there (`depends_on_past`).
    case sameTask
    /// So did all that directly need it (`wait_for_downstream`).
    case sameTaskAndDownstream
}
