/// The statements that make a node's relation; a runner puts them in one transaction.
public enum Materialisation {
    /// Replaces whatever is at `relation` by a view.
    public static func view(_ relation: RelationName, sql: String, oldKind: String?) -> [String] {
        drop(relation, oldKind)
            + ["create view \(relation.sql) as \(SQLScanner.trimmed(sql))"]
    }

    /// Replaces whatever is at `relation` by a table; the old one is read until the new one is
    /// whole, so that a query may read both.
    public static func table(
        _ relation: RelationName, sql: String, oldKind: String?
    ) -> [String] {
        let new = staged(relation)
        return [
            "drop table if exists \(new.sql)",
            "create table \(new.sql) as \(SQLScanner.trimmed(sql))",
        ]
            + drop(relation, oldKind)
            + ["alter table \(new.sql) rename to \(SQLText.quoted(relation.tableName))"]
    }

    /// The same with the columns and constraints of an enforced contract.
    ///
    /// - Parameter columns: the columns of the query, in its order.
    /// - Throws: ``ContractMismatch`` where the query's columns are not the contract's.
    public static func contractedTable(
        _ relation: RelationName, sql: String, oldKind: String?, contract: [ColumnNote],
        constraints: [ConfigMap], columns: [String]
    ) throws(ContractMismatch) -> [String] {
        try check(contract: contract, against: columns)
        let new = staged(relation)
        let definitions = contract.map(definition) + constraints.compactMap(tableConstraint)
        let names = contract.map { SQLText.quoted($0.name) }.joined(separator: ", ")
        return [
            "drop table if exists \(new.sql)",
            "create table \(new.sql) (\(definitions.joined(separator: ", ")))",
            "insert into \(new.sql) (\(names)) select \(names) from (\n\(SQLScanner.trimmed(sql))\n) "
                + "as contracted",
        ] + drop(relation, oldKind)
            + ["alter table \(new.sql) rename to \(SQLText.quoted(relation.tableName))"]
    }

    /// Compares the columns of a query with those of its contract.
    public static func check(
        contract: [ColumnNote], against columns: [String]
    ) throws(ContractMismatch) {
        let promised = Set(contract.map { $0.name.lowercased() })
        let given = Set(columns.map { $0.lowercased() })
        let missing = contract.map(\.name).filter { !given.contains($0.lowercased()) }
        let extra = columns.filter { !promised.contains($0.lowercased()) }
        let untyped = contract.filter { $0.dataType == nil }.map(\.name)
        guard missing.isEmpty, extra.isEmpty, untyped.isEmpty else {
            throw ContractMismatch(missing: missing, extra: extra, untyped: untyped)
        }
    }

    private static func definition(_ column: ColumnNote) -> String {
        var text = "\(SQLText.quoted(column.name)) \(column.dataType ?? "")"
        for constraint in column.constraints {
            switch constraint["type"]?.text {
            case "not_null": text += " not null"
            case "unique": text += " unique"
            case "primary_key": text += " primary key"
            case "check": text += " check (\(constraint["expression"]?.text ?? "1 = 1"))"
            case "foreign_key":
                text +=
                    " references \(constraint["expression"]?.text ?? constraint["to"]?.text ?? "")"
            default: break
            }
        }
        return text
    }

    private static func tableConstraint(_ constraint: ConfigMap) -> String? {
        let names = (constraint["columns"]?.asList ?? []).map { SQLText.quoted($0.text) }
            .joined(separator: ", ")
        switch constraint["type"]?.text {
        case "unique": return "unique (\(names))"
        case "primary_key": return "primary key (\(names))"
        case "check": return "check (\(constraint["expression"]?.text ?? "1 = 1"))"
        case "foreign_key":
            return "foreign key (\(names)) references \(constraint["expression"]?.text ?? "")"
        default: return nil
        }
    }

    /// Drops a relation of the given kind, where there is one.
    public static func drop(_ relation: RelationName, _ kind: String?) -> [String] {
        kind.map { ["drop \($0) \(relation.sql)\(relation.dialect.cascade)"] } ?? []
    }

    /// The table that is filled before it takes the place of the old one.
    static func staged(_ relation: RelationName) -> RelationName {
        var new = relation
        new.identifier += "__new"
        return new
    }
}

/// A query that does not give the columns of its contract.
public struct ContractMismatch: Error, Hashable, Sendable {
    public var missing: [String]
    public var extra: [String]
    public var untyped: [String]

    public var message: String {
        var parts: [String] = []
        if !missing.isEmpty { parts.append("the query lacks \(missing.joined(separator: ", "))") }
        if !extra.isEmpty { parts.append("the contract lacks \(extra.joined(separator: ", "))") }
        if !untyped.isEmpty { parts.append("no data_type for \(untyped.joined(separator: ", "))") }
        return "This model has an enforced contract that failed: " + parts.joined(separator: "; ")
    }
}
