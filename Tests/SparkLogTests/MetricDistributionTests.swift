import TestRandom
import Testing

@testable import SparkLog

@Suite("Distributions of metrics")
struct MetricDistributionTests {
    @Test("few values give the exact median, as Spark picks it")
    func exact() {
        var distribution = MetricDistribution()
        #expect(distribution.median == nil)
        for value in [5, 1, 9, 7] { distribution.add(Int64(value)) }
        #expect(distribution.median == 7)
        #expect(distribution.sum == 22)
        #expect(distribution.isExact)
    }

    @Test("many values give a median within 2 %", arguments: [1, 2, 3] as [UInt64])
    func approximate(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var distribution = MetricDistribution()
        var values: [Int64] = []
        for _ in 0..<5_001 {
            let bits = Int64.random(in: 0..<40, using: &random)
            values.append(Int64.random(in: 0...(1 << bits), using: &random))
        }
        for value in values { distribution.add(value) }
        let median = try #require(distribution.median)
        let exact = values.sorted()[2_500]
        #expect(abs(Double(median - exact)) <= max(1, 0.02 * Double(exact)))
        #expect(distribution.largest == values.max())
        #expect(distribution.smallest == values.min())
    }

    /// Equal values and pairs are kept without a list.
    @Test(
        "few different values, one after the other, are all remembered",
        arguments: 0..<200 as Range<UInt64>)
    func few(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let kinds = Int64.random(in: 1...4, using: &random)
        var distribution = MetricDistribution()
        var values: [Int64] = []
        for _ in 0..<Int.random(in: 1...70, using: &random) {
            values.append(Int64.random(in: 0..<kinds, using: &random) - 1)
            distribution.add(values[values.count - 1])
            #expect(distribution.median == values.sorted()[values.count / 2])
            #expect(distribution.count == values.count)
            #expect(distribution.smallest == values.min() && distribution.largest == values.max())
            #expect(distribution.sum == values.reduce(0, +))
        }
    }

    @Test("the largest and smallest numbers do no harm")
    func extremes() {
        var distribution = MetricDistribution()
        for _ in 0..<100 {
            distribution.add(.max)
            distribution.add(.min)
            distribution.add(0)
        }
        #expect(distribution.count == 300)
        #expect(distribution.smallest == .min)
        #expect(distribution.largest == .max)
        #expect(distribution.median == 0)
    }
}
