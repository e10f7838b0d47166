public import Domain
public import SchedulerCore

/// One event with all it brought about; entries are appended together, in one transaction.
public struct StoreEntry: Hashable, Sendable {
    /// Nil: only the intents.
    public var event: SchedulerEvent?
    public var changes: [SchedulerChange]
    /// The attempts that will be started once this is durable, or may be.
    public var intents: [AttemptIntent]
    /// Attempts that were intended, were not begun, and will not be under that intent.
    public var withdrawn: [AttemptID] = []
    /// With `runCreated` and `backfillCreated`: the pipeline as it is now, kept for the runs.
    public var definition: Pipeline?
    /// What the entries before it answer: durable together with them, so that no request is
    /// carried out twice.
    public var answer: AnsweredRequest?
    /// What attempts have used so far; no event, as nothing depends on it.
    public var measured: [AttemptID: ResourceUse] = [:]
    /// Hooks to be carried out once this is durable, and those that were.
    public var hookCalls: [HookCall] = []
    public var calledHooks: [Int64] = []

    public init(
        event: SchedulerEvent?, changes: [SchedulerChange] = [], intents: [AttemptIntent] = [],
        definition: Pipeline? = nil
    ) {
        self.event = event
        self.changes = changes
        self.intents = intents
        self.definition = definition
    }
}

/// That an attempt is about to be started; recorded before its process exists.
public struct AttemptIntent: Hashable, Sendable {
    public var id: AttemptID
    public var at: Instant
    /// Absolute path of the log file.
    public var log: String
    /// In the environment of every process of the attempt: tells them from all others.
    public var token: String

    public init(id: AttemptID, at: Instant, log: String, token: String) {
        self.id = id
        self.at = at
        self.log = log
        self.token = token
    }
}

/// An event as the store keeps it.
public struct StoredEvent: Hashable, Sendable {
    /// Ascending, with gaps.
    public var sequence: Int64
    public var event: SchedulerEvent
}

/// An attempt that was intended and has no recorded end; whether it was begun, its runner knows.
public struct OpenAttempt: Hashable, Sendable {
    public var id: AttemptID
    /// Nil where it was not recorded whether a process came to be.
    public var process: ProcessIdentity?
    public var token: String
    public var log: String

    public init(id: AttemptID, process: ProcessIdentity?, token: String, log: String) {
        self.id = id
        self.process = process
        self.token = token
        self.log = log
    }
}
