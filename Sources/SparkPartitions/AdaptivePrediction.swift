/// What adaptive execution would make of predicted partitions.
///
/// Sizes are rows times a mean row; Spark looks at compressed bytes of the map outputs. The target
/// of merging is max(1 MB, min(advisory, total / parallelism)) as in `ShufflePartitionsUtil`; a
/// partition is skewed above max(threshold, factor × median) as in `OptimizeSkewedJoin`.
public struct AdaptivePrediction: Sendable {
    public struct Settings: Sendable {
        public var advisoryBytes: Int64 = 64 << 20
        public var minimumBytes: Int64 = 1 << 20
        public var parallelism = 1
        public var isParallelismFirst = true
        public var skewThresholdBytes: Int64 = 256 << 20
        public var skewFactor = 5.0

        public init() {}
    }

    /// The bytes that neighbouring partitions are merged up to.
    public var targetBytes: Int64
    /// Partitions after merging.
    public var merged: Int
    /// A skewed partition and the pieces a join would read it in.
    public var skewed: [(partition: Int, bytes: Int64, pieces: Int)]

    public init(_ counts: [Int64], rowBytes: Double, settings: Settings) {
        let sizes = counts.map { Int64(Double($0) * rowBytes) }
        let total = sizes.reduce(0, +)
        var target = settings.advisoryBytes
        if settings.isParallelismFirst {
            let parallelism = Int64(max(1, settings.parallelism))
            target = min(target, (total + parallelism - 1) / parallelism)
        }
        targetBytes = max(settings.minimumBytes, target)
        var groups = 0
        var open: Int64 = 0
        for size in sizes {
            if groups == 0 || open + size > targetBytes, open > 0 || groups == 0 {
                groups += 1
                open = 0
            }
            open += size
        }
        merged = max(1, groups)
        let sorted = sizes.sorted()
        let median = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
        let limit = max(settings.skewThresholdBytes, Int64(settings.skewFactor * Double(median)))
        let others = sizes.filter { $0 <= limit }
        let mean = others.isEmpty ? 0 : others.reduce(0, +) / Int64(others.count)
        let piece = max(settings.advisoryBytes, mean)
        skewed = sizes.enumerated().filter { $0.element > limit }.map { entry in
            (entry.offset, entry.element, Int((entry.element + piece - 1) / max(1, piece)))
        }
    }
}
