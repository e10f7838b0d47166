/// Long stretches of a file that are known to hold no line end.
///
/// They make the search for the ends of a line of gigabytes go on where the last request stopped.
/// Appending never makes one wrong. Memory is bounded: of too many, the shortest are forgotten.
struct NewlineGaps: Sendable {
    /// Shorter stretches are cheaper to read again than to remember.
    private let shortest: Int64
    private var ranges: [Range<Int64>] = []
    private static let capacity = 64

    init(shortest: Int64) { self.shortest = shortest }

    /// The known stretch that holds `offset`.
    func range(holding offset: Int64) -> Range<Int64>? {
        ranges.first { $0.contains(offset) }
    }

    /// Notes that `range` holds no line end; joins it with what touches it.
    mutating func insert(_ range: Range<Int64>) {
        guard Int64(range.count) >= shortest else { return }
        var joined = range
        ranges.removeAll { known in
            guard known.lowerBound <= joined.upperBound, joined.lowerBound <= known.upperBound
            else { return false }
            joined =
                min(known.lowerBound, joined.lowerBound)..<max(known.upperBound, joined.upperBound)
            return true
        }
        ranges.append(joined)
        if ranges.count > Self.capacity,
            let least = ranges.indices.min(by: { ranges[$0].count < ranges[$1].count })
        {
            ranges.remove(at: least)
        }
    }
}
