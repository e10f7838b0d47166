import JSONText

/// What failing rows hold.
extension Evaluation {
    /// How many rows of the scope fulfil `predicate`, and the first ones' values of `columns`; with
    /// the numbers of `counts`, which are of the same scan.
    ///
    /// SQLite's scan brings the values along (`sampled`); other databases are asked once more,
    /// where there are any.
    mutating func failing(
        _ columns: [String], where predicate: String, beside counts: [String],
        isRecord: Bool = false
    ) throws(Stall) -> ([Int], (count: Int, values: [JSONValue])) {
        guard dialect == .sqlite else {
            let found = try facts.counts(counts + [counted(predicate)])
            let count = found[counts.count]
            let values = try sample(columns, where: predicate, count: count, isRecord: isRecord)
            return (found.dropLast(), (count, values))
        }
        let list = columns.map { dialect.quoted($0) }.joined(separator: ", ")
        let sampled =
            "sampled(\(Outcome.fetchedSample), \(list)) FILTER (WHERE \(scoped(predicate)))"
        let found = try facts.values(counts + [sampled])
        let sample = CollectedSample(found[counts.count])
        let values = sample.rows.map { value(of: $0, columns, isRecord: isRecord) }
        return (found.dropLast().map(\.count), (sample.count, values))
    }

    /// The failing rows' values of `columns`.
    mutating func sample(
        _ columns: [String], where predicate: String, count: Int, isRecord: Bool = false
    ) throws(Stall) -> [JSONValue] {
        guard count > 0 else { return [] }
        let list = columns.map { dialect.quoted($0) }.joined(separator: ", ")
        let rows = try facts.rows(
            "SELECT \(list) FROM \(table.sqlName)\(whereClause(predicate))"
                + " LIMIT \(min(count, Outcome.fetchedSample))")
        return rows.map { value(of: $0, columns, isRecord: isRecord) }
    }

    /// One value alone, two as a pair, more as a record.
    private func value(of row: [JSONValue], _ columns: [String], isRecord: Bool) -> JSONValue {
        if isRecord { return .object(zip(columns, row).map { JSONValue.Member($0, $1) }) }
        return row.count == 1 ? row[0] : .array(row)
    }

    func fillSample(_ outcome: inout Outcome, _ values: [JSONValue]) {
        outcome.sample = values
        outcome.sampleCounts = Outcome.counts(
            of: counting == .pandas ? Array(values.prefix(Outcome.shownSample)) : values)
    }
}
