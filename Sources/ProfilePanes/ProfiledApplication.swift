public import SparkAdvice
public import SparkLog

/// An application with everything that is computed once when it is opened.
public struct ProfiledApplication: Sendable {
    /// Path of its event log.
    public var path: String
    public var profile: ApplicationProfile
    public var findings: [Finding]
    public var criticalPath: CriticalPath
    public var facts: SparkLogFacts

    public var application: SparkApplication { profile.application }

    /// Costs a full analysis: not for the loop that answers keys.
    public init(path: String, _ application: SparkApplication, facts: SparkLogFacts) {
        self.path = path
        self.facts = facts
        profile = ApplicationProfile(application)
        findings = SparkAdvisor.findings(in: profile)
        criticalPath = CriticalPath(profile)
    }
}

/// An event log of a folder, as reading its head and tail tells.
public struct ApplicationRow: Hashable, Sendable {
    public var path: String
    public var id: String
    public var name: String
    public var version: String
    /// Milliseconds since 1970.
    public var start: Int64?
    public var end: Int64?
    public var isInProgress: Bool
    public var bytes: Int64

    public init(
        path: String, id: String, name: String, version: String, start: Int64?, end: Int64?,
        isInProgress: Bool, bytes: Int64
    ) {
        self.path = path
        self.id = id
        self.name = name
        self.version = version
        self.start = start
        self.end = end
        self.isInProgress = isInProgress
        self.bytes = bytes
    }
}
