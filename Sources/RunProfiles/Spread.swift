public import Domain

/// How long something took several times: its middle, and how far the rest lies from it.
public struct Spread: Hashable, Sendable {
    /// 1…
    public var count: Int
    public var median: Span
    /// A quarter took less, a quarter more; in between by straight lines (as most statistics programs).
    public var lowerQuartile: Span
    public var upperQuartile: Span
    public var least: Span
    public var most: Span

    /// Nil for no values at all.
    public init?(_ values: [Span]) {
        let sorted = values.sorted()
        guard let least = sorted.first, let most = sorted.last else { return nil }
        func quantile(_ share: Double) -> Span {
            let place = share * Double(sorted.count - 1)
            let lower = Int(place)
            let upper = min(lower + 1, sorted.count - 1)
            let part = place - Double(lower)
            let step = Double(sorted[upper].microseconds - sorted[lower].microseconds)
            return Span(microseconds: sorted[lower].microseconds + Int64((step * part).rounded()))
        }
        count = sorted.count
        (self.least, self.most) = (least, most)
        (lowerQuartile, median, upperQuartile) = (quantile(0.25), quantile(0.5), quantile(0.75))
    }

    /// Whether `value` lies beyond the quartiles by more than one and a half times their distance
    /// (Tukey's fence), and beyond the median by more than a tenth: worth being looked at.
    public func isUnusual(_ value: Span) -> Bool {
        guard count >= 4 else { return false }
        let distance = Double(upperQuartile.microseconds - lowerQuartile.microseconds) * 1.5
        let (low, high) = (
            Double(lowerQuartile.microseconds) - distance,
            Double(upperQuartile.microseconds) + distance
        )
        let number = Double(value.microseconds)
        let middle = Double(median.microseconds)
        return (number < low || number > high) && abs(number - middle) > middle / 10
    }
}
