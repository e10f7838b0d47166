/// A regular expression as it was read.
indirect enum PatternTree: Sendable {
    case nothing
    /// One character out of these.
    case scalars(ScalarSet)
    /// One given byte, written `\xFF`; need not be part of a character.
    case byte(UInt8)
    case sequence([PatternTree])
    case choice([PatternTree])
    case repeated(PatternTree, least: Int, most: Int?)
    case assertion(Assertion)

    enum Assertion: UInt8, Sendable {
        case lineStart, lineEnd, wordBoundary, noWordBoundary
    }
}

/// A set of characters as ranges of scalar values.
struct ScalarSet: Hashable, Sendable {
    /// Sorted, apart from one another.
    private(set) var ranges: [ClosedRange<UInt32>]

    static let largest: UInt32 = 0x10FFFF

    init(_ ranges: [ClosedRange<UInt32>]) {
        self.ranges = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = self.ranges.last, range.lowerBound <= last.upperBound &+ 1 {
                let upper = max(last.upperBound, range.upperBound)
                self.ranges[self.ranges.count - 1] = last.lowerBound...upper
            } else {
                self.ranges.append(range)
            }
        }
    }

    init(_ scalar: Unicode.Scalar) { ranges = [scalar.value...scalar.value] }

    /// All others, the line end never among them.
    var inverted: ScalarSet {
        var result: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ScalarSet(ranges + [10...10]).ranges {
            if range.lowerBound > next { result.append(next...range.lowerBound - 1) }
            next = range.upperBound + 1
        }
        if next <= Self.largest { result.append(next...Self.largest) }
        return ScalarSet(result)
    }

    /// With the other case of its letters; of long ranges only the ASCII letters.
    var caseless: ScalarSet {
        var result = ranges
        for range in ranges {
            for value in range.lowerBound...min(range.upperBound, range.lowerBound + 512) {
                guard let scalar = Unicode.Scalar(value) else { continue }
                for text in [
                    scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping,
                ] {
                    let others = text.unicodeScalars
                    if others.count == 1, let other = others.first {
                        result.append(other.value...other.value)
                    }
                }
            }
        }
        return ScalarSet(result)
    }

    static let digits = ScalarSet([48...57])
    static let words = ScalarSet([48...57, 65...90, 95...95, 97...122])
    static let blanks = ScalarSet([9...9, 11...13, 32...32])
    static let anything = ScalarSet([]).inverted
}
