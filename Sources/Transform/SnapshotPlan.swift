/// The statements of a snapshot (slowly changing dimension, type 2): §7.
public struct SnapshotPlan: Sendable {
    let target: RelationName
    /// The temporary table with the query's rows, as SQL names it.
    let source: String
    let sourceColumns: [String]
    /// Their types, where the engine asks for one.
    private let types: [String: String]
    let config: ConfigMap
    /// The time of the snapshot as an SQL expression.
    let now: String

    public init(
        target: RelationName, source: String, sourceColumns: [String], config: ConfigMap,
        now: String, types: [String: String] = [:]
    ) {
        self.target = target
        self.source = source
        self.sourceColumns = sourceColumns
        self.config = config
        self.now = target.dialect.moment(now)
        self.types = target.dialect == .sqlite ? [:] : types
    }

    private var keys: [String] { Incremental.keys(config).map(Incremental.column) }

    private func metaName(_ name: String) -> String {
        config["snapshot_meta_column_names"]?.map?[name]?.text ?? name
    }

    private func meta(_ name: String) -> String { SQLText.quoted(metaName(name)) }

    private var hardDeletes: String {
        config["hard_deletes"]?.string
            ?? (config["invalidate_hard_deletes"]?.bool == true ? "invalidate" : "ignore")
    }

    private var changeTime: String { config["updated_at"]?.text ?? now }
    private var dialect: SQLDialect { target.dialect }
    private var currentEnd: String {
        config["dbt_valid_to_current"]?.text ?? dialect.null(like: changeTime)
    }

    /// The end of a row that says that its key is gone: there is no column to take a type from.
    private var goneEnd: String { config["dbt_valid_to_current"]?.text ?? "null" }

    private func isCurrent(_ alias: String) -> String {
        let column = "\(alias).\(meta("dbt_valid_to"))"
        return config["dbt_valid_to_current"] == nil
            ? "\(column) is null" : "(\(column) is null or \(column) = \(currentEnd))"
    }

    private var id: String {
        let parts = (keys + [changeTime]).map { "coalesce(cast(\($0) as text), '')" }
        return dialect.md5(parts.joined(separator: " || '|' || "))
    }

    private var metaColumns: String {
        var text =
            "\(id) as \(meta("dbt_scd_id")), \(changeTime) as \(meta("dbt_updated_at")), "
            + "\(changeTime) as \(meta("dbt_valid_from")), \(currentEnd) as \(meta("dbt_valid_to"))"
        if hardDeletes == "new_record" { text += ", 'False' as \(meta("dbt_is_deleted"))" }
        return text
    }

    /// Finds keys that the query gives twice; up to five, as text.
    public var duplicateKeys: String {
        let list = keys.joined(separator: ", ")
        let shown = keys.map { "coalesce(cast(\($0) as text), 'NULL')" }
            .joined(separator: " || ', ' || ")
        return "select \(shown) from \(source) group by \(list) having count(*) > 1 limit 5"
    }

    /// The first snapshot: every row is current.
    public func create(oldKind: String?) -> [String] {
        Materialisation.table(
            target, sql: "select *, \(metaColumns) from \(source)", oldKind: oldKind)
    }

