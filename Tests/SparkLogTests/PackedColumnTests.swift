import TestRandom
import Testing

@testable import SparkLog

@Suite("Packed columns")
struct PackedColumnTests {
    @Test("every value comes back, whatever its size, over several blocks", arguments: [1, 2, 3])
    func roundTrip(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var column = PackedColumn()
        var values: [Int64] = []
        for block in 0..<9 {
            for _ in 0..<1024 {
                let bits = Int64(truncatingIfNeeded: random.next())
                values.append(block == 8 ? bits : bits >> Int64(block * 8))
            }
        }
        values += [.min, .max, 0, -1]
        for value in values { column.append(value) }
        #expect(column.count == values.count)
        #expect((0..<values.count).map { column[$0] } == values)
    }

    @Test("a block of equal values takes no bytes for them")
    func constant() {
        var column = PackedColumn()
        for _ in 0..<102_400 { column.append(-7) }
        #expect(column[10_000] == -7)
        #expect(column.residentBytes < 51_200)
    }
}
