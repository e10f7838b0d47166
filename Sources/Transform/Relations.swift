public import Jinja

/// A relation as templates see it: `{{ this }}`, `{{ ref('x') }}`.
public final class RelationObject: JinjaObject {
    public let name: RelationName
    /// What stands in SQL instead of the name: a common table expression or a filtered subquery.
    public let replacement: String?
    private let kind: String?
    /// What `include` and `quote` leave of the name.
    private var form = Form()

    private struct Form {
        var hasDatabase = true
        var hasSchema = true
        var hasIdentifier = true
        var quotesIdentifier = true
    }

    public init(_ name: RelationName, replacement: String? = nil, kind: String? = nil) {
        self.name = name
        self.replacement = replacement
        self.kind = kind
    }

    public override var text: String { replacement ?? written }

    private var written: String {
        let table = form.quotesIdentifier ? SQLText.quoted(name.tableName) : name.tableName
        var parts = [form.hasIdentifier ? table : nil]
        if name.dialect == .sqlite {
            parts.insert(form.hasSchema ? "main" : nil, at: 0)
        } else {
            parts.insert(form.hasSchema ? SQLText.quoted(name.schema) : nil, at: 0)
            let hasDatabase = form.hasDatabase && !name.database.isEmpty
            parts.insert(hasDatabase ? SQLText.quoted(name.database) : nil, at: 0)
        }
        return parts.compactMap { $0 }.joined(separator: ".")
    }

    private func with(_ change: (inout Form) -> Void) -> JinjaValue {
        let other = RelationObject(name, replacement: replacement, kind: kind)
        other.form = form
        change(&other.form)
        return .object(other)
    }
    public override var typeName: String { "Relation" }
    public override var keyText: String? { text }
    /// Packages tell a relation from a text by that.
    public override var isMapping: Bool { true }

    public override func equals(_ other: JinjaObject) -> Bool {
        (other as? RelationObject).map { $0.name == name && $0.replacement == replacement } ?? false
    }

    public override func attribute(_ attribute: String) -> JinjaValue? {
        switch attribute {
        case "database": .string(name.database)
        case "schema": .string(name.schema)
        case "identifier", "name", "table": .string(name.identifier)
        case "type": kind.map { .string($0) } ?? JinjaValue.none
        case "is_table": .bool(kind == "table")
        case "is_view": .bool(kind == "view")
        case "is_materialized_view", "can_be_renamed", "can_be_replaced": .bool(false)
        case "metadata": .mapping([("type", .string(name.dialect.relationType))])
        case "path":
            .mapping([
                ("database", .string(name.database)), ("schema", .string(name.schema)),
                ("identifier", .string(name.identifier)),
            ])
        case "get":
            .object(
                JinjaFunction(attribute) { [self] call in
                    self.attribute(try call.text(0, "key")) ?? call.argument(1, "default") ?? .none
                })
        case "is_cte": .bool(replacement != nil)
        case "render":
            .object(JinjaFunction(attribute) { [name] _ in .string(name.sql) })
        case "include":
            .object(
                JinjaFunction(attribute) { [self] call in
                    with { form in
                        if let value = call.argument(0, "database") {
                            form.hasDatabase = value.isTrue
                        }
                        if let value = call.argument(1, "schema") { form.hasSchema = value.isTrue }
                        if let value = call.argument(2, "identifier") {
                            form.hasIdentifier = value.isTrue
                        }
                    }
                })
        case "quote":
            .object(
                JinjaFunction(attribute) { [self] call in
                    with { form in
                        if let value = call.argument(2, "identifier") {
                            form.quotesIdentifier = value.isTrue
                        }
                    }
                })
        case "without_identifier":
            .object(JinjaFunction(attribute) { [self] _ in with { $0.hasIdentifier = false } })
        case "incorporate": .object(JinjaFunction(attribute) { [self] _ in .object(self) })
        default: nil
        }
    }
}

/// A column as templates see it.
public final class ColumnObject: JinjaObject {
    public let name: String
    public let type: String

    public init(name: String, type: String) {
        self.name = name
        self.type = type
    }

    public override var text: String { "<Column \(name) (\(type))>" }
    public override var typeName: String { "Column" }

    public override func attribute(_ attribute: String) -> JinjaValue? {
        let lower = type.lowercased()
        func claim(_ parts: [String]) -> JinjaValue {
            let holds = parts.contains { lower.contains($0) }
            return .object(JinjaFunction(attribute) { _ in .bool(holds) })
        }
        switch attribute {
        case "name", "column": return .string(name)
        case "quoted": return .string(SQLText.quoted(name))
        case "dtype", "data_type": return .string(type)
        case "is_string": return claim(["text", "char", "clob"])
        case "is_integer": return claim(["int"])
        case "is_float": return claim(["real", "float", "double"])
        case "is_numeric": return claim(["numeric", "decimal"])
        case "is_number": return claim(["int", "real", "float", "double", "numeric", "decimal"])
        case "char_size": return size.map { .int($0) } ?? JinjaValue.none
        case "numeric_precision", "numeric_scale": return JinjaValue.none
        case "string_size":
            // A text without a limit is dbt's widest one.
            return .object(JinjaFunction(attribute) { [size] _ in .int(size ?? 16_777_216) })
        case "can_expand_to":
            return .object(
                JinjaFunction(attribute) { [self] call in
                    guard case .object(let object) = try call.required(0, "other_column"),
                        let other = object as? ColumnObject, isText, other.isText
                    else { return .bool(false) }
                    return .bool((other.size ?? 16_777_216) > (size ?? 16_777_216))
                })
        case "literal":
            return .object(
                JinjaFunction(attribute) { [type] call in
                    .string("\(try call.text(0, "value"))::\(type)")
                })
        default: return nil
        }
    }

