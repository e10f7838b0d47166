public import Domain

/// One SQL execution: a query, a command or one batch of a stream.
public struct SparkSQLExecution: Sendable {
    public enum Outcome: Hashable, Sendable {
        /// No end was read: it runs, or the log ends before it.
        case running
        case succeeded
        case failed(String)
        /// It ended; Spark before 3.4 does not say how.
        case ended
    }

    public var id: Int64
    /// The execution that this one is a part of; itself for most.
    public var root: Int64
    public var description: String
    public var details: String
    public var startedAt: Instant?
    public var endedAt: Instant?
    public var outcome: Outcome
    /// Settings that differed from the application's when it started (3.3 and later).
    public var modifiedSettings: [SparkSetting]
    public var jobs: [Int]
    /// The plan as it was started, then every new plan of adaptive execution, oldest first.
    public var plans: [SparkPlan]
    /// Accumulators that events announced apart from plans.
    public var extraMetrics: [Int64]
    public var adaptiveUpdates: Int

    init(id: Int64) {
        self.id = id
        root = id
        description = ""
        details = ""
        outcome = .running
        modifiedSettings = []
        jobs = []
        plans = []
        extraMetrics = []
        adaptiveUpdates = 0
    }
}

/// One version of a physical plan, its nodes in the order of a printed tree.
public struct SparkPlan: Sendable {
    public struct Node: Sendable {
        public var name: String
        /// One line with arguments (`simpleString`).
        public var detail: String
        /// 0 for the root; the children of a node follow it one level deeper.
        public var depth: Int
        /// What scans tell: `Location`, `PushedFilters`, `ReadSchema`, …
        public var metadata: [SparkSetting]
        /// Positions of its metrics in ``SparkPlan/metrics``.
        public var metricRange: Range<Int>
    }

    public var nodes: [Node]
    /// Accumulator ids of all nodes; see ``SparkApplication/metric(_:)``.
    public var metrics: [Int64]
    /// Where in the decoded log the line with the plan's full text starts, in bytes.
    public var logOffset: Int64
}

/// A name and its value: a setting, a JVM property, a fact of a scan.
public struct SparkSetting: Hashable, Sendable {
    public var key: String
    public var value: String

    public init(key: String, value: String) {
        self.key = key
        self.value = value
    }
}
