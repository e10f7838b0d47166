/// How many rows hash partitioning puts where, learned row by row before a job runs.
///
/// Memory: one entry for each distinct key up to a million; beyond, new keys are only counted in
/// their partition, and the heavy ones found so far stay exact.
public struct PartitionPrediction: Sendable {
    private static let mostKeys = 1_000_000

    public let partitions: Int
    public private(set) var rows: Int64 = 0
    /// Rows by partition.
    public private(set) var counts: [Int64]
    private var keys: [[KeyValue]: Int64] = [:]
    /// Rows of keys that came when the table was full.
    public private(set) var untracked: Int64 = 0

    /// - Precondition: `partitions` is positive.
    public init(partitions: Int) {
        precondition(partitions > 0, "\(partitions) partitions")
        self.partitions = partitions
        counts = [Int64](repeating: 0, count: partitions)
    }

    /// Takes `count` rows of a key.
    public mutating func add(_ key: [KeyValue], count: Int64 = 1) {
        rows += count
        counts[KeyValue.partition(of: key, among: partitions)] += count
        if keys[key] != nil || keys.count < Self.mostKeys {
            keys[key, default: 0] += count
        } else {
            untracked += count
        }
    }

    public var distinctKeys: Int { keys.count }
    public var isExact: Bool { untracked == 0 }
    public var largest: Int64 { counts.max() ?? 0 }
    public var smallest: Int64 { counts.min() ?? 0 }
    public var emptyPartitions: Int { counts.count { $0 == 0 } }
    public var mean: Double { Double(rows) / Double(partitions) }

    public var median: Double {
        let sorted = counts.sorted()
        return Double(sorted[partitions / 2] + sorted[(partitions - 1) / 2]) / 2
    }

    /// The largest partition against the mean; 1 is even, 0 without rows.
    public var skew: Double { rows == 0 ? 0 : Double(largest) / mean }

    /// A key with many rows.
    public struct HeavyKey: Sendable {
        public var key: [KeyValue]
        public var rows: Int64
        public var partition: Int
    }

    /// The keys with the most rows, at most `limit`, of those with several rows and at least a tenth
    /// of what a partition has in the mean.
    public func heavyKeys(limit: Int = 10) -> [HeavyKey] {
        var found: [HeavyKey] = []
        for (key, count) in keys where Double(count) >= 0.1 * mean && count > 1 {
            found.append(
                HeavyKey(
                    key: key, rows: count,
                    partition: KeyValue.partition(of: key, among: partitions)))
        }
        found.sort { $0.rows != $1.rows ? $0.rows > $1.rows : $0.partition < $1.partition }
        return Array(found.prefix(limit))
    }

    /// Rows by partition of the same keys among another number of partitions, with every key
    /// spread over `salt` values of an int column.
    public func counts(among other: Int, salt: Int = 1) -> [Int64] {
        var counts = [Int64](repeating: 0, count: max(1, other))
        for (key, count) in keys {
            let hash = key.reduce(Murmur3.seed) { $1.hash(seed: $0) }
            guard salt > 1 else {
                counts[KeyValue.partition(ofHash: hash, among: counts.count)] += count
                continue
            }
            for value in 0..<salt {
                let salted = KeyValue.int(Int32(value)).hash(seed: hash)
                let share =
                    count / Int64(salt) + (Int64(value) < count % Int64(salt) ? 1 : 0)
                counts[KeyValue.partition(ofHash: salted, among: counts.count)] += share
            }
        }
        return counts
    }

    /// A way to spread the rows more evenly.
    public struct Suggestion: Sendable {
        public enum Way: Sendable {
            case partitions(Int)
            case salt(Int)
        }
        public var way: Way
        /// Largest against mean afterwards.
        public var skew: Double
    }

    /// Ways that lower the skew by a fifth at least: another number of partitions, a salt.
    public func suggestions() -> [Suggestion] {
        guard rows > 0, isExact, skew > 1.3 else { return [] }
        var found: [Suggestion] = []
        func measured(_ counts: [Int64]) -> Double {
            Double(counts.max() ?? 0) / (Double(rows) / Double(counts.count))
        }
        // Every try costs a pass over the keys.
        let tries = max(4, min(48, 4_000_000 / max(1, keys.count)))
        let lowest = max(2, partitions / 2)
        let step = max(1, (2 * partitions - lowest) / tries)
        var best = (count: partitions, skew: skew)
        for count in stride(from: lowest, through: 2 * partitions, by: step) {
            let spread = counts(among: count)
            // Fewer partitions are more even by themselves; what counts is the largest one.
            guard Double(spread.max() ?? 0) < Double(largest) * 0.95 else { continue }
            let now = measured(spread)
            if now < best.skew { best = (count, now) }
        }
        if best.skew <= skew * 0.8 {
            found.append(Suggestion(way: .partitions(best.count), skew: best.skew))
        }
        for salt in [2, 4, 8, 16, 32, 64, 128] where keys.count * salt <= 20_000_000 {
            let now = measured(counts(among: partitions, salt: salt))
            if now <= max(1.3, skew * 0.2) || salt == 128 {
                if now <= skew * 0.8 { found.append(Suggestion(way: .salt(salt), skew: now)) }
                break
            }
        }
        return found
    }
}
