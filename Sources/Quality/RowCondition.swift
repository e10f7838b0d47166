public import JSONText

/// Why a row condition was not understood.
public struct RowConditionError: Error, Hashable, Sendable {
    public var problem: String
    public var remedy: String
}

/// Which rows an expectation looks at.
///
/// Read from Great Expectations' texts (`col("a") > 5`), its objects
/// (`{"type": "comparison", …}`), pandas' simple queries (`a > 5 and b == "x"`), or plain SQL.
public indirect enum RowCondition: Hashable, Sendable {
    public enum Comparison: String, Hashable, Sendable {
        case equal = "="
        case unequal = "<>"
        case less = "<"
        case atMost = "<="
        case more = ">"
        case atLeast = ">="
    }

    case comparison(column: String, Comparison, JSONValue)
    case membership(column: String, [JSONValue], isIn: Bool)
    case isNull(column: String, Bool)
    case all([RowCondition])
    case any([RowCondition])
    case not(RowCondition)
    case sql(String)

    static let deepest = 50

    init(_ node: SourceNode, isSQL: Bool) throws(RowConditionError) {
        if let text = node.text {
            if isSQL {
                self = .sql(text)
            } else {
                self = try RowConditionParser.parse(text)
            }
        } else {
            self = try Self(object: node, depth: 0)
        }
    }

    private init(object node: SourceNode, depth: Int) throws(RowConditionError) {
        guard depth < Self.deepest else {
            throw RowConditionError(problem: "it is nested too deeply", remedy: "Flatten it.")
        }
        let type = node["type"]?.text ?? ""
        switch type {
        case "and", "or":
            guard let items = node["conditions"]?.items, !items.isEmpty else {
                throw RowConditionError(
                    problem: "'\(type)' has no 'conditions'", remedy: "Add a list of them.")
            }
            var parts: [RowCondition] = []
            for item in items { parts.append(try Self(object: item, depth: depth + 1)) }
            self = type == "and" ? .all(parts) : .any(parts)
        case "nullity":
            self = .isNull(column: try Self.column(node), node["is_null"]?.flag ?? true)
        case "comparison":
            self = try Self.comparison(node)
        case "pass_through":
            guard let text = node["pass_through_filter"]?.text else {
                throw RowConditionError(
                    problem: "'pass_through' has no 'pass_through_filter'", remedy: "Add it.")
            }
            self = try RowConditionParser.parse(text)
        default:
            throw RowConditionError(
                problem: "a condition's type is '\(type)'",
                remedy: "Write 'comparison', 'nullity', 'and' or 'or'.")
        }
    }

    private static func column(_ node: SourceNode) throws(RowConditionError) -> String {
        guard let name = node["column"]?["name"]?.text ?? node["column"]?.text else {
            throw RowConditionError(
                problem: "a condition names no column", remedy: "Add 'column: {name: …}'.")
        }
        return name
    }

    private static func comparison(_ node: SourceNode) throws(RowConditionError) -> RowCondition {
        let column = try column(node)
        let sign = node["operator"]?.text ?? ""
        guard let parameter = node["parameter"] else {
            throw RowConditionError(
                problem: "a comparison has no 'parameter'", remedy: "Add the value.")
        }
        let comparisons: [String: Comparison] = [
            "==": .equal, "!=": .unequal, "<": .less, "<=": .atMost, ">": .more, ">=": .atLeast,
        ]
        if let comparison = comparisons[sign] {
            return .comparison(column: column, comparison, parameter.json)
        }
        guard sign == "IN" || sign == "NOT_IN", let items = parameter.items else {
            throw RowConditionError(
                problem: "a comparison's operator is '\(sign)'",
                remedy: "Write ==, !=, <, <=, >, >=, IN or NOT_IN.")
        }
        return .membership(column: column, items.map(\.json), isIn: sign == "IN")
    }

    /// The columns it names; those of plain SQL are not known.
    public var columns: [String] {
        switch self {
        case .comparison(let column, _, _), .membership(let column, _, _), .isNull(let column, _):
            [column]
        case .all(let parts), .any(let parts): parts.flatMap(\.columns)
        case .not(let part): part.columns
        case .sql: []
        }
    }

    /// As an SQL predicate.
    public func sql(_ dialect: Dialect) -> String {
        switch self {
        case .comparison(let column, let comparison, .null):
            "\(dialect.quoted(column)) IS \(comparison == .equal ? "NULL" : "NOT NULL")"
        case .comparison(let column, let comparison, let value):
            "\(dialect.quoted(column)) \(comparison.rawValue) \(dialect.literal(value))"
        case .membership(let column, let values, let isIn):
            SQLText.membership(dialect.quoted(column), values, dialect, isIn: isIn)
        case .isNull(let column, let isNull):
            "\(dialect.quoted(column)) IS \(isNull ? "NULL" : "NOT NULL")"
        case .all(let parts): SQLText.joined(parts.map { $0.sql(dialect) }, " AND ")
        case .any(let parts): SQLText.joined(parts.map { $0.sql(dialect) }, " OR ")
        case .not(let part): "NOT (\(part.sql(dialect)))"
        case .sql(let text): "(\(text))"
        }
    }
}

/// Pieces of SQL that several checks write.
enum SQLText {
    /// Joined in a balanced tree: databases bound the depth of an expression.
    static func joined(_ parts: [String], _ word: String) -> String {
        joined(parts[...], word)
    }

    private static func joined(_ parts: ArraySlice<String>, _ word: String) -> String {
        guard parts.count > 1 else { return parts.first.map { "(\($0))" } ?? "(1=1)" }
        let middle = parts.startIndex + parts.count / 2
        return "(\(joined(parts[..<middle], word))\(word)\(joined(parts[middle...], word)))"
    }

    /// NULLs of the list are left out: with one no row would ever be outside of it.
    static func membership(
        _ column: String, _ values: [JSONValue], _ dialect: Dialect, isIn: Bool
    ) -> String {
        let list = values.filter { $0 != .null }.map { dialect.literal($0) }
        guard !list.isEmpty else { return isIn ? "(1=0)" : "(1=1)" }
        return "\(column) \(isIn ? "IN" : "NOT IN") (\(list.joined(separator: ", ")))"
    }

    static func range(
        _ value: String, low: JSONValue?, high: JSONValue?, strictLow: Bool, strictHigh: Bool,
        _ dialect: Dialect
    ) -> String {
        var parts: [String] = []
        if let low { parts.append("\(value) \(strictLow ? ">" : ">=") \(dialect.literal(low))") }
        if let high { parts.append("\(value) \(strictHigh ? "<" : "<=") \(dialect.literal(high))") }
        return parts.isEmpty ? "(1=1)" : parts.joined(separator: " AND ")
    }
}