    private var isText: Bool {
        let lower = type.lowercased()
        return ["text", "char", "clob"].contains { lower.contains($0) }
    }

    /// `20` of `varchar(20)`.
    private var size: Int? {
        guard isText, let open = type.firstIndex(of: "("), let end = type.lastIndex(of: ")"),
            open < end
        else { return nil }
        return Int(type[type.index(after: open)..<end])
    }
}

/// One value of a query's result.
public enum SQLValue: Hashable, Sendable {
    case null
    case int(Int)
    case double(Double)
    case text(String)
    case blob([UInt8])
    /// Engines with a type of its own for it; SQLite has none.
    case bool(Bool)

    public var jinja: JinjaValue {
        switch self {
        case .null: .none
        case .int(let number): .int(number)
        case .double(let number): .double(number)
        case .text(let text): .string(text)
        case .blob(let bytes): .string(Digest.hex(bytes))
        case .bool(let flag): .bool(flag)
        }
    }
}

/// The result of a query.
public struct QueryTable: Hashable, Sendable {
    public var columns: [String]
    public var rows: [[SQLValue]]

    public init(columns: [String], rows: [[SQLValue]]) {
        self.columns = columns
        self.rows = rows
    }
}

/// Runs what templates ask of the database while they render.
public protocol TransformDatabase: AnyObject {
    var dialect: SQLDialect { get }
    func query(_ sql: String) throws -> QueryTable
    func run(_ sql: String) throws
    /// `table`, `view`, or nil where there is no such relation.
    func kind(of relation: RelationName) throws -> String?
    /// The columns with their declared types; empty where there is no such relation.
    func columns(of relation: RelationName) throws -> [(name: String, type: String)]
}

/// A result as templates see it: `.columns[0].values()`, `.rows`, `row['c']`.
final class TableObject: JinjaObject {
    let table: QueryTable
    init(_ table: QueryTable) { self.table = table }

    override var typeName: String { "Table" }
    override func iterated() -> [JinjaValue]? { rows }
    private var rows: [JinjaValue] {
        table.rows.map { .object(RowObject(names: table.columns, values: $0.map(\.jinja))) }
    }

    override func attribute(_ name: String) -> JinjaValue? {
        switch name {
        case "rows": .array(rows)
        case "column_names": .tuple(table.columns.map { .string($0) })
        case "columns":
            .object(
                RowObject(
                    names: table.columns,
                    values: table.columns.indices.map { column in
                        .object(
                            ColumnValues(
                                name: table.columns[column],
                                values: table.rows.map {
                                    $0.indices.contains(column) ? $0[column].jinja : .none
                                }))
                    }))
        default: nil
        }
    }
}

/// Values by position and by name.
final class RowObject: JinjaObject {
    private let names: [String]
    private let values: [JinjaValue]
    init(names: [String], values: [JinjaValue]) {
        self.names = names
        self.values = values
    }

    override var typeName: String { "Row" }
    override var isTrue: Bool { !values.isEmpty }
    override var text: String { (try? JinjaValue.tuple(values).text()) ?? "" }
    override func iterated() -> [JinjaValue]? { values }

    override func item(_ key: JinjaValue) throws -> JinjaValue? {
        if let index = key.whole {
            let place = index < 0 ? index + values.count : index
            return values.indices.contains(place) ? values[place] : nil
        }
        guard case .string(let name) = key else { return nil }
        if let index = names.firstIndex(where: { $0.lowercased() == name.lowercased() }) {
            return values[index]
        }
        return attribute(name)
    }

    override func attribute(_ name: String) -> JinjaValue? {
        let (names, values) = (names, values)
        switch name {
        case "values": return .object(JinjaFunction(name) { _ in .tuple(values) })
        case "keys": return .object(JinjaFunction(name) { _ in .tuple(names.map { .string($0) }) })
        case "items":
            return .object(
                JinjaFunction(name) { _ in
                    .array(zip(names, values).map { .tuple([.string($0), $1]) })
                })
        case "dict":
            return .object(JinjaFunction(name) { _ in .mapping(Array(zip(names, values))) })
        case "get":
            return .object(
                JinjaFunction(name) { [self] call in
                    try item(call.required(0, "key")) ?? call.argument(1, "default") ?? .none
                })
        default:
            return names.firstIndex { $0.lowercased() == name.lowercased() }.map { values[$0] }
        }
    }
}

/// One column of a result.
final class ColumnValues: JinjaObject {
    private let name: String
    private let values: [JinjaValue]
    init(name: String, values: [JinjaValue]) {
        self.name = name
        self.values = values
    }

    override var typeName: String { "Column" }
    override func iterated() -> [JinjaValue]? { values }
    override func item(_ key: JinjaValue) -> JinjaValue? {
        guard let index = key.whole else { return nil }
        let place = index < 0 ? index + values.count : index
        return values.indices.contains(place) ? values[place] : nil
    }
    override func attribute(_ attribute: String) -> JinjaValue? {
        switch attribute {
        case "name": .string(name)
        case "values": .object(JinjaFunction(attribute) { [values] _ in .tuple(values) })
        default: nil
        }
    }
}
