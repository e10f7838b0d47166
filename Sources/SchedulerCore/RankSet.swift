/// A set of numbers `0..<capacity` that knows its least one.
///
/// A tree of 64-bit words: each bit above the lowest level says whether a word below holds
/// anything. Insert, remove and least cost one step a level: three for 262,144 numbers.
struct RankSet: Hashable, Sendable {
    /// Level 0 first, the single word of the top level last.
    private var words: [UInt64]
    private let levelStarts: [Int]

    init(capacity: Int) {
        var starts = [0]
        var count = max(1, (capacity + 63) / 64)
        var total = count
        while count > 1 {
            starts.append(total)
            count = (count + 63) / 64
            total += count
        }
        levelStarts = starts
        words = [UInt64](repeating: 0, count: total)
    }

    var isEmpty: Bool { words[words.count - 1] == 0 }

    /// The least number; nil where there is none.
    var first: Int? {
        if isEmpty { return nil }
        var index = 0
        for start in levelStarts.reversed() {
            index = index * 64 + words[start + index].trailingZeroBitCount
        }
        return index
    }

    /// The least numbers in order, at most `count`.
    func least(_ count: Int) -> [Int] {
        var found: [Int] = []
        guard count > 0, let first else { return found }
        let bottom = levelStarts.count > 1 ? levelStarts[1] : words.count
        for index in first / 64..<bottom where words[index] != 0 {
            var word = words[index]
            while word != 0 {
                found.append(index * 64 + word.trailingZeroBitCount)
                if found.count == count { return found }
                word &= word - 1
            }
        }
        return found
    }

    mutating func insert(_ number: Int) {
        var index = number
        for start in levelStarts {
            words[start + index / 64] |= 1 << UInt64(index % 64)
            index /= 64
        }
    }

    mutating func remove(_ number: Int) {
        var index = number
        for start in levelStarts {
            words[start + index / 64] &= ~(1 << UInt64(index % 64))
            if words[start + index / 64] != 0 { return }
            index /= 64
        }
    }
}
