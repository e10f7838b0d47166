import JSONText

/// Expectations on several columns of a row, and on repeated values.
extension Evaluation {
    /// Repeated values of one column: every row of a repeated value is unexpected.
    mutating func uniqueColumn() throws(Stall) -> Outcome {
        let counts = try facts.counts([rowCount, nullCount])
        let groups =
            "FROM \(table.sqlName)\(whereClause("\(column) IS NOT NULL"))"
            + " GROUP BY \(column) HAVING count(*) > 1"
        // The sample first: where it holds all repeated values, they need not be counted again.
        let repeated = try facts.rows(
            "SELECT \(column), count(*) \(groups) ORDER BY \(column)"
                + " LIMIT \(Outcome.fetchedSample)"
        ).filter { $0.count == 2 }
        let unexpected =
            repeated.count < Outcome.fetchedSample
            ? repeated.reduce(0) { $0 + $1[1].count } : try rowCount(of: groups)
        var outcome = Outcome()
        outcome.elementCount = counts[0]
        outcome.missingCount = counts[1]
        outcome.unexpectedCount = unexpected
        outcome.success = meetsMostly(unexpected: unexpected, of: counts[0] - counts[1])
        let predicate = "\(column) IN (SELECT \(column) \(groups))"
        outcome.failingRows = scoped(predicate)
        // On SQL databases sorted, a value for each row of a repeated one; on pandas in the order
        // of the rows.
        fillSample(
            &outcome,
            counting == .pandas
                ? try sample([columnName], where: predicate, count: unexpected)
                : Self.spread(repeated))
        return outcome
    }

    /// Each value as often as it is counted, up to a sample's size.
    private static func spread(_ groups: [[JSONValue]]) -> [JSONValue] {
        var values: [JSONValue] = []
        for group in groups {
            let missing = Outcome.fetchedSample - values.count
            values += Array(repeating: group[0], count: min(group[1].count, missing))
        }
        return values
    }

    /// How many rows the groups of a `FROM … GROUP BY … HAVING …` hold.
    private mutating func rowCount(of groups: String) throws(Stall) -> Int {
        try facts.rows("SELECT sum(k) FROM (SELECT count(*) AS k \(groups)) AS repeated")
            .first?.first?.count ?? 0
    }

    var columnList: [String] { expectation.columns }

    private var quotedList: [String] { columnList.map { dialect.quoted($0) } }

    /// The predicate of rows that are not looked at; nil for none.
    private func ignored(isPair: Bool) -> String? {
        let isNull = quotedList.map { "\($0) IS NULL" }
        return switch RowsToIgnore(name: expectation.text("ignore_row_if"), isPair: isPair) {
        case .anyMissing: SQLText.joined(isNull, " OR ")
        case .some(.none), nil: nil
        case .allMissing: SQLText.joined(isNull, " AND ")
        }
    }

    /// Counts and samples for a predicate over several columns.
    private mutating func several(_ unexpected: String, isPair: Bool) throws(Stall) -> Outcome {
        let ignored = ignored(isPair: isPair)
        let failing = ignored.map { "NOT \($0) AND (\(unexpected))" } ?? unexpected
        let (counts, found) = try self.failing(
            columnList, where: failing, beside: [rowCount] + (ignored.map { [counted($0)] } ?? []),
            isRecord: !isPair)
        var outcome = Outcome()
        let missing = counts.count > 1 ? counts[1] : 0
        outcome.elementCount = counts[0]
        outcome.missingCount = missing
        outcome.unexpectedCount = found.count
        outcome.success = meetsMostly(unexpected: found.count, of: counts[0] - missing)
        outcome.failingRows = scoped(failing)
        fillSample(&outcome, found.values)
        return outcome
    }

