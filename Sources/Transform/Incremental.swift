/// How the rows of a temporary table get into an existing one: §6, strategies and schema changes.
public enum Incremental {
    public typealias Column = (name: String, type: String)

    /// Why an incremental step must not run.
    public struct Refusal: Error, Hashable, Sendable {
        public var message: String
        public var remedy: String

        public init(message: String, remedy: String) {
            self.message = message
            self.remedy = remedy
        }
    }

    /// The key columns of `unique_key`: a text with one column, or a list.
    public static func keys(_ config: ConfigMap) -> [String] {
        (config["unique_key"]?.asList ?? []).map(\.text).filter { !$0.isEmpty }
    }

    /// The strategy by name; `append` without a key, `delete+insert` with one.
    public static func strategy(_ config: ConfigMap) -> String {
        config["incremental_strategy"]?.string.map { $0 == "delete_insert" ? "delete+insert" : $0 }
            ?? (keys(config).isEmpty ? "append" : "delete+insert")
    }

    /// What `on_schema_change` asks for, and the columns to insert afterwards.
    public static func schemaChange(
        _ config: ConfigMap, target: RelationName, source: [Column], existing: [Column]
    ) throws(Refusal) -> (statements: [String], columns: [String]) {
        func lacks(_ columns: [Column], _ name: String) -> Bool {
            !columns.contains { $0.name.lowercased() == name.lowercased() }
        }
        let new = source.filter { lacks(existing, $0.name) }
        let gone = existing.filter { lacks(source, $0.name) }
        let setting = config["on_schema_change"]?.string ?? "ignore"
        let kept = existing.filter { !lacks(source, $0.name) }.map(\.name)
        func list(_ columns: [Column]) -> String { columns.map(\.name).joined(separator: ", ") }
        switch setting {
        case "ignore":
            guard gone.isEmpty else {
                throw Refusal(
                    message:
                        "the query no longer gives the column \(list(gone)) of \(target.tableName)",
                    remedy: "Give it again, or set on_schema_change to append_new_columns or "
                        + "sync_all_columns, or run with --full-refresh.")
            }
            return ([], kept)
        case "fail":
            guard new.isEmpty, gone.isEmpty else {
                throw Refusal(
                    message: "the columns of \(target.tableName) changed: new "
                        + "[\(list(new))], gone [\(list(gone))]",
                    remedy: "Run with --full-refresh, or allow it with on_schema_change.")
            }
            return ([], kept)
        case "append_new_columns", "sync_all_columns":
            var statements = new.map {
                "alter table \(target.sql) add column \(SQLText.quoted($0.name)) \($0.type)"
            }
            if setting == "sync_all_columns" {
                statements += gone.map {
                    "alter table \(target.sql) drop column \(SQLText.quoted($0.name))"
                }
            }
            return (statements, kept + new.map(\.name))
        default:
            throw unknownChange(setting)
        }
    }

    /// The statements of a strategy.
    ///
    /// - Parameters:
    ///   - source: the temporary table's name in SQL.
    ///   - columns: what is inserted, in order.
    public static func statements(
        _ config: ConfigMap, target: RelationName, source: String, columns: [String]
    ) throws(Refusal) -> [String] {
        let keys = keys(config).map(column)
        let names = columns.map(SQLText.quoted).joined(separator: ", ")
        let insert = "insert into \(target.sql) (\(names)) select \(names) from \(source)"
        // dbt takes both names.
        let given = config["predicates"] ?? config["incremental_predicates"]
        let predicates = (given?.asList ?? []).map { " and (\($0.text))" }.joined()
        switch strategy(config) {
        case "append": return [insert]
        case "delete+insert":
            guard !keys.isEmpty else { return [insert] }
            if target.dialect == .duckdb {
                return [deletion(of: keys, target, source) + predicates, insert]
            }
            let tuple = keys.count == 1 ? keys[0] : "(\(keys.joined(separator: ", ")))"
            return [
                "delete from \(target.sql) where \(tuple) in "
                    + "(select \(keys.joined(separator: ", ")) from \(source))\(predicates)",
                insert,
            ]
        case "merge": return try merge(config, target, source, columns, keys, predicates)
        case "insert_overwrite":
            let parts = (config["partition_by"]?.asList ?? []).map {
                column($0.map?["field"]?.text ?? $0.text)
            }
            guard !parts.isEmpty else { return ["delete from \(target.sql)", insert] }
            if target.dialect == .duckdb { return [deletion(of: parts, target, source), insert] }
            let tuple = parts.count == 1 ? parts[0] : "(\(parts.joined(separator: ", ")))"
            return [
                "delete from \(target.sql) where \(tuple) in "
                    + "(select \(parts.joined(separator: ", ")) from \(source))",
                insert,
            ]
        case let other: throw refusal(of: other)
        }
    }

