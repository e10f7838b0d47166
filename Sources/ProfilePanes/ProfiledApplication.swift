public import SparkAdvice
public import SparkLog

/// An application with everything that is computed once when it is opened.
public struct ProfiledApplication: Sendable {
    /// Path of its event log.
    public var path: String
    public var profile: ApplicationProfile
    public var findings: [Finding]
    public var criticalPath: CriticalPath
    public var wallTime: WallTime
    public var facts: SparkLogFacts
    public var simulation: SparkSimulation
    /// Processors of the one host that all slots share, where they are known.
    public var processors: Int?
    /// What became of earlier proofs, by rule.
    public var verdicts: [FindingRule: String] = [:]

    public var application: SparkApplication { profile.application }

    /// Costs a full analysis: not for the loop that answers keys.
    ///
    /// - Parameter processors: those of the one host that all slots share; nil where not known.
    public init(
        path: String, _ application: SparkApplication, facts: SparkLogFacts,
        processors: Int? = nil
    ) {
        self.path = path
        self.facts = facts
        self.processors = processors
        profile = ApplicationProfile(application)
        findings = SparkAdvisor.findings(in: profile)
        criticalPath = CriticalPath(profile)
        wallTime = WallTime(profile)
        simulation = Self.simulation(profile, processors: processors)
    }

    /// What is simulated of an application, corrected by other runs of the same work.
    ///
    /// - Parameter processors: those of the one host that all slots share; nil where not known.
    public static func simulation(
        _ profile: ApplicationProfile, processors: Int?,
        correctedBy others: [ApplicationProfile] = []
    ) -> SparkSimulation {
        SparkSimulation(
            profile, executors: counts(profile), cores: nil, processors: processors,
            correctedBy: others)
    }

    /// Numbers of executors around the recorded one; few where replaying takes long.
    private static func counts(_ profile: ApplicationProfile) -> [Int] {
        let now = max(
            1, profile.stages.map { Set($0.tasks.map(\.executor)).count }.max() ?? 1)
        let isLarge = profile.application.tasks.count > 200_000
        let steps: [Double] = isLarge ? [0.5, 1, 2] : [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 8]
        let counts = steps.map { max(1, Int((Double(now) * $0).rounded())) }
        return Set(counts + (isLarge ? [] : [1, 2])).sorted()
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
    /// Size of its log; nil where a server does not tell.
    public var bytes: Int64?
    /// The best of the findings kept when it ended, `none` where there were none; nil where it was
    /// not profiled then.
    public var finding: String?

    public init(
        path: String, id: String, name: String, version: String, start: Int64?, end: Int64?,
        isInProgress: Bool, bytes: Int64?, finding: String? = nil
    ) {
        self.path = path
        self.id = id
        self.name = name
        self.version = version
        self.start = start
        self.end = end
        self.isInProgress = isInProgress
        self.bytes = bytes
        self.finding = finding
    }
}
