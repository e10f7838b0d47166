import JSONText

/// Expectations whose failing rows a predicate tells.
extension Evaluation {
    /// A column map: NULLs are missing, `unexpected` tells the failing rows and is not true of
    /// NULLs.
    mutating func rows(_ unexpected: String) throws(Stall) -> Outcome {
        let (counts, failing) = try failing(
            [columnName], where: unexpected, beside: [rowCount, nullCount])
        var outcome = Outcome()
        outcome.elementCount = counts[0]
        outcome.missingCount = counts[1]
        // A sum over no rows: nothing, as Great Expectations has it, not zero.
        outcome.unexpectedCount = counts[0] == 0 ? nil : failing.count
        outcome.success = meetsMostly(unexpected: failing.count, of: counts[0] - counts[1])
        outcome.failingRows = scoped(unexpected)
        fillSample(&outcome, failing.values)
        return outcome
    }

    /// The failing rows of an expectation on the values of one column.
    func columnRule() throws(Stall) -> String {
        let values = expectation.arguments["value_set"]?.items?.map(\.json) ?? []
        switch expectation.kind {
        case .inSet:
            return values.contains { $0 != .null }
                ? SQLText.membership(column, values, dialect, isIn: false)
                : "\(column) IS NOT NULL"
        case .notInSet: return SQLText.membership(column, values, dialect, isIn: true)
        case .between: return "NOT (\(try valueRange()))"
        case .lengthsEqual:
            return
                "\(dialect.length(column)) <> \(dialect.literal(expectation.arguments["value"]?.json ?? .null))"
        case .lengthsBetween: return "NOT (\(range(dialect.length(column))))"
        case .matchRegex: return "NOT (\(dialect.matches(column, expectation.text("regex") ?? "")))"
        case .notMatchRegex: return dialect.matches(column, expectation.text("regex") ?? "")
        case .matchRegexList:
            return "NOT (\(anyOrAll("regex_list") { dialect.matches(column, $0) }))"
        case .notMatchRegexList:
            return SQLText.joined(texts("regex_list").map { dialect.matches(column, $0) }, " OR ")
        case .matchLike: return "NOT (\(like(expectation.text("like_pattern") ?? "")))"
        case .notMatchLike: return like(expectation.text("like_pattern") ?? "")
        case .matchLikeList: return "NOT (\(anyOrAll("like_pattern_list", like)))"
        case .notMatchLikeList:
            return SQLText.joined(texts("like_pattern_list").map(like), " OR ")
        case .jsonParseable: return "NOT (\(dialect.isJSON(column)))"
        case .matchStrftime:
            guard
                let test = dialect.matchesTime(column, expectation.text("strftime_format") ?? "")
            else { throw .failed("\(dialect.rawValue) cannot test a text against a time format") }
            return "NOT (\(test))"
        default: throw .failed("'\(expectation.type)' has no rule for rows")
        }
    }

    /// The range of values, its bounds made comparable.
    ///
    /// On SQLite a text is greater than every number, so that no number bounds it; and in a column
    /// that is declared as of times, a bound is written as SQLAlchemy does, to the microsecond.
    private func valueRange() throws(Stall) -> String {
        guard dialect == .sqlite else { return range(column) }
        let names = ["min_value", "max_value"]
        let type = NamedType(table.column(named: columnName)?.type ?? "")
        if type.isText || type.name == "BOOLEAN" {
            guard !names.contains(where: { expectation.number($0) != nil }) else {
                throw .failed("'\(columnName)' is \(type.name): a number does not bound it")
            }
            return range(column)
        }
        var compared = self
        for name in names {
            guard let bound = expectation.arguments[name], let text = bound.text,
                let time = TimeText(text)
            else { continue }
            compared.expectation.arguments[name] = SourceNode(
                place: bound.place, content: .text(time.stored))
        }
        return compared.range(column)
    }

    private func texts(_ name: String) -> [String] {
        expectation.arguments[name]?.items?.compactMap(\.text) ?? []
    }

    private func anyOrAll(_ name: String, _ test: (String) -> String) -> String {
        SQLText.joined(
            texts(name).map(test), expectation.text("match_on") == "all" ? " AND " : " OR ")
    }

    private func like(_ pattern: String) -> String {
        let escape = expectation.text("escape").map { " ESCAPE \(dialect.literal(.string($0)))" }
        return "\(column) LIKE \(dialect.literal(.string(pattern)))\(escape ?? "")"
    }

    func range(_ value: String) -> String {
        SQLText.range(
            value, low: expectation.arguments["min_value"]?.json,
            high: expectation.arguments["max_value"]?.json,
            strictLow: expectation.flag("strict_min"), strictHigh: expectation.flag("strict_max"),
            dialect)
    }

