import JSONText

/// Expectations on the distinct values of a column: values are counted, not rows.
extension Evaluation {
    mutating func distinctSet() throws(Stall) -> Outcome {
        let wanted = expectation.arguments["value_set"]?.items?.map(\.json) ?? []
        var outcome = Outcome()
        outcome.observedValue = .null
        outcome.success = true
        if expectation.kind != .distinctContainSet {
            try unexpectedValues(wanted, &outcome)
        }
        if expectation.kind != .distinctInSet {
            try missingValues(wanted, &outcome)
        }
        return outcome
    }

    private mutating func unexpectedValues(
        _ wanted: [JSONValue], _ outcome: inout Outcome
    ) throws(Stall) {
        // With a NULL in its list SQL says of no value that it is outside, nor does Great
        // Expectations.
        let outside =
            wanted.isEmpty
            ? "\(column) IS NOT NULL"
            : wanted.contains(.null)
                ? "(1=0)" : SQLText.membership(column, wanted, dialect, isIn: false)
        let count = try facts.counts([
            "count(DISTINCT \(column)) FILTER (WHERE \(scoped(outside)))"
        ])[0]
        outcome.unexpectedCount = count
        if count > 0 { outcome.success = false }
        outcome.failingRows = scoped(outside)
        let rows =
            count == 0
            ? []
            : try facts.rows(
                "SELECT DISTINCT \(column) FROM \(table.sqlName)\(whereClause(outside))"
                    + " LIMIT \(min(count, Outcome.shownSample))")
        outcome.sample = rows.compactMap(\.first)
    }

    /// The database counts how many are there, by its own rules of equality; which ones are not is
    /// told by value: `"1"` is not 1.
    private mutating func missingValues(
        _ wanted: [JSONValue], _ outcome: inout Outcome
    ) throws(Stall) {
        let inside = SQLText.membership(column, wanted, dialect, isIn: true)
        let rows =
            wanted.allSatisfy { $0 == .null }
            ? []
            : try facts.rows(
                "SELECT DISTINCT \(column) FROM \(table.sqlName)\(whereClause(inside))")
        let found = rows.compactMap(\.first)
        let missing = wanted.filter { value in
            !found.contains { $0.isSame(as: value) } || dialect == .sqlite && Self.isDay(value)
        }
        outcome.missingCount = wanted.count - found.count
        outcome.missingList = Array(missing.prefix(Outcome.shownSample))
        if outcome.missingCount != 0 { outcome.success = false }
    }

    /// Great Expectations looks for a day, which a text of SQLite never is.
    private static func isDay(_ value: JSONValue) -> Bool {
        guard case .string(let text) = value, text.utf8.count == 10 else { return false }
        return TimeText(text)?.form == .day
    }
}
