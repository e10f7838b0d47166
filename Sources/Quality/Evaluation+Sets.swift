import JSONText

/// Expectations on the distinct values of a column: values are counted, not rows.
extension Evaluation {
    mutating func distinctSet() throws(Stall) -> Outcome {
        let wanted = (expectation.arguments["value_set"]?.items?.map(\.json) ?? [])
            .filter { $0 != .null }
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
        let outside =
            wanted.isEmpty
            ? "\(column) IS NOT NULL"
            : SQLText.membership(column, wanted, dialect, isIn: false)
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

    private mutating func missingValues(
        _ wanted: [JSONValue], _ outcome: inout Outcome
    ) throws(Stall) {
        let inside = SQLText.membership(column, wanted, dialect, isIn: true)
        let rows =
            wanted.isEmpty
            ? []
            : try facts.rows(
                "SELECT DISTINCT \(column) FROM \(table.sqlName)\(whereClause(inside))")
        let found = rows.compactMap(\.first)
        var seen: [JSONValue] = []
        for value in wanted
        where !found.contains(where: { $0.isSame(as: value) })
            && !seen.contains(where: { $0.isSame(as: value) })
        {
            seen.append(value)
        }
        outcome.missingCount = seen.count
        outcome.missingList = Array(seen.prefix(Outcome.shownSample))
        if !seen.isEmpty { outcome.success = false }
    }
}
