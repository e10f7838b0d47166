public import Domain
public import SchedulerCore

/// What a runner tells of an attempt. Exactly one `started` (unless `notStarted` ends it) and one
/// `ended` or `handedOver` follow a launch.
public enum RunnerEvent: Hashable, Sendable {
    /// Comes up to 30 ms after the start; `process` is nil for work inside this process, and
    /// where it had ended by then.
    case started(AttemptID, process: ProcessIdentity?, at: Instant)
    /// Nothing of the attempt is alive any more.
    case ended(AttemptID, AttemptOutcome, at: Instant)
    /// As `ended`; and one that stood by, with that token, was begun in the same moment in its place.
    /// Of that one `started` follows only where it lives long enough to be looked at.
    case handedOver(AttemptID, AttemptOutcome, to: AttemptID, token: String, at: Instant)
    /// What the attempt has used: told now and then while it runs, and just before its `ended`. Not
    /// told of work inside this process.
    case measured(AttemptID, ResourceUse)
    /// The disk has no space for the log at this path: nothing was started, the same launch may be
    /// tried again.
    case held(AttemptID, log: String)
    /// Something could not be written to the log; the work goes on.
    case logIncomplete(AttemptID, reason: String)
}

/// A shell command of one attempt, ready to be started.
public struct ShellLaunch: Hashable, Sendable {
    public var id: AttemptID
    /// For `/bin/sh -c`.
    public var command: String
    /// On top of the environment of this process, the last of a name counts.
    public var environment: [EnvironmentEntry]
    /// Absolute path.
    public var directory: String
    /// Absolute path of the log file; appended to, its folder is made where it is missing.
    public var log: String
    /// Put into the environment as `SPILLWAY_TOKEN`: tells the attempt's processes from others.
    public var token: String
    public var limits: TaskLimits
    /// Which others may take its place; nil: none.
    public var place: SlotPlace?
    /// Standing by, it may begin once these have ended with exit code 0 and without outputs.
    public var after: [AttemptID]

    public init(
        id: AttemptID, command: String, environment: [EnvironmentEntry] = [], directory: String,
        log: String, token: String, limits: TaskLimits = .none, place: SlotPlace? = nil,
        after: [AttemptID] = []
    ) {
        self.limits = limits
        self.place = place
        self.after = after
        self.id = id
        self.command = command
        self.environment = environment
        self.directory = directory
        self.log = log
        self.token = token
    }
}
