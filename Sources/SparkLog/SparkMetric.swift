/// How the number of a SQL metric is to be read.
public enum SparkMetricKind: UInt8, Sendable {
    case sum
    /// Bytes; negative ones mean "no value".
    case size
    /// Milliseconds.
    case timing
    /// Nanoseconds.
    case nanoTiming
    /// Ten times the average of each task; a total says nothing.
    case average
    /// A kind that a data source defines, or none told.
    case other

    init(_ text: JSONCursor.Text) {
        if text.equals("sum") {
            self = .sum
        } else if text.equals("size") {
            self = .size
        } else if text.equals("timing") {
            self = .timing
        } else if text.equals("nsTiming") {
            self = .nanoTiming
        } else if text.equals("average") {
            self = .average
        } else {
            self = .other
        }
    }
}

/// A metric of a plan node, or an accumulator of the program, with what is known of its value.
public struct SparkMetric: Sendable {
    public var id: Int64
    public var name: String
    public var kind: SparkMetricKind
    /// Values by task, of the tasks that succeeded; ones that mean "no value" are left out.
    public var tasks: MetricDistribution?
    /// What the driver set; it replaces, it does not add.
    public var driverValue: Int64?
    /// The running total at the end of the last stage that had it.
    public var stageTotal: Int64?
    /// Positions in ``SparkApplication/stages`` of the stages whose tasks updated it.
    public var stages: [Int]

    /// The one number to show; nil where nothing was counted, and for averages.
    public var total: Int64? {
        Self.total(kind, sum: tasks?.sum, driverValue: driverValue, stageTotal: stageTotal)
    }

    static func total(
        _ kind: SparkMetricKind, sum: Int64?, driverValue: Int64?, stageTotal: Int64?
    ) -> Int64? {
        guard kind != .average else { return nil }
        if let driverValue { return driverValue.addingSaturated(sum ?? 0) }
        return sum ?? stageTotal
    }
}

/// What is known of metrics, one thing at a time.
///
/// Plans of an application may have a million metrics, most of them without a value: a
/// ``SparkMetric`` of each, with lists of its own, would cost more than reading them did.
public struct SparkMetricValues: Sendable {
    let table: MetricTable

    /// Whether anything was ever counted.
    public func hasValue(_ id: Int64) -> Bool { table.hasValue(id) }

    public func name(_ id: Int64) -> String? { table.name(id) }

    /// See ``SparkMetric/total``.
    public func total(_ id: Int64) -> Int64? { table.total(id) }

    /// See ``SparkMetric/stages``; in the order in which their tasks updated it.
    public func stages(_ id: Int64) -> [Int32] { table.stages(id) }

    public func metric(_ id: Int64) -> SparkMetric? { table[id] }
}

extension SparkApplication {
    /// A snapshot of what is known of all metrics.
    public var metricValues: SparkMetricValues { SparkMetricValues(table: metrics) }
}
