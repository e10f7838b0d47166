import JSONText

/// A column whose values are wanted by their rank.
struct RankedColumn: Hashable, Sendable {
    /// As SQL writes it.
    var column: String
    /// The rows: `FROM`, a table, and a condition that leaves NULLs out.
    var source: String
    /// Whether the database numbers the rows; if not, the rows of an ordered statement are counted
    /// as they come, which costs SQLite a third of its window.
    var isNumbered: Bool
}

extension Facts {
    /// The values at `wanted` ranks (from 1) of a column's values in order; NULL behind the last.
    ///
    /// All ranks of a column that a round asks for are one statement.
    mutating func values(_ wanted: [Int], of column: RankedColumn) throws(Stall) -> [JSONValue] {
        var known: [Int: JSONValue] = [:]
        switch ranks[column] {
        case .known(let values): known = values
        case .failed(let message): throw .failed(message)
        case nil: break
        }
        let missing = wanted.filter { known[$0] == nil }
        guard missing.isEmpty else {
            let index = wantedRanks.firstIndex { $0.column == column }
            if index == nil { wantedRanks.append((column, [])) }
            wantedRanks[index ?? wantedRanks.endIndex - 1].ranks.formUnion(missing)
            throw .pending
        }
        return wanted.map { known[$0] ?? .null }
    }

    func rankQueries() -> [CheckQuery] {
        wantedRanks.map { wanted in
            let (column, ranks) = (wanted.column, wanted.ranks.sorted())
            let name = column.column
            var query = CheckQuery(
                sql: "SELECT \(name) \(column.source) ORDER BY \(name)", isScan: false)
            if column.isNumbered {
                let list = ranks.map(String.init).joined(separator: ", ")
                query.sql =
                    "SELECT v FROM (SELECT \(name) AS v, row_number() OVER (ORDER BY \(name)) AS k"
                    + " \(column.source)) AS ranked WHERE k IN (\(list)) ORDER BY k"
            } else {
                query.places = ranks.map { $0 - 1 }
            }
            query.ranked = column
            return query
        }
    }

    mutating func noteRanks(
        of column: RankedColumn, _ result: Result<[[JSONValue]], QueryFailure>, of query: CheckQuery
    ) {
        guard let wanted = wantedRanks.first(where: { $0.column == column })?.ranks else { return }
        switch result {
        case .success(let rows):
            var known: [Int: JSONValue] = [:]
            if case .known(let before) = ranks[column] { known = before }
            for (index, rank) in wanted.sorted().enumerated() {
                known[rank] = rows.indices.contains(index) ? rows[index].first : .null
            }
            ranks[column] = .known(known)
        case .failure(let failure): ranks[column] = .failed(failure.message)
        }
    }
}
