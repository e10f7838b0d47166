import JSONText

/// Expectations on a measure of a whole column.
extension Evaluation {
    /// Whether `value` lies within the bounds; a missing bound is open.
    func isWithin(_ value: JSONValue) -> Bool {
        if value == .null { return false }
        if let low = expectation.arguments["min_value"]?.json, low != .null {
            if value.precedes(low) { return false }
            if expectation.flag("strict_min"), !low.precedes(value) { return false }
        }
        if let high = expectation.arguments["max_value"]?.json, high != .null {
            if high.precedes(value) { return false }
            if expectation.flag("strict_max"), !value.precedes(high) { return false }
        }
        return true
    }

    private func measured(_ value: JSONValue) -> Outcome {
        var outcome = Outcome()
        outcome.observedValue = value
        outcome.success = isWithin(value)
        return outcome
    }

    /// A least or greatest value; where a bound is a day or a time, it is read as one too.
    ///
    /// - Throws: where it is none, or one bound is a day and the other a time.
    private func extreme(_ value: JSONValue) throws(Stall) -> Outcome {
        var compared = self
        var forms: Set<TimeText.Form> = []
        for name in ["min_value", "max_value"] {
            guard let bound = expectation.arguments[name], let text = bound.text,
                let time = TimeText(text)
            else { continue }
            forms.insert(time.form)
            compared.expectation.arguments[name] = SourceNode(
                place: bound.place, content: .text(time.text))
        }
        guard let form = forms.first, value != .null else { return measured(value) }
        guard forms.count == 1 else {
            throw .failed("one bound is a day and the other a time: they do not compare")
        }
        guard case .string(let text) = value, let time = TimeText(text) else {
            throw .failed("'\(columnName)' holds no times, but the bounds are")
        }
        return compared.measured(.string(time.text(as: form)))
    }

    mutating func aggregate() throws(Stall) -> Outcome {
        let filled = aggregated("count", column)
        switch expectation.kind {
        case .minimum: return try extreme(try facts.values([aggregated("min", column)])[0])
        case .maximum: return try extreme(try facts.values([aggregated("max", column)])[0])
        case .sum: return measured(try facts.values([aggregated("sum", column)])[0])
        case .mean:
            return measured(try facts.values([aggregated("avg", "1.0 * \(column)")])[0])
        case .deviation:
            return measured(try facts.values([aggregated("stddev_samp", column)])[0])
        case .distinctCount:
            return measured(try facts.values([aggregated("count", "DISTINCT \(column)")])[0])
        case .distinctShare:
            let counts = try facts.counts([filled, aggregated("count", "DISTINCT \(column)")])
            return measured(share(counts[1], of: counts[0]))
        case .filledShare:
            let counts = try facts.counts([rowCount, filled])
            return measured(share(counts[1], of: counts[0]))
        default: return measured(try median())
        }
    }

    private func share(_ part: Int, of whole: Int) -> JSONValue {
        whole > 0 ? .number(Double(part) / Double(whole)) : .integer(0)
    }

    /// The middle value, or the mean of the two in the middle.
    private mutating func median() throws(Stall) -> JSONValue {
        let count = try facts.counts([aggregated("count", column)])[0]
        guard count > 0 else { return .null }
        let isEven = count % 2 == 0
        let first = (count + 1) / 2
        let values =
            dialect == .sqlite
            ? try ranked(isEven ? [first, first + 1] : [first])
            : try facts.rows(
                "SELECT \(column) FROM \(table.sqlName)\(whereClause("\(column) IS NOT NULL"))"
                    + " ORDER BY \(column) LIMIT \(isEven ? 2 : 1) OFFSET \(first - 1)"
            ).compactMap(\.first)
        guard isEven, values.count == 2 else { return values.first ?? .null }
        guard let low = values[0].double, let high = values[1].double else {
            throw .failed("'\(columnName)' holds no numbers: it has no median")
        }
        return .number((low + high) / 2)
    }

    /// Each quantile is a value that exists: the first whose share of rows reaches it.
    mutating func quantiles() throws(Stall) -> Outcome {
        guard let ranges = expectation.arguments["quantile_ranges"].flatMap(QuantileRanges.init)
        else { throw .failed("'quantile_ranges' is no list of quantiles") }
        let count = try facts.counts([aggregated("count", column)])[0]
        let ranks = ranges.written.map { Self.rank($0, count) }
        let values =
            count > 0 ? try ranked(ranks) : Array(repeating: .null, count: ranks.count)
        var isMet: [Bool] = []
        for (value, bound) in zip(values, ranges.bounds) {
            guard let number = value.double else {
                isMet.append(false)
                continue
            }
            isMet.append(
                bound.least.map { Self.isNear(number, $0) } ?? false
                    || bound.most.map { Self.isNear(number, $0) } ?? false
                    || number >= bound.least ?? -.infinity && number <= bound.most ?? .infinity)
        }
        var outcome = Outcome()
        outcome.success = isMet.allSatisfy { $0 }
        outcome.observedValue = .object([
            "quantiles": .array(ranges.written.map(\.json)), "values": .array(values),
        ])
        outcome.details = .object(["success_details": .array(isMet.map { .bool($0) })])
        return outcome
    }

    /// Great Expectations lets a quantile pass that misses its bound by 1e-4 of the bound.
    private static func isNear(_ value: Double, _ bound: Double) -> Bool {
        abs(value - bound) <= 1e-8 + 1e-4 * abs(bound)
    }

    /// The rank, from 1: the quantile times the count, rounded up, computed on the quantile as it
    /// is written: 0.56 of 25 is the 14th, though 0.56 * 25 in binary is a little more than 14.
    static func rank(_ quantile: SourceNode, _ count: Int) -> Int {
        let product = (quantile.number ?? 0) * Double(count)
        let nearest = product.rounded()
        let isWhole = abs(product - nearest) <= 1e-12 * max(1, abs(product))
        return max(1, min(count, Int(isWhole ? nearest : product.rounded(.up))))
    }

    /// The values that occur most often.
    mutating func mostCommon() throws(Stall) -> Outcome {
        let rows = try facts.rows(
            "SELECT v FROM (SELECT \(column) AS v, count(*) AS k, max(count(*)) OVER () AS m"
                + " FROM \(table.sqlName)\(whereClause("\(column) IS NOT NULL"))"
                + " GROUP BY \(column)) AS counted WHERE k = m ORDER BY v LIMIT 1000")
        let found = rows.compactMap(\.first)
        let wanted = expectation.arguments["value_set"]?.items?.map(\.json) ?? []
        let common = found.count { value in wanted.contains { $0.isSame(as: value) } }
        var outcome = Outcome()
        outcome.observedValue = .array(found)
        outcome.success =
            expectation.flag("ties_okay") ? common > 0 : found.count == 1 && common == 1
        return outcome
    }
}

extension JSONValue {
    /// Equal, where 1 and 1.0 are the same.
    func isSame(as other: JSONValue) -> Bool {
        if self == other { return true }
        if case .bool(let flag) = self { return JSONValue.integer(flag ? 1 : 0).isSame(as: other) }
        if case .bool = other { return other.isSame(as: self) }
        if let left = double, let right = other.double { return left == right }
        return false
    }
}
