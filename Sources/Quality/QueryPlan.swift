public import JSONText

/// A statement that a plan wants run.
public struct CheckQuery: Hashable, Sendable {
    public var sql: String
    /// Whether this is the common scan: one row with a number for every check.
    public var isScan: Bool
    /// Whether the names of the columns are wanted as a first row.
    public var wantsNames = false
    /// Of the rows only those at these places are wanted, from 0 and ascending; nil for all.
    public internal(set) var places: [Int]?
    /// What the columns of a scan are.
    var expressions: [String] = []
    /// Of what column the values at some ranks are asked for; nil for other statements.
    var ranked: RankedColumn?
}

/// Work that needs a database but has none: statements out, rows in, until no more are wanted.
public protocol QueryPlan: Sendable {
    /// The statements of the next round; none once all is known.
    mutating func nextQueries() -> [CheckQuery]

    /// Takes the rows of a statement, or why it failed.
    ///
    /// - Returns: statements to run in its place: where a scan fails because of one check, each
    ///   of its numbers is asked for alone, so that the others still have theirs.
    mutating func take(
        _ result: Result<[[JSONValue]], QueryFailure>, of query: CheckQuery
    ) -> [CheckQuery]
}

extension Facts {
    /// So many numbers at most in one scan: databases bound the width of a row.
    private static let widestScan = 500

    /// The statements that answer what is wanted.
    func queries(on table: TableShape) -> [CheckQuery] {
        var queries: [CheckQuery] = []
        var rest = wantedScalars[...]
        while !rest.isEmpty {
            queries.append(Self.scan(Array(rest.prefix(Self.widestScan)), table))
            rest = rest.dropFirst(Self.widestScan)
        }
        return queries
            + wantedTables.map {
                CheckQuery(sql: $0, isScan: false, wantsNames: named.contains($0))
            } + rankQueries()
    }

    private static func scan(_ expressions: [String], _ table: TableShape) -> CheckQuery {
        CheckQuery(
            sql: "SELECT \(expressions.joined(separator: ", ")) FROM \(table.sqlName)",
            isScan: true, expressions: expressions)
    }

    mutating func take(
        _ result: Result<[[JSONValue]], QueryFailure>, of query: CheckQuery, on table: TableShape
    ) -> [CheckQuery] {
        if let ranked = query.ranked {
            noteRanks(of: ranked, result, of: query)
            return []
        }
        guard query.isScan else {
            noteRows(query.sql, result)
            return []
        }
        switch result {
        case .success(let rows):
            let row = rows.first ?? []
            for (index, expression) in query.expressions.enumerated() {
                note(expression, .success(row.indices.contains(index) ? row[index] : .null))
            }
            return []
        case .failure(let failure):
            if query.expressions.count == 1 {
                note(query.expressions[0], .failure(failure))
                return []
            }
            return query.expressions.map { Self.scan([$0], table) }
        }
    }
}
