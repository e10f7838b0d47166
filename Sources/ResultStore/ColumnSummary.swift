import Glibc

/// What a column holds, in figures.
public struct ColumnSummary: Hashable, Sendable {
    public var name: String
    public var type: String
    public var rows: Int
    public var nulls: Int
    /// Different values, nulls left out.
    public var distinct: Int
    /// Whether `distinct` was counted; false where it is estimated, to about 2 %.
    public var isDistinctExact: Bool
    /// By the order that sorting uses; nil where all are null. Texts are cut to 200 bytes.
    public var least: ResultCell?
    public var greatest: ResultCell?
    /// Of the numbers among them; nil where there is none.
    public var numbers: Numbers?
    /// Bytes of the longest text; 0 without texts.
    public var longestText: Int

    /// What there is to say of numbers. Quantiles and histogram are of a sample of 20,000 where
    /// there are more.
    public struct Numbers: Hashable, Sendable {
        public var count: Int
        public var mean: Double
        public var quantiles: Quantiles
        /// How many fall into each of equal parts between least and greatest.
        public var histogram: [Int]
        public var isSample: Bool
    }

    /// At 5, 25, 50, 75 and 95 hundredths.
    public struct Quantiles: Hashable, Sendable {
        public var p5, p25, median, p75, p95: Double
    }
}

extension ResultView {
    /// What every column holds. One pass; memory is bounded.
    public func described(columns: [Int]? = nil, _ task: ResultTask? = nil) throws
        -> [ColumnSummary]
    {
        let chosen = columns ?? Array(store.columns.indices)
        var gatherers = chosen.map { _ in ColumnGatherer(share: chosen.count) }
        try forEachRow(task) { block, row in
            block.bytes.withUnsafeBytes { bytes in
                for (index, column) in chosen.enumerated() {
                    gatherers[index].take(
                        ColumnView(block, bytes, column), row,
                        isNumeric: store.columns[column].isNumeric)
                }
            }
        }
        return zip(chosen, gatherers).map { $1.summary(of: store.columns[$0]) }
    }
}

/// Follows one column.
private struct ColumnGatherer {
    private static let sampleLimit = 20_000
    private let exactLimit: Int
    private var rows = 0
    private var nulls = 0
    private var seen: Set<UInt64> = []
    private var registers: [UInt8] = []
    private var leastKey: [UInt8] = []
    private var greatestKey: [UInt8] = []
    private var least: ResultCell?
    private var greatest: ResultCell?
    private var numbers = 0
    private var mean = 0.0
    private var lowest = Double.infinity
    private var highest = -Double.infinity
    private var sample: [Double] = []
    private var random: UInt64 = 0x9E37_79B9_7F4A_7C15
    private var longestText = 0
    private var key: [UInt8] = []

    init(share: Int) { exactLimit = max(500, 100_000 / max(1, share)) }

    mutating func take(_ view: ColumnView, _ row: Int, isNumeric: Bool) {
        rows += 1
        guard view.tag(row) != .null else {
            nulls += 1
            return
        }
        key.removeAll(keepingCapacity: true)
        SortKey.append(view, row, isNumeric: isNumeric, to: &key)
        count(hash(key))
        if least == nil || key.lexicographicallyPrecedes(leastKey) {
            (leastKey, least) = (key, view.excerpt(row, limit: 200).cell)
        }
        if greatest == nil || greatestKey.lexicographicallyPrecedes(key) {
            (greatestKey, greatest) = (key, view.excerpt(row, limit: 200).cell)
        }
        if view.tag(row) == .text { longestText = max(longestText, view.bytes(row).count) }
        let isNumber = view.tag(row) == .integer || view.tag(row) == .real || isNumeric
        if isNumber, let number = RowMatcher.number(view, row), number.isFinite { take(number) }
    }

    private mutating func take(_ number: Double) {
        numbers += 1
        mean += (number - mean) / Double(numbers)
        lowest = min(lowest, number)
        highest = max(highest, number)
        guard sample.count >= Self.sampleLimit else { return sample.append(number) }
        // Each number has the same chance to be among the sample (Vitter's algorithm R).
        random ^= random << 13
        random ^= random >> 7
        random ^= random << 17
        let place = Int(random % UInt64(numbers))
        if place < Self.sampleLimit { sample[place] = number }
    }

    // MARK: Different values

    /// FNV-1a, stirred.
    private func hash(_ bytes: [UInt8]) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
        return hash ^ (hash >> 31)
    }

    private mutating func count(_ hash: UInt64) {
        if registers.isEmpty {
            seen.insert(hash)
            guard seen.count > exactLimit else { return }
            // From here on HyperLogLog with 4,096 registers (Flajolet and others, 2007).
            registers = [UInt8](repeating: 0, count: 4_096)
            for hash in seen { register(hash) }
            seen = []
        } else {
            register(hash)
        }
    }

    private mutating func register(_ hash: UInt64) {
        let index = Int(hash >> 52)
        let rank = UInt8((hash << 12 | 1 << 11).leadingZeroBitCount + 1)
        if rank > registers[index] { registers[index] = rank }
    }

    private var distinct: Int {
        guard !registers.isEmpty else { return seen.count }
        let sum = registers.reduce(0.0) { $0 + 1 / Double(UInt64(1) << UInt64($1)) }
        let count = Double(registers.count)
        let estimate = 0.7213 / (1 + 1.079 / count) * count * count / sum
        return Int(estimate)
    }

    func summary(of column: StoredColumn) -> ColumnSummary {
        ColumnSummary(
            name: column.name, type: column.type, rows: rows, nulls: nulls, distinct: distinct,
            isDistinctExact: registers.isEmpty, least: least, greatest: greatest,
            numbers: summaryOfNumbers, longestText: longestText)
    }

    private var summaryOfNumbers: ColumnSummary.Numbers? {
        guard numbers > 0 else { return nil }
        let sorted = sample.sorted()
        // Linear between the two neighbours, as most programs do it.
        func at(_ share: Double) -> Double {
            let place = share * Double(sorted.count - 1)
            let low = Int(place)
            guard low + 1 < sorted.count else { return sorted[low] }
            return sorted[low] + (sorted[low + 1] - sorted[low]) * (place - Double(low))
        }
        var histogram = [Int](repeating: 0, count: 12)
        let width = highest - lowest
        for number in sorted {
            let part = width > 0 && width.isFinite ? Int((number - lowest) / width * 12) : 0
            histogram[min(11, max(0, part))] += 1
        }
        return ColumnSummary.Numbers(
            count: numbers, mean: mean,
            quantiles: ColumnSummary.Quantiles(
                p5: at(0.05), p25: at(0.25), median: at(0.5), p75: at(0.75), p95: at(0.95)),
            histogram: histogram, isSample: numbers > Self.sampleLimit)
    }
}
