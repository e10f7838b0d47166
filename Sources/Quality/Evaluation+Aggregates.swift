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

    /// A least or greatest value; where the bounds are times, both are read as times.
    private func extreme(_ value: JSONValue) -> Outcome {
        let bounds = ["min_value", "max_value"].compactMap { expectation.text($0) }
        guard case .string(let text) = value, !bounds.isEmpty,
            let time = Self.canonicalTime(text),
            bounds.allSatisfy({ Self.canonicalTime($0) != nil })
        else { return measured(value) }
        var compared = self
        for name in ["min_value", "max_value"] {
            guard let bound = expectation.arguments[name], let text = bound.text else { continue }
            compared.expectation.arguments[name] = SourceNode(
                place: bound.place, content: .text(Self.canonicalTime(text) ?? text))
        }
        return compared.measured(.string(time))
    }

    /// `2024-03-01 10:00:00` or a date alone as ISO 8601 with a `T`; nil for anything else.
    private static func canonicalTime(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        let form = Array("dddd-dd-dd dd:dd:dd".utf8)
        guard bytes.count == 10 || bytes.count >= form.count, bytes.count <= 26 else { return nil }
        for (byte, wanted) in zip(bytes, form) {
            switch wanted {
            case UInt8(ascii: "d"): if !(48...57).contains(byte) { return nil }
            case 32: if byte != 32, byte != UInt8(ascii: "T") { return nil }
            default: if byte != wanted { return nil }
            }
        }
        let rest = bytes.dropFirst(form.count)
        guard rest.isEmpty || rest.first == UInt8(ascii: "."),
            rest.dropFirst().allSatisfy({ (48...57).contains($0) })
        else { return nil }
        if bytes.count == 10 { return text + "T00:00:00" }
        return String(decoding: bytes[..<10] + [UInt8(ascii: "T")] + bytes[11...], as: UTF8.self)
    }

    mutating func aggregate() throws(Stall) -> Outcome {
        let filled = aggregated("count", column)
        switch expectation.kind {
        case .minimum: return extreme(try facts.values([aggregated("min", column)])[0])
        case .maximum: return extreme(try facts.values([aggregated("max", column)])[0])
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
        let rows = try facts.rows(
            "SELECT \(column) FROM \(table.sqlName)\(whereClause("\(column) IS NOT NULL"))"
                + " ORDER BY \(column) LIMIT \(isEven ? 2 : 1) OFFSET \((count - 1) / 2)")
        let values = rows.compactMap(\.first)
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
            if bound.least == nil, bound.most == nil {
                isMet.append(true)
            } else if let number = value.double {
                isMet.append(
                    number >= bound.least ?? -.infinity && number <= bound.most ?? .infinity)
            } else {
                isMet.append(false)
            }
        }
        var outcome = Outcome()
        outcome.success = isMet.allSatisfy { $0 }
        outcome.observedValue = .object([
            "quantiles": .array(ranges.written.map(\.json)), "values": .array(values),
        ])
        outcome.details = .object(["success_details": .array(isMet.map { .bool($0) })])
        return outcome
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
        if let left = double, let right = other.double { return left == right }
        return false
    }
}
