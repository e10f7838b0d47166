import ResultStore
import Testing

@Suite("Numbers as text")
struct NumberTextTests {
    private func text(_ value: Double) -> String {
        String(decoding: CellText.bytes(of: .real(value)), as: UTF8.self)
    }

    @Test("a real is written as its shortest text, the same as Swift's, whatever its size")
    func reals() {
        var state: UInt64 = 20_261_126
        func random() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
        var values: [Double] = [
            0, -0.0, 0.1, 0.05, -1.5, 12.34, 99.999999, 0.001, 0.0001, 1e15, 1e16, 1e100,
            Double.leastNonzeroMagnitude,
            123_456_789_012.25, .infinity, -.infinity, 0.1 + 0.2, 1 / 3, 4_503_599_627_370_497.5,
        ]
        for _ in 0..<40_000 {
            let places = [1.0, 10, 100, 1_000, 10_000, 1e5, 1e6, 1e7][Int(random() % 8)]
            let digits = Double(Int64(bitPattern: random()) >> Int64(random() % 60))
            values.append(digits / places)
            values.append(Double(bitPattern: random()))
        }
        for value in values where !value.isNaN {
            #expect(text(value) == value.description)
        }
    }
}