    /// NULL or not NULL: all rows are looked at, none is missing.
    mutating func nullity(wanted: Bool) throws(Stall) -> Outcome {
        let predicate = "\(column) IS \(wanted ? "NOT NULL" : "NULL")"
        let counts: [Int]
        var values: [JSONValue] = []
        if wanted {
            let found = try failing([columnName], where: predicate, beside: [rowCount])
            (counts, values) = ([found.0[0], found.0[0] - found.1.count], found.1.values)
        } else {
            counts = try facts.counts([rowCount, nullCount])
        }
        var outcome = Outcome()
        let unexpected = wanted ? counts[0] - counts[1] : counts[1]
        outcome.elementCount = counts[0]
        outcome.unexpectedCount = counts[0] == 0 ? nil : unexpected
        outcome.success = meetsMostly(unexpected: unexpected, of: counts[0])
        outcome.failingRows = scoped(predicate)
        if wanted {
            fillSample(&outcome, values)
        } else {
            let shown = min(unexpected, Outcome.fetchedSample)
            outcome.sample = Array(repeating: .null, count: shown)
            outcome.sampleCounts =
                shown == 0 ? [] : [ValueCount(value: .null, count: shown)]
        }
        return outcome
    }

    /// Each value against the one before it, in the order of the table, NULLs left out.
    mutating func ordered() throws(Stall) -> Outcome {
        let isIncreasing = expectation.kind == .increasing
        let sign = (isIncreasing ? "<" : ">") + (expectation.flag("strictly") ? "=" : "")
        let source =
            "FROM (SELECT \(column) AS v, lag(\(column)) OVER () AS p FROM \(table.sqlName)"
            + "\(whereClause("\(column) IS NOT NULL"))) AS pairs WHERE v \(sign) p"
        let counts = try facts.counts([rowCount, nullCount])
        let unexpected = try facts.rows("SELECT count(*) \(source)").first?.first?.count ?? 0
        var outcome = Outcome()
        outcome.elementCount = counts[0]
        outcome.missingCount = counts[1]
        outcome.unexpectedCount = unexpected
        outcome.success = meetsMostly(unexpected: unexpected, of: counts[0] - counts[1])
        let rows =
            unexpected == 0
            ? [] : try facts.rows("SELECT v \(source) LIMIT \(Outcome.fetchedSample)")
        fillSample(&outcome, rows.compactMap(\.first))
        return outcome
    }

    /// Far from the rest: needs the column's mean and deviation, or quartiles, first. Nil where
    /// there is no such measure, so that no row is far.
    mutating func outlierPredicate() throws(Stall) -> String? {
        if expectation.kind == .notOutliers, expectation.text("method") != "std" {
            return try quartilePredicate()
        }
        let values = try facts.values([
            aggregated("avg", "1.0 * \(column)"), aggregated("stddev_samp", column),
        ])
        guard let mean = values[0].double, let deviation = values[1].double, mean.isFinite,
            deviation.isFinite
        else { return nil }
        if expectation.kind == .notOutliers {
            let reach = deviation * (expectation.number("multiplier") ?? 1.5)
            return reach > 0
                ? "NOT (abs(\(column) - (\(mean))) < \(reach))" : "\(column) <> \(mean)"
        }
        guard deviation != 0 else { return nil }
        let limit = expectation.number("threshold") ?? 0
        let score = "(\(column) - (\(mean))) / \(deviation)"
        return expectation.flag("double_sided")
            ? "NOT (abs(\(score)) < \(abs(limit)))" : "NOT (\(score) < \(limit))"
    }

    private mutating func quartilePredicate() throws(Stall) -> String? {
        let count = try facts.counts([aggregated("count", column)])[0]
        guard count > 0 else { return nil }
        let places = [0.25, 0.75].map { $0 * Double(count - 1) + 1 }
        let ranks = places.flatMap { [Int($0.rounded(.down)), Int($0.rounded(.up))] }
        let values = try ranked(ranks)
        var quartiles: [Double] = []
        for (place, index) in zip(places, [0, 2]) {
            guard let low = values[index].double, let high = values[index + 1].double else {
                throw .failed("'\(columnName)' holds no numbers: it has no outliers")
            }
            quartiles.append(low + (place - place.rounded(.down)) * (high - low))
        }
        let reach = (expectation.number("multiplier") ?? 1.5) * (quartiles[1] - quartiles[0])
        return
            "NOT (\(column) >= \(quartiles[0] - reach) AND \(column) <= \(quartiles[1] + reach))"
    }

    /// The values at the given ranks (from 1) of the column's values in order.
    mutating func ranked(_ ranks: [Int]) throws(Stall) -> [JSONValue] {
        try facts.values(
            ranks,
            of: RankedColumn(
                column: column,
                source: "FROM \(table.sqlName)\(whereClause("\(column) IS NOT NULL"))",
                isNumbered: dialect != .sqlite))
    }
}