    /// Refuses a strategy or a way with new columns that is none, also where the table is made anew.
    public static func check(_ config: ConfigMap) throws(Refusal) {
        let known = ["append", "delete+insert", "merge", "insert_overwrite", "microbatch"]
        guard known.contains(strategy(config)) else { throw refusal(of: strategy(config)) }
        let change = config["on_schema_change"]?.string ?? "ignore"
        guard ["ignore", "fail", "append_new_columns", "sync_all_columns"].contains(change) else {
            throw unknownChange(change)
        }
    }

    private static func unknownChange(_ value: String) -> Refusal {
        Refusal(
            message: "'\(value)' is no value of on_schema_change",
            remedy: "Write ignore, fail, append_new_columns or sync_all_columns.")
    }

    private static func refusal(of strategy: String) -> Refusal {
        Refusal(
            message: "the incremental strategy '\(strategy)' is not supported",
            remedy: "Write append, delete+insert, merge, insert_overwrite or microbatch.")
    }

    /// DuckDB takes NULLs in rows for equal; a comparison of the parts does not.
    private static func deletion(
        of keys: [String], _ target: RelationName, _ source: String
    ) -> String {
        let names = keys.indices.map { "spillway_key_\($0)" }
        let list = zip(keys, names).map { "\($0) as \($1)" }.joined(separator: ", ")
        let matches = zip(keys, names).map { "new_keys.\($1) = \($0)" }.joined(separator: " and ")
        return "delete from \(target.sql) where exists (select 1 from (select \(list) "
            + "from \(source)) as new_keys where \(matches))"
    }

    private static func merge(
        _ config: ConfigMap, _ target: RelationName, _ source: String, _ columns: [String],
        _ keys: [String], _ predicates: String
    ) throws(Refusal) -> [String] {
        guard !keys.isEmpty else {
            throw Refusal(
                message: "the strategy merge needs a unique_key", remedy: "Add unique_key.")
        }
        let only = config["merge_update_columns"]?.asList.map { $0.text.lowercased() }
        let not = config["merge_exclude_columns"]?.asList.map { $0.text.lowercased() } ?? []
        let bare = Set(Self.keys(config).map { $0.lowercased() })
        let updated = columns.filter { name in
            only.map { $0.contains(name.lowercased()) }
                ?? (!not.contains(name.lowercased()) && !bare.contains(name.lowercased()))
        }
        let table = SQLText.quoted(target.tableName)
        let join = keys.map { "\(table).\($0) = new_rows.\($0)" }.joined(separator: " and ")
        let names = columns.map(SQLText.quoted).joined(separator: ", ")
        let sets = updated.map { "\(SQLText.quoted($0)) = new_rows.\(SQLText.quoted($0))" }
        var result: [String] = []
        // New rows first noted, then inserted: after the update every one of them would match.
        let insert =
            "insert into \(target.sql) (\(names)) select \(names) from \(source) as new_rows "
            + "where not exists (select 1 from \(target.sql) where \(join))"
        if !sets.isEmpty {
            result.append(
                "update \(target.sql) set \(sets.joined(separator: ", ")) from \(source) as "
                    + "new_rows where \(join)\(predicates)")
        }
        return result + [insert]
    }

    /// A key as SQL: a name in quotes, an expression as it is.
    public static func column(_ key: String) -> String {
        key.utf8.allSatisfy(SQLScanner.isWordByte) ? SQLText.quoted(key) : key
    }

    /// Counts what a key should not have: NULLs, and values that stand twice.
    public static func keyChecks(
        _ config: ConfigMap, source: String
    ) -> (nulls: String, doubles: String)? {
        let keys = keys(config).map(column)
        guard !keys.isEmpty else { return nil }
        let null = keys.map { "\($0) is null" }.joined(separator: " or ")
        let list = keys.joined(separator: ", ")
        return (
            "select count(*) from \(source) where \(null)",
            "select count(*) from (select 1 as one from \(source) where not (\(null)) "
                + "group by \(list) having count(*) > 1) as doubles"
        )
    }
}