    /// Every later snapshot.
    ///
    /// - Parameter existing: the columns of the snapshot's table.
    public func update(existing: [Incremental.Column]) throws(Incremental.Refusal) -> [String] {
        let known = Set(existing.map { $0.name.lowercased() })
        let added = sourceColumns.filter { !known.contains($0.lowercased()) }
        var result = added.map {
            "alter table \(target.sql) add column \(SQLText.quoted($0)) \(types[$0] ?? "")"
        }
        let deleted = meta("dbt_is_deleted")
        if hardDeletes == "new_record", !known.contains(metaName("dbt_is_deleted").lowercased()) {
            result.append("alter table \(target.sql) add column \(deleted) text")
            result.append("update \(target.sql) set \(deleted) = 'False'")
        }
        guard ["ignore", "invalidate", "new_record"].contains(hardDeletes) else {
            throw Incremental.Refusal(
                message: "'\(hardDeletes)' is no value of hard_deletes",
                remedy: "Write ignore, invalidate or new_record.")
        }
        let scd = meta("dbt_scd_id")
        let keyColumns = keys.indices.map { "spillway_key_\($0)" }
        let aliased = zip(keys, keyColumns).map { "\($0) as \($1)" }.joined(separator: ", ")
        let matches = keyColumns.map { dialect.same("cur.\($0)", "src.\($0)") }.joined(
            separator: " and ")
        let names = sourceColumns.map(SQLText.quoted).joined(separator: ", ")
        let old = try changed(added)
        // The current rows and the query's rows with their keys beside them, so that an
        // expression as a key is computed on each side.
        result += [
            "create temp table spillway_current as select *, \(aliased) from \(target.sql) as t "
                + "where \(isCurrent("t"))",
            "create temp table spillway_rows as select *, \(metaColumns), \(aliased) from \(source)",
            "create temp table spillway_changes as select cur.\(scd) as old_id, src.\(scd) as "
                + "new_id, src.\(meta("dbt_updated_at")) as at from spillway_rows as src left join "
                + "spillway_current as cur on \(matches) where cur.\(scd) is null or \(old)",
            "update \(target.sql) set \(meta("dbt_valid_to")) = c.at from spillway_changes as c "
                + "where \(SQLText.quoted(target.tableName)).\(scd) = c.old_id and "
                + isCurrent(SQLText.quoted(target.tableName)),
        ]
        var metaNames = ["dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to"]
        if hardDeletes == "new_record" { metaNames.append("dbt_is_deleted") }
        let all = names + ", " + metaNames.map(meta).joined(separator: ", ")
        if hardDeletes != "ignore" {
            result += closing(matches: matches, names: names, metaNames: metaNames)
        }
        result.append(
            "insert into \(target.sql) (\(all)) select \(all) from spillway_rows "
                + "where \(scd) in (select new_id from spillway_changes)")
        for table in ["spillway_current", "spillway_rows", "spillway_changes"] {
            result.append("drop table \(dialect.temporary(table))")
        }
        return result
    }

    /// Whether the row of a known key changed, as a condition on `cur` and `src`.
    private func changed(_ added: [String]) throws(Incremental.Refusal) -> String {
        let back =
            hardDeletes == "new_record" ? " or cur.\(meta("dbt_is_deleted")) = 'True'" : ""
        if config["strategy"]?.string == "timestamp" {
            return "(cur.\(meta("dbt_valid_from")) < src.\(meta("dbt_updated_at"))\(back))"
        }
        let setting = config["check_cols"]
        let checked = setting?.string == "all" ? sourceColumns : setting?.asList.map(\.text) ?? []
        guard !checked.isEmpty else {
            throw Incremental.Refusal(
                message: "the snapshot has no check_cols", remedy: "Write a list, or 'all'.")
        }
        // A column that is checked for the first time counts as a change of every row.
        if checked.contains(where: { name in
            added.contains { $0.lowercased() == name.lowercased() }
        }) {
            return "1 = 1"
        }
        let differs = checked.map {
            dialect.different("cur.\(SQLText.quoted($0))", "src.\(SQLText.quoted($0))")
        }
        return "(\(differs.joined(separator: " or "))\(back))"
    }

    /// Closes the rows whose key is gone, and notes it in a row of its own where asked.
    private func closing(matches: String, names: String, metaNames: [String]) -> [String] {
        let scd = meta("dbt_scd_id")
        let gone =
            "not exists (select 1 from spillway_rows as src where \(matches))"
            + (hardDeletes == "new_record"
                ? " and " + dialect.different("cur.\(meta("dbt_is_deleted"))", "'True'") : "")
        var result = [
            "update \(target.sql) set \(meta("dbt_valid_to")) = \(now) where \(scd) in "
                + "(select cur.\(scd) from spillway_current as cur where \(gone)) and "
                // Rows of one key with one time of change share their id: those closed before stay so.
                + isCurrent(SQLText.quoted(target.tableName))
        ]
        if hardDeletes == "new_record" {
            let list = metaNames.map(meta).joined(separator: ", ")
            result.append(
                "insert into \(target.sql) (\(names), \(list)) select \(names), "
                    + dialect.md5("cur.\(scd) || '|' || cast(\(now) as text)")
                    + ", \(now), \(now), \(goneEnd), 'True' "
                    + "from spillway_current as cur where \(gone)")
        }
        return result
    }
}