    mutating func pair() throws(Stall) -> Outcome {
        let a = dialect.quoted(expectation.text("column_A") ?? "")
        let b = dialect.quoted(expectation.text("column_B") ?? "")
        let expected: String
        switch expectation.kind {
        case .pairEqual:
            return try several(
                "NOT (\(a) = \(b) AND \(a) IS NOT NULL AND \(b) IS NOT NULL)"
                    + " OR \(a) IS NULL OR \(b) IS NULL", isPair: true)
        case .pairGreater:
            expected =
                expectation.flag("or_equal")
                ? "\(a) >= \(b) OR (\(a) IS NULL AND \(b) IS NULL)" : "\(a) > \(b)"
        default:
            let pairs = (expectation.arguments["value_pairs_set"]?.items ?? [])
                .map { ($0.items ?? []).map(\.json) }
            if pairs.isEmpty {
                expected = "(1=0)"
            } else if pairs.contains(where: { $0.contains(.null) }) {
                let tests = pairs.map { pair in
                    SQLText.joined(
                        zip([a, b], pair).map { name, value in
                            value == .null
                                ? "\(name) IS NULL" : "\(name) = \(dialect.literal(value))"
                        }, " AND ")
                }
                expected = SQLText.joined(tests, " OR ")
            } else {
                let list = pairs.map { pair in
                    "(" + pair.map { dialect.literal($0) }.joined(separator: ", ") + ")"
                }
                expected = "(\(a), \(b)) IN (VALUES \(list.joined(separator: ", ")))"
            }
        }
        // pandas has no unknown: what is not true is false.
        let unexpected =
            counting == .pandas
            ? "CASE WHEN \(expected) THEN 0 ELSE 1 END = 1" : "NOT (\(expected))"
        return try several(unexpected, isPair: true)
    }

    mutating func record() throws(Stall) -> Outcome {
        let names = quotedList
        switch expectation.kind {
        case .columnSumEqual:
            let total = dialect.literal(expectation.arguments["sum_total"]?.json ?? .null)
            return try several("\(names.joined(separator: " + ")) <> \(total)", isPair: false)
        case .columnsEqual:
            guard let first = names.first, names.count > 1 else {
                return try several("(1=0)", isPair: false)
            }
            let differing = names.dropFirst().map { name in
                "\(first) <> \(name) OR (\(first) IS NULL) <> (\(name) IS NULL)"
            }
            return try several(SQLText.joined(differing, " OR "), isPair: false)
        default:
            var equal: [String] = []
            for left in names.indices {
                for right in names.indices where right > left {
                    equal.append(
                        "\(names[left]) = \(names[right])"
                            + " OR (\(names[left]) IS NULL AND \(names[right]) IS NULL)")
                }
            }
            guard !equal.isEmpty else { return try several("(1=0)", isPair: false) }
            return try several(SQLText.joined(equal, " OR "), isPair: false)
        }
    }

    /// Repeated combinations: every row of one is unexpected; a NULL part equals nothing.
    mutating func uniqueTogether() throws(Stall) -> Outcome {
        let names = quotedList
        let ignored = ignored(isPair: false)
        let isNull = names.map { "\($0) IS NULL" }
        let scalars = [rowCount] + (ignored.map { [counted($0)] } ?? [])
        let counts = try facts.counts(scalars)
        let list = names.joined(separator: ", ")
        let groups =
            "FROM \(table.sqlName)\(whereClause("NOT \(SQLText.joined(isNull, " OR "))"))"
            + " GROUP BY \(list) HAVING count(*) > 1"
        let unexpected = try rowCount(of: groups)
        var outcome = Outcome()
        let missing = counts.count > 1 ? counts[1] : 0
        outcome.elementCount = counts[0]
        outcome.missingCount = missing
        outcome.unexpectedCount = unexpected
        outcome.success = meetsMostly(unexpected: unexpected, of: counts[0] - missing)
        let predicate = "(\(list)) IN (SELECT \(list) \(groups))"
        outcome.failingRows = scoped(predicate)
        fillSample(
            &outcome,
            try sample(columnList, where: predicate, count: unexpected, isRecord: true))
        return outcome
    }
}
