import Domain
import Jinja

/// The rows of a unit test as a query of literals.
enum FixtureRows {
    /// - Parameter columns: the columns of the relation that the rows stand for; those that a row
    ///   does not give are NULL.
    static func sql(
        _ given: ConfigMap, columns: [FixtureColumn], _ dialect: SQLDialect
    ) throws -> String {
        let format = given["format"]?.text ?? "dict"
        if format == "sql" { return SQLScanner.trimmed(given["rows"]?.text ?? "") }
        let rows = try rows(given)
        var names: [String] = []
        var seen: Set<String> = []
        for name in columns.map(\.name) + rows.flatMap(\.keys)
        where seen.insert(name.lowercased()).inserted {
            names.append(name)
        }
        guard !names.isEmpty else {
            throw JinjaFault(
                "an input of the unit test has no rows and its relation does not exist, so its "
                    + "columns are unknown",
                remedy: "Give one row, or build the parent first.")
        }
        // A column without values, and one whose values look like another type, need a cast.
        func typed(_ text: String, _ name: String) -> String {
            let type = columns.first { $0.name.lowercased() == name.lowercased() }?.type ?? ""
            return dialect == .sqlite || type.isEmpty ? text : "cast(\(text) as \(type))"
        }
        if rows.isEmpty {
            return "select "
                + names.map { "\(typed("null", $0)) as \(SQLText.quoted($0))" }
                .joined(separator: ", ") + " where 1 = 0"
        }
        return rows.map { row in
            "select "
                + names.map { name in
                    let value = row.pairs.first { $0.key.lowercased() == name.lowercased() }?.value
                    let text = literal(value ?? .null, dialect)
                    return "\(typed(text, name)) as \(SQLText.quoted(name))"
                }.joined(separator: ", ")
        }.joined(separator: "\nunion all\n")
    }

    /// - Parameter names: the columns of the relation; empty where it does not exist yet.
    /// - Throws: a fault that names a column which the relation has not.
    static func check(
        _ given: ConfigMap, names: [String], test: String, input: String
    ) throws {
        guard !names.isEmpty, given["format"]?.text != "sql" else { return }
        let known = Set(names.map { $0.lowercased() })
        for name in try rows(given).flatMap(\.keys) where !known.contains(name.lowercased()) {
            let near = nearestName(to: name, among: names)
            throw JinjaFault(
                "Invalid column name: '\(name)' in unit test fixture '\(test)' for '\(input)'. "
                    + "Accepted columns are: \(names)",
                remedy: near.map { "Write '\($0)' instead." } ?? "Remove the column.")
        }
    }

    static func rows(_ given: ConfigMap) throws -> [ConfigMap] {
        if given["format"]?.text == "csv" {
            let table = try CSVTable(Array((given["rows"]?.text ?? "").utf8), file: "rows")
            return table.rows.map { row in
                ConfigMap(
                    zip(table.columns, row).map { column, value in
                        (column.name, ConfigValue(value.jinja))
                    })
            }
        }
        return given["rows"]?.asList.compactMap(\.map) ?? []
    }

    static func literal(_ value: ConfigValue, _ dialect: SQLDialect) -> String {
        switch value {
        case .null: "null"
        case .bool(let flag): dialect.boolean(flag)
        case .int(let number): String(number)
        case .double(let number): number.isFinite ? "\(number)" : "null"
        default: SQLText.literal(value.text)
        }
    }
}

/// A column of the relation that a unit test's rows stand for.
struct FixtureColumn {
    var name: String
    /// In the engine's words; empty where it is not known.
    var type = ""
}

/// A unit test, ready to run: a query and the rows that it must give.
public struct UnitTestQuery: Sendable {
    /// The model's query over the given inputs.
    public let sql: String
    /// The query for the expected rows, over the same columns.
    public let expectedSQL: String
    /// The columns that are compared; empty means those of ``expectedSQL``.
    public let columns: [String]

    init(sql: String, expect: ConfigMap, _ dialect: SQLDialect) throws {
        if expect["format"]?.text == "sql" {
            columns = []
            expectedSQL = SQLScanner.trimmed(expect["rows"]?.text ?? "")
        } else {
            let rows = try FixtureRows.rows(expect)
            var seen: Set<String> = []
            columns = rows.flatMap(\.keys).filter { seen.insert($0.lowercased()).inserted }
            expectedSQL =
                columns.isEmpty
                ? ""
                : try FixtureRows.sql(
                    expect, columns: columns.map { FixtureColumn(name: $0) }, dialect)
        }
        self.sql = SQLScanner.trimmed(sql)
    }
}
