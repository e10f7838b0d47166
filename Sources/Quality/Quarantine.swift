import JSONText

/// Setting failing rows aside in a table, so that the rest goes on.
public struct Quarantine: Hashable, Sendable {
    /// To be run in one transaction, in this order: the table is made if it is missing, the rows
    /// are copied into it with the names of the checks they failed, and removed.
    public var statements: [String]
    /// The index in `statements` of the one that removes: its changes are the rows set aside.
    public var removal: Int

    /// Of the failed row checks of `report` whose verdict is `atLeast` as bad; nil where none is.
    ///
    /// - Parameters:
    ///   - target: the name of the table of failing rows; it gets a column `failed_checks` more.
    public init?(
        _ report: CheckReport, table: TableShape, into target: String, dialect: Dialect,
        atLeast verdict: Verdict = .error
    ) {
        let failed = report.results.filter { result in
            result.failingRows != nil && (result.verdict == .error || result.verdict == verdict)
                && result.unexpectedCount ?? 0 > 0 && result.elementCount != nil
        }
        guard !failed.isEmpty else { return nil }
        let name = dialect.quoted(target)
        let predicates = failed.compactMap(\.failingRows)
        let anyFails = SQLText.joined(predicates, " OR ")
        // Each name ends with a comma, and the last one is cut.
        let names = zip(failed, predicates).map { result, predicate in
            let column = result.kwargs.column.map { "(\($0))" } ?? ""
            let text = dialect.literal(.string(result.type + column + ","))
            return "CASE WHEN \(predicate) THEN \(text) ELSE '' END"
        }
        let list = "rtrim(\(names.joined(separator: " || ")), ',')"
        let columns = table.columns.map { dialect.quoted($0.name) }.joined(separator: ", ")
        statements = [
            "CREATE TABLE IF NOT EXISTS \(name) AS SELECT *, '' AS failed_checks"
                + " FROM \(table.sqlName) WHERE 1=0",
            "INSERT INTO \(name) (\(columns), failed_checks) SELECT \(columns), \(list)"
                + " FROM \(table.sqlName) WHERE \(anyFails)",
            "DELETE FROM \(table.sqlName) WHERE \(anyFails)",
        ]
        removal = 2
    }
}

extension JSONValue {
    /// The column that arguments name.
    fileprivate var column: String? {
        guard case .object(let members) = self,
            case .string(let name)? = members.first(where: { $0.key == "column" })?.value
        else { return nil }
        return name
    }
}
