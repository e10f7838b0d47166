public import JSONText

/// How a database writes what checks need beyond common SQL.
///
/// On SQLite the connection must bring `regexp(pattern, text)`, `stddev_samp(x)`,
/// `matches_strftime(format, text)` and the aggregate `sampled(limit, value, …)`
/// (``CollectedSample``), which SQLite does not have by itself.
public enum Dialect: String, Hashable, Sendable {
    case sqlite, postgres, duckdb

    /// A name as an identifier.
    public func quoted(_ name: String) -> String {
        "\"" + Self.doubled(name, UInt8(ascii: "\"")) + "\""
    }

    /// A value as a literal; lists and maps as their JSON text.
    public func literal(_ value: JSONValue) -> String {
        switch value {
        case .null: return "NULL"
        case .bool(let flag):
            return self == .sqlite ? (flag ? "1" : "0") : (flag ? "TRUE" : "FALSE")
        case .integer(let number):
            // The digits of the smallest integer alone are beyond its range.
            return number == .min ? "(\(number + 1) - 1)" : "\(number)"
        case .number(let number): return number.isFinite ? "\(number)" : "NULL"
        case .string(let text): return literal(text)
        case .array, .object: return literal(value.text)
        }
    }

    /// `text` with each `quote` twice.
    private static func doubled(_ text: String, _ quote: UInt8) -> String {
        guard text.utf8.contains(quote) else { return text }
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            bytes.append(byte)
            if byte == quote { bytes.append(byte) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func literal(_ text: String) -> String {
        let doubled = Self.doubled(text, UInt8(ascii: "'"))
        guard text.utf8.contains(0) else { return "'" + doubled + "'" }
        // A NUL ends a statement's text: it is put in by its number.
        let parts = doubled.split(separator: "\0", omittingEmptySubsequences: false)
            .map { "'" + $0 + "'" }
        let zero = self == .sqlite ? "char(0)" : "chr(0)"
        return "(" + parts.joined(separator: " || \(zero) || ") + ")"
    }

    func matches(_ column: String, _ pattern: String) -> String {
        switch self {
        case .sqlite: "\(column) REGEXP \(literal(pattern))"
        case .postgres: "CAST(\(column) AS text) ~ \(literal(pattern))"
        case .duckdb: "regexp_matches(CAST(\(column) AS VARCHAR), \(literal(pattern)))"
        }
    }

    func length(_ column: String) -> String {
        switch self {
        case .sqlite: "length(\(column))"
        case .postgres: "length(CAST(\(column) AS text))"
        case .duckdb: "length(CAST(\(column) AS VARCHAR))"
        }
    }

    func isJSON(_ column: String) -> String {
        switch self {
        case .sqlite, .duckdb: "json_valid(\(column))"
        case .postgres: "(CAST(\(column) AS text) IS JSON)"
        }
    }

    /// The test of a text against a `strftime` format; nil where the database has none.
    func matchesTime(_ column: String, _ format: String) -> String? {
        switch self {
        case .sqlite: "matches_strftime(\(literal(format)), \(column))"
        case .duckdb: "(try_strptime(CAST(\(column) AS VARCHAR), \(literal(format))) IS NOT NULL)"
        case .postgres: nil
        }
    }
}

/// The columns of a table, in their order, with their declared types.
public struct TableShape: Hashable, Sendable {
    public struct Column: Hashable, Sendable {
        public var name: String
        /// As the database declares it; empty where it declares none.
        public var type: String

        public init(name: String, type: String) {
            self.name = name
            self.type = type
        }
    }

    /// The name as it is written in SQL, quoted where it must be.
    public var sqlName: String
    public var columns: [Column]

    public init(sqlName: String, columns: [Column]) {
        self.sqlName = sqlName
        self.columns = columns
    }

    func column(named name: String) -> Column? { columns.first { $0.name == name } }
}
