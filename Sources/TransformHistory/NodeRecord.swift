public import JSONText

/// What is kept of one run of a node: how it ended, how many rows it left, how old its newest was.
public struct NodeRecord: Hashable, Sendable {
    /// When it ended, ISO 8601 in UTC.
    public var at: String
    /// The node's unique id.
    public var node: String
    /// dbt's word: `success`, `error`, `pass`, `warn` …
    public var status: String
    /// The rows that it wrote, all of them for a table; nil where nobody counted, as for a view.
    public var rows: Int?
    /// How long it took.
    public var seconds: Double
    /// How old the newest row of a source was, by its column `loaded_at_field`.
    public var ageSeconds: Double?

    public init(
        at: String, node: String, status: String, rows: Int? = nil, seconds: Double = 0,
        ageSeconds: Double? = nil
    ) {
        self.at = at
        self.node = node
        self.status = status
        self.rows = rows
        self.seconds = seconds
        self.ageSeconds = ageSeconds
    }

    /// One line of the history's file, `{"at","node","status","rows","seconds","age_seconds"}`.
    public var json: JSONValue {
        .object([
            "at": .string(at), "node": .string(node), "status": .string(status),
            "rows": .integer(orNull: rows), "seconds": .number(seconds),
            "age_seconds": ageSeconds.map { .number($0) } ?? .null,
        ])
    }

    /// Reads a line; nil where it is none, such as one that a crash cut.
    public init?(line: [UInt8]) {
        guard let value = try? JSONValue(reading: line), let at = value["at"]?.string,
            let node = value["node"]?.string, let status = value["status"]?.string
        else { return nil }
        self.init(
            at: at, node: node, status: status,
            rows: value["rows"]?.double.flatMap { Int(exactly: $0) },
            seconds: value["seconds"]?.double ?? 0, ageSeconds: value["age_seconds"]?.double)
    }
}

/// The records of many nodes, as the lines of a file.
public enum NodeHistoryText {
    /// So many records of a node are worth keeping.
    public static let mostOfNode = 200

    /// The records by node, oldest first; lines that are none are passed over. O(bytes).
    public static func records(in bytes: [UInt8]) -> [String: [NodeRecord]] {
        var result: [String: [NodeRecord]] = [:]
        for line in bytes.split(separator: 10) {
            guard let record = NodeRecord(line: Array(line)) else { continue }
            result[record.node, default: []].append(record)
        }
        return result
    }

    /// The lines of records, each with its end.
    public static func text(of records: [NodeRecord]) -> String {
        records.map { $0.json.text + "\n" }.joined()
    }

    /// The text again with the newest ``mostOfNode`` records of each node, in their order.
    public static func shortened(_ bytes: [UInt8]) -> String {
        var left: [String: Int] = [:]
        var kept: [NodeRecord] = []
        for line in bytes.split(separator: 10).reversed() {
            guard let record = NodeRecord(line: Array(line)) else { continue }
            let count = left[record.node, default: mostOfNode]
            guard count > 0 else { continue }
            left[record.node] = count - 1
            kept.append(record)
        }
        return text(of: kept.reversed())
    }
}
