import Domain

/// The shares that values, or ranges of numbers, are expected to have.
struct Partition {
    enum Cells {
        case values([SourceNode])
        /// One edge more than there are shares, increasing.
        case bins([Double])
    }

    var cells: Cells
    var weights: [Double]
    var tailWeights: [Double]?

    init?(_ node: SourceNode) {
        guard let weights = node["weights"]?.items?.compactMap(\.number),
            weights.count == node["weights"]?.items?.count, !weights.isEmpty
        else { return nil }
        self.weights = weights
        if let tails = node["tail_weights"], !tails.isNull {
            guard let list = tails.items?.compactMap(\.number), list.count == 2 else { return nil }
            tailWeights = list
        }
        if let values = node["values"]?.items {
            guard values.count == weights.count else { return nil }
            cells = .values(values)
            tailWeights = nil
        } else {
            guard let bins = node["bins"]?.items?.compactMap(\.number),
                bins.count == weights.count + 1, bins.count == node["bins"]?.items?.count,
                zip(bins, bins.dropFirst()).allSatisfy({ $0 < $1 })
            else { return nil }
            cells = .bins(bins)
        }
        let total = weights.reduce(0, +) + (tailWeights?.reduce(0, +) ?? 0)
        guard abs(total - 1) <= 1e-5 else { return nil }
    }

    /// The Kullback-Leibler divergence in nats of the observed from the expected shares, both
    /// scaled to add up to 1; infinite where something occurs that was not expected at all, nil
    /// where either adds up to nothing.
    static func divergence(observed: [Double], expected: [Double]) -> Double? {
        let all = observed.reduce(0, +)
        let planned = expected.reduce(0, +)
        guard all > 0, planned > 0 else { return nil }
        var sum = 0.0
        for (one, other) in zip(observed, expected) where one > 0 {
            if other <= 0 { return .infinity }
            sum += one / all * Exponential.logarithm(one / all / (other / planned))
        }
        return sum
    }
}
