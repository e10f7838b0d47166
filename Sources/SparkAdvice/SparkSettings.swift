import SparkLog

/// The settings that an execution ran with, and where each was set.
///
/// Logs hold only what somebody set: the rest are the defaults of the version, of which the ones
/// that rules need are known here (read from running 3.5, 4.0, 4.1 and 4.3 and from the 2.x and
/// 3.x configuration pages).
struct SparkSettings: Sendable {
    enum Origin: String, Sendable {
        /// Changed while the program ran.
        case session
        /// Given when the application started.
        case application
        /// Nobody set it.
        case unset = "default"
    }

    /// Major and minor version; 3.5 where the log does not tell.
    let version: (major: Int, minor: Int)
    private let start: [String: String]
    private let session: [String: String]

    init(_ application: SparkApplication) {
        let parts = (application.sparkVersion ?? "3.5").split(separator: ".")
        version = (
            Int(parts.first ?? "3") ?? 3,
            parts.count > 1 ? Int(parts[1].prefix { $0.isNumber }) ?? 0 : 0
        )
        start = Dictionary(
            application.sparkProperties.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
        session = [:]
    }

    /// These settings with what a program had changed when it began an execution.
    init(_ settings: SparkSettings, execution: SparkSQLExecution) {
        version = settings.version
        start = settings.start
        session = Dictionary(
            execution.modifiedSettings.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    }

    func origin(_ key: String) -> Origin {
        if session[key] != nil { return .session }
        return start[key] == nil ? .unset : .application
    }

    /// The value in effect; nil where nobody set it and its default is not known here.
    func value(_ key: String) -> String? { session[key] ?? start[key] ?? known(key) }

    func isOn(_ key: String) -> Bool { value(key)?.lowercased() == "true" }

    /// A whole number, bounded so that products with what a cluster has fit.
    func int(_ key: String) -> Int? {
        value(key).flatMap { Int($0.filter { !$0.isWhitespace }) }
            .map { min(max($0, -Self.largestInt), Self.largestInt) }
    }

    /// Spark's own numbers have 32 bits.
    private static let largestInt = Int(Int32.max)

    /// A size in bytes; a bare number counts `unit` bytes.
    func bytes(_ key: String, unit: Int64 = 1) -> Int64? {
        value(key).flatMap { Self.bytes($0, unit: unit) }
    }

    func isAtLeast(_ major: Int, _ minor: Int) -> Bool {
        version.major != major ? version.major > major : version.minor >= minor
    }

    static func bytes(_ text: String, unit: Int64 = 1) -> Int64? {
        let text = text.lowercased().filter { !$0.isWhitespace }
        let number = text.prefix { $0.isNumber || $0 == "-" || $0 == "." }
        guard let value = Double(number) else { return nil }
        let suffix = text.dropFirst(number.count)
        let powers: [Character: Int] = ["k": 10, "m": 20, "g": 30, "t": 40, "p": 50]
        var factor = Double(suffix.isEmpty ? unit : 1)
        if let first = suffix.first, let power = powers[first] { factor = Double(1 << power) }
        let product = value * factor
        return abs(product) < 9e18 ? Swift.min(Int64(product), 1 << 53) : nil
    }

    /// The default of the version; nil where it is not known here.
    func known(_ key: String) -> String? {
        switch key {
        case "spark.sql.adaptive.enabled": isAtLeast(3, 2) ? "true" : "false"
        case "spark.sql.adaptive.coalescePartitions.enabled": "true"
        case "spark.sql.adaptive.coalescePartitions.parallelismFirst": "true"
        case "spark.sql.adaptive.skewJoin.enabled": "true"
        case "spark.sql.adaptive.skewJoin.skewedPartitionFactor": isAtLeast(3, 3) ? "5.0" : "5"
        case "spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes": "256MB"
        case "spark.sql.adaptive.advisoryPartitionSizeInBytes": "64MB"
        case "spark.sql.autoBroadcastJoinThreshold": "10MB"
        case "spark.sql.shuffle.partitions": "200"
        case "spark.sql.files.maxPartitionBytes": "128MB"
        case "spark.sql.files.openCostInBytes": "4MB"
        case "spark.executor.memory", "spark.driver.memory": "1g"
        case "spark.driver.maxResultSize": "1g"
        case "spark.task.cpus": "1"
        case "spark.memory.fraction": "0.6"
        case "spark.task.maxFailures": "4"
        case "spark.network.timeout": "120s"
        case "spark.speculation": "false"
        case "spark.dynamicAllocation.enabled": "false"
        default: nil
        }
    }
}
