import JSONText

/// How far the shares of values are from what is expected.
extension Evaluation {
    /// More distinct values than this are not compared one by one.
    private static let mostValues = 10_000

    mutating func divergence() throws(Stall) -> Outcome {
        guard let partition = expectation.arguments["partition_object"].flatMap(Partition.init)
        else { throw .failed("'partition_object' is no partition") }
        let filled = try facts.counts([aggregated("count", column)])[0]
        let found: (observed: [Double], expected: [Double], details: JSONValue)
        switch partition.cells {
        case .values(let values): found = try shares(values, partition, filled)
        case .bins(let bins): found = try ranges(bins, partition, filled)
        }
        let divergence = Partition.divergence(
            observed: found.observed, expected: found.expected)
        var outcome = Outcome()
        outcome.observedValue = divergence.map { $0.isFinite ? .number($0) : .null } ?? .null
        outcome.details = found.details
        if let threshold = expectation.number("threshold") {
            outcome.success = divergence.map { $0 <= threshold } ?? false
        } else {
            outcome.success = true
        }
        return outcome
    }

    private func details(
        _ cells: String, _ list: [JSONValue], _ observed: [Double], _ expected: [Double]
    ) -> JSONValue {
        func side(_ weights: [Double]) -> JSONValue {
            .object([
                .init(cells, .array(list)), .init("weights", .array(weights.map { .number($0) })),
            ])
        }
        return .object(["observed_partition": side(observed), "expected_partition": side(expected)])
    }

    /// By value; values that were not expected share the held-out weight.
    private mutating func shares(
        _ values: [SourceNode], _ partition: Partition, _ filled: Int
    ) throws(Stall) -> (observed: [Double], expected: [Double], details: JSONValue) {
        let rows = try facts.rows(
            "SELECT \(column), count(*) FROM \(table.sqlName)\(whereClause("\(column) IS NOT NULL"))"
                + " GROUP BY \(column) ORDER BY \(column) LIMIT \(Self.mostValues + 1)")
        guard rows.count <= Self.mostValues else {
            throw .failed(
                "'\(columnName)' has more than \(Self.mostValues) values: expect shares of ranges")
        }
        var counts: [(value: JSONValue, count: Int)] = rows.compactMap {
            $0.count == 2 ? ($0[0], $0[1].count) : nil
        }
        var cells: [JSONValue] = []
        var observed: [Double] = []
        for value in values.map(\.json) {
            cells.append(value)
            let index = counts.firstIndex { $0.value.isSame(as: value) }
            let count = index.map { counts.remove(at: $0).count } ?? 0
            observed.append(filled > 0 ? Double(count) / Double(filled) : 0)
        }
        var expected = partition.weights
        let held = expectation.number("tail_weight_holdout") ?? 0
        if !counts.isEmpty {
            expected = expected.map { $0 * (1 - held) }
            for rest in counts {
                cells.append(rest.value)
                observed.append(Double(rest.count) / Double(filled))
                expected.append(held / Double(counts.count))
            }
        }
        return (observed, expected, details("values", cells, observed, expected))
    }

    /// By range: each holds its lower edge, the last one both; below and above are the tails.
    private mutating func ranges(
        _ bins: [Double], _ partition: Partition, _ filled: Int
    ) throws(Stall) -> (observed: [Double], expected: [Double], details: JSONValue) {
        var asked = ["\(column) < \(bins[0])"]
        for index in 0..<(bins.count - 1) {
            let isLast = index == bins.count - 2
            asked.append(
                "\(column) >= \(bins[index]) AND \(column) \(isLast ? "<=" : "<") \(bins[index + 1])"
            )
        }
        asked.append("\(column) > \(bins[bins.count - 1])")
        let counts = try facts.counts(asked.map { counted($0) })
        let observed = counts.map { filled > 0 ? Double($0) / Double(filled) : 0 }
        let tail = expectation.number("tail_weight_holdout") ?? 0
        let inner = expectation.number("internal_weight_holdout") ?? 0
        var weights = partition.weights.map { $0 * (1 - tail - inner) }
        let empty = weights.count { $0 == 0 }
        if inner > 0, empty > 0 {
            weights = weights.map { $0 == 0 ? inner / Double(empty) : $0 }
        }
        let tails = partition.tailWeights ?? [tail / 2, tail / 2]
        let expected = [tails[0]] + weights + [tails[1]]
        func side(_ shares: [Double]) -> JSONValue {
            .object([
                "bins": .array(bins.map { .number($0) }),
                "weights": .array(shares.dropFirst().dropLast().map { .number($0) }),
                "tail_weights": .array([.number(shares[0]), .number(shares[shares.count - 1])]),
            ])
        }
        return (
            observed, expected,
            .object(["observed_partition": side(observed), "expected_partition": side(expected)])
        )
    }
}
