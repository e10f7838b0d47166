/// What a finding is about; the raw value is the stable name that commands print.
public enum FindingRule: String, CaseIterable, Sendable {
    case skewedJoin = "skewed-join"
    case skewedGroupBy = "skewed-groupby"
    case straggler
    case tooManyPartitions = "too-many-partitions"
    case tooFewPartitionsSpill = "too-few-partitions-spill"
    case missedBroadcast = "missed-broadcast"
    case bigBroadcast = "big-broadcast"
    case nestedLoopJoin = "nested-loop-join"
    case recomputation
    case cacheWaste = "cache-waste"
    case smallFiles = "small-files"
    case smallFilesWritten = "small-files-written"
    case fullScan = "full-scan"
    case unsplittableInput = "unsplittable-input"
    case inputSplit = "input-split"
    case pythonUDF = "python-udf"
    case memoryGC = "memory-gc"
    case singleTaskStage = "single-task-stage"
    case lowParallelism = "low-parallelism"
    case idleExecutors = "idle-executors"
    case driverCollect = "driver-collect"
    case driverTime = "driver-time"
    case failingTasks = "failing-tasks"
    case fetchFailures = "fetch-failures"
    case fetchWait = "fetch-wait"
    case slowDisk = "slow-disk"
    case schedulerDelay = "scheduler-delay"
    case containerMemory = "container-memory"
    case streamFallingBehind = "stream-falling-behind"
    case streamStateGrowth = "stream-state-growth"
    case aqeOff = "aqe-off"
}

/// How much a finding matters, by the share of the application's time that it may save.
public enum FindingSeverity: Int, Comparable, CaseIterable, Sendable {
    case low, medium, high, critical

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The word that commands print and take.
    public var name: String {
        switch self {
        case .low: "low"
        case .medium: "medium"
        case .high: "high"
        case .critical: "critical"
        }
    }

    public init?(name: String) {
        guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }

    /// From 10, 25 and 50 % of the application's time on.
    init(share: Double) {
        switch share {
        case ..<0.10: self = .low
        case ..<0.25: self = .medium
        case ..<0.50: self = .high
        default: self = .critical
        }
    }
}

/// A number or text that speaks for a finding; the unit is in the key.
public struct FindingEvidence: Hashable, Sendable {
    public enum Value: Hashable, Sendable {
        case integer(Int64)
        case number(Double)
        case text(String)
    }

    public var key: String
    public var value: Value

    init(_ key: String, _ value: Int64) { (self.key, self.value) = (key, .integer(value)) }
    init(_ key: String, _ value: Int) { (self.key, self.value) = (key, .integer(Int64(value))) }
    init(_ key: String, _ value: Double) {
        let rounded = (value * 1000).rounded() / 1000
        (self.key, self.value) = (key, .number(rounded))
    }
    init(_ key: String, _ value: String) { (self.key, self.value) = (key, .text(value)) }
}

/// What to do about a finding.
public enum FindingChange: Hashable, Sendable {
    /// A setting and its value now; nil where nobody set it and no default is known.
    case setting(key: String, from: String?, to: String)
    /// Something in the program, its data or its surroundings.
    case code(String)
}

/// The time that a change should bring, in milliseconds of the application's wall time.
public struct FindingSaving: Hashable, Sendable {
    public var low: Int64
    public var high: Int64

    public init(low: Int64, high: Int64) {
        self.low = max(0, min(low, high))
        self.high = max(0, max(low, high))
    }

    public var middle: Int64 { low + (high - low) / 2 }
}

/// One cause of lost time, what speaks for it and what to do.
///
/// Texts may hold names from the log: not yet safe for a terminal.
public struct Finding: Hashable, Sendable {
    public var rule: FindingRule
    public var severity: FindingSeverity
    /// The stage where it shows most; nil where it is about the whole application.
    public var stage: Int?
    public var stageAttempt: Int?
    /// One sentence.
    public var title: String
    public var evidence: [FindingEvidence]
    /// What to do, best first; settings belong together, codes are alternatives to them.
    public var changes: [FindingChange]
    public var saving: FindingSaving
    /// 0…1: how likely the cause is the right one.
    public var confidence: Double
    /// The SQL execution it shows in.
    public var sqlExecution: Int64?
    /// Positions in `SparkApplication.stages` whose time it explains.
    var stageIndices: [Int] = []
    /// Least share of the application's time that must be in it.
    var leastShare = 0.03

    /// The settings among ``changes``, as one line of `spark-submit` arguments; nil without any.
    public var submitArguments: String? {
        let settings = changes.compactMap { change -> String? in
            guard case .setting(let key, _, let to) = change else { return nil }
            return "--conf " + Self.quoted("\(key)=\(to)")
        }
        return settings.isEmpty ? nil : settings.joined(separator: " ")
    }

    private static func quoted(_ text: String) -> String {
        let safe = text.unicodeScalars.allSatisfy { scalar in
            ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
                || ("0"..."9").contains(scalar) || "._-=:/,".unicodeScalars.contains(scalar)
        }
        return safe
            ? text
            : "'"
                + text.split(separator: "'", omittingEmptySubsequences: false)
                .joined(separator: "'\\''") + "'"
    }
}
