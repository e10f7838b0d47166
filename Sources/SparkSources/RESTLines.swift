import Domain
import Foundation
import SparkLog

/// Turns what Spark's REST API tells (`/api/v1`, as its monitoring guide describes it) into the
/// lines that an event log would have.
struct RESTLines {
    typealias Object = [String: Any]

    var lines: [Object] = []
    private let attempt: Object
    var queryOfJob: [Int: Int] = [:]
    /// Metrics of plans have no ids here; theirs lie above those of a log.
    var nextMetric = Int64(1) << 40

    /// - Parameter attempt: one of the `attempts` of the application.
    init(application: Object, attempt: Object) {
        self.attempt = attempt
        if let version = attempt["appSparkVersion"] as? String {
            lines.append(["Event": "SparkListenerLogStart", "Spark Version": version])
        }
        var start: Object = [
            "Event": "SparkListenerApplicationStart", "App ID": application["id"] ?? "",
            "App Name": application["name"] ?? "", "User": attempt["sparkUser"] ?? "",
        ]
        start["Timestamp"] = attempt["startTimeEpoch"] ?? Self.moment(attempt["startTime"])
        start["App Attempt ID"] = attempt["attemptId"]
        lines.append(start)
    }

    mutating func environment(_ environment: Object) {
        func table(_ key: String) -> Object {
            let pairs = environment[key] as? [[Any]] ?? []
            return Dictionary(
                pairs.compactMap { pair in
                    pair.count == 2 ? ("\(pair[0])", pair[1]) : nil
                }, uniquingKeysWith: { $1 })
        }
        let runtime = environment["runtime"] as? Object ?? [:]
        lines.append([
            "Event": "SparkListenerEnvironmentUpdate",
            "Spark Properties": table("sparkProperties"),
            "System Properties": table("systemProperties"),
            "Hadoop Properties": table("hadoopProperties"),
            "JVM Information": ["Java Version": runtime["javaVersion"] ?? ""],
        ])
    }

    mutating func executors(_ executors: [Object]) {
        for executor in executors {
            let id = executor["id"] as? String ?? ""
            let cores = executor["totalCores"] as? Int ?? 0
            let address = executor["hostPort"] as? String ?? ""
            let host = address.lastIndex(of: ":").map { address[..<$0] } ?? address[...]
            // The driver of a cluster is listed without cores.
            guard id != "driver" || cores > 0 else { continue }
            lines.append([
                "Event": "SparkListenerExecutorAdded", "Executor ID": id,
                "Timestamp": Self.moment(executor["addTime"]) ?? 0,
                "Executor Info": ["Host": String(host), "Total Cores": cores],
            ])
            if let removed = Self.moment(executor["removeTime"]) {
                lines.append([
                    "Event": "SparkListenerExecutorRemoved", "Executor ID": id,
                    "Timestamp": removed, "Removed Reason": executor["removeReason"] ?? "",
                ])
            }
        }
    }

    mutating func end() {
        guard attempt["completed"] as? Bool ?? false else { return }
        let end = attempt["endTimeEpoch"] as? Int ?? Self.moment(attempt["endTime"]) ?? 0
        guard end > 0 else { return }
        lines.append(["Event": "SparkListenerApplicationEnd", "Timestamp": end])
    }

    /// The lines as an event log has them.
    static func bytes(_ lines: [Object]) -> [UInt8] {
        lines.flatMap { line -> [UInt8] in
            var line = line
            let info = (line.removeValue(forKey: "Stage Info") as? Object).map(Self.bytes(ofStage:))
            let infos = (line.removeValue(forKey: "Stage Infos") as? [Object])?.map(
                Self.bytes(ofStage:))
            guard var bytes = json(line) else { return [] }
            if let info { append("Stage Info", info, to: &bytes) }
            if let infos {
                let list = Array(infos.joined(separator: [UInt8(ascii: ",")]))
                append(
                    "Stage Infos", [UInt8(ascii: "[")] + list + [UInt8(ascii: "]")], to: &bytes)
            }
            return bytes + [0x0A]
        }
    }

    /// A stage's id comes first, as in Spark's own events: what follows is read by it.
    private static func bytes(ofStage info: Object) -> [UInt8] {
        var rest = info
        let id = rest.removeValue(forKey: "Stage ID") as? Int ?? 0
        guard let bytes = json(rest) else { return Array("{\"Stage ID\":\(id)}".utf8) }
        return Array("{\"Stage ID\":\(id),".utf8) + bytes.dropFirst()
    }

    /// The same object has the same bytes each time, so that a change can be told.
    private static func json(_ object: Object) -> [UInt8]? {
        (try? JSONSerialization.data(withJSONObject: object, options: .sortedKeys)).map(Array.init)
    }

    /// Puts a member at the end of an object that is not empty.
    private static func append(_ key: String, _ value: [UInt8], to object: inout [UInt8]) {
        object.removeLast()
        object += Array(",\"\(key)\":".utf8) + value + [UInt8(ascii: "}")]
    }

    /// Milliseconds since 1970 of `2026-11-23T07:31:27.142GMT`.
    static func moment(_ value: Any?) -> Int? {
        guard var text = value as? String else { return nil }
        if text.hasSuffix("GMT") { text = text.dropLast(3) + "Z" }
        return Instant(iso8601: text).map { Int($0.microseconds / 1_000) }
    }
}
