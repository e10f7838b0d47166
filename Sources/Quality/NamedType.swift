/// A column's declared type on SQLite, as SQLAlchemy and with it Great Expectations name it.
///
/// The name before the parentheses where it is a known one, else what SQLite's rules of affinity
/// make of it.
struct NamedType: Hashable {
    /// In capitals, without length and precision; `NullType` for none.
    let name: String

    init(_ declared: String) {
        let upper = declared.uppercased()
        let base = upper.prefix { $0 != "(" }.split(separator: " ").joined(separator: " ")
        if let known = Self.known[base] {
            name = known
        } else if upper.contains("INT") {
            name = "INTEGER"
        } else if ["CHAR", "CLOB", "TEXT"].contains(where: { upper.contains($0) }) {
            name = "TEXT"
        } else if upper.contains("BLOB") || base.isEmpty {
            name = "NullType"
        } else if ["REAL", "FLOA", "DOUB"].contains(where: { upper.contains($0) }) {
            name = "REAL"
        } else {
            name = "NUMERIC"
        }
    }

    var isText: Bool { ["TEXT", "VARCHAR", "CHAR", "NVARCHAR", "NCHAR"].contains(name) }

    private static let known: [String: String] = [
        "BIGINT": "BIGINT", "BLOB": "BLOB", "BOOL": "BOOLEAN", "BOOLEAN": "BOOLEAN",
        "CHAR": "CHAR", "DATE": "DATE", "DATE_CHAR": "DATE", "DATETIME": "DATETIME",
        "DATETIME_CHAR": "DATETIME", "DOUBLE": "DOUBLE", "DECIMAL": "DECIMAL", "FLOAT": "FLOAT",
        "INT": "INTEGER", "INTEGER": "INTEGER", "JSON": "JSON", "JSONB": "JSONB",
        "NUMERIC": "NUMERIC", "REAL": "REAL", "SMALLINT": "SMALLINT", "TEXT": "TEXT",
        "TIME": "TIME", "TIME_CHAR": "TIME", "TIMESTAMP": "TIMESTAMP", "VARCHAR": "VARCHAR",
        "NVARCHAR": "NVARCHAR", "NCHAR": "NCHAR",
    ]

    /// The types that can be asked for by name; of the others only
    /// `expect_column_type_to_be` knows the name.
    private static let comparable: Set<String> = [
        "BLOB", "BOOLEAN", "CHAR", "DECIMAL", "FLOAT", "INTEGER", "JSON", "JSONB", "NUMERIC",
        "REAL", "SMALLINT", "TEXT", "TIMESTAMP", "VARCHAR",
    ]

    /// Whether the type is `wanted`, in its exact case; a JSONB is a JSON too.
    func isCalled(_ wanted: String) -> Bool {
        guard Self.comparable.contains(name) else { return false }
        return name == wanted || name == "JSONB" && wanted == "JSON"
    }
}
