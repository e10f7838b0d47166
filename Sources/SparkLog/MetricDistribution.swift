/// The values of one accumulator over the tasks that updated it.
///
/// Up to 64 values are kept as they are; beyond, they are counted in buckets 2 % wide, so that a
/// metric of a million tasks costs a few hundred bytes. Count, sum, smallest and largest are always
/// exact.
public struct MetricDistribution: Sendable {
    private static let exactCount = 64

    public private(set) var count = 0
    /// Saturates.
    public private(set) var sum: Int64 = 0
    public private(set) var smallest: Int64 = 0
    public private(set) var largest: Int64 = 0
    /// Empty as long as smallest and largest say it all.
    private var values: [Int64] = []
    fileprivate var buckets: [Bucket] = []

    fileprivate struct Bucket: Sendable {
        var number: Int32
        var count: Int32
    }

    init() {}

    mutating func add(_ value: Int64) {
        if count >= Self.exactCount {
            if buckets.isEmpty {
                for value in exactValues { countInBucket(value) }
                values = []
            }
            countInBucket(value)
        } else if !values.isEmpty {
            values.append(value)
        } else if count >= 2, smallest != largest || value != smallest {
            values = exactValues
            values.append(value)
        }
        smallest = count == 0 ? value : min(smallest, value)
        largest = count == 0 ? value : max(largest, value)
        count += 1
        sum = sum.addingSaturated(value)
    }

    /// All values, in any order; only while they are exact.
    private var exactValues: [Int64] {
        if !values.isEmpty { return values }
        if smallest == largest { return [Int64](repeating: smallest, count: count) }
        return [smallest, largest]
    }

    /// Whether ``median`` is exact, not within 1 %.
    public var isExact: Bool { count <= Self.exactCount }

    /// The value in the middle (of an even number, the greater of the two, as Spark shows it); nil
    /// without values.
    public var median: Int64? {
        guard count > 0 else { return nil }
        if isExact { return exactValues.sorted()[count / 2] }
        var remaining = count / 2
        for bucket in buckets {
            remaining -= Int(bucket.count)
            if remaining < 0 {
                return min(max(Self.middle(of: bucket.number), smallest), largest)
            }
        }
        return largest
    }

    private mutating func countInBucket(_ value: Int64) {
        let bucket = Self.bucket(of: value)
        var low = 0
        var high = buckets.count
        while low < high {
            let middle = (low + high) / 2
            if buckets[middle].number < bucket { low = middle + 1 } else { high = middle }
        }
        if low < buckets.count, buckets[low].number == bucket {
            buckets[low].count = buckets[low].count.addingSaturated(1)
        } else {
            buckets.insert(Bucket(number: bucket, count: 1), at: low)
        }
    }

    /// 32 buckets an octave: the leading bit and the five bits behind it.
    private static func bucket(of value: Int64) -> Int32 {
        guard value != 0 else { return 0 }
        let size = value.magnitude
        let exponent = 63 - size.leadingZeroBitCount
        let fraction =
            exponent >= 5
            ? (size >> UInt64(exponent - 5)) & 31 : (size << UInt64(5 - exponent)) & 31
        let bucket = Int32(exponent * 32 + Int(fraction) + 1)
        return value < 0 ? -bucket : bucket
    }

    private static func middle(of bucket: Int32) -> Int64 {
        guard bucket != 0 else { return 0 }
        let index = Int(abs(bucket)) - 1
        let low =
            Double(32 + index % 32) / 32 * Double(sign: .plus, exponent: index / 32, significand: 1)
        let width = Double(sign: .plus, exponent: index / 32 - 5, significand: 1)
        let value = width > 1 ? low + width / 2 : low
        let clamped = value >= 9.2e18 ? Int64.max : Int64(value)
        return bucket < 0 ? -clamped : clamped
    }
}

extension MetricDistribution: IndexCoded {
    static var blank: MetricDistribution { MetricDistribution() }

    mutating func code(_ coder: inout IndexCoder) {
        coder.code(&count)
        coder.code(&sum)
        coder.code(&smallest)
        coder.code(&largest)
        coder.code(&values)
        coder.code(&buckets)
        let isTold = count <= 2 || smallest == largest
        if count < 0 || isExact && values.count != (values.isEmpty && isTold ? 0 : count) {
            coder.damaged()
        }
    }
}

extension MetricDistribution.Bucket: IndexCoded {
    static var blank: MetricDistribution.Bucket { MetricDistribution.Bucket(number: 0, count: 0) }

    mutating func code(_ coder: inout IndexCoder) {
        coder.code(&number)
        coder.code(&count)
    }
}
