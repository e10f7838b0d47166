/// Whether a new measure is out of line with the ones before it.
public struct Anomaly: Hashable, Sendable {
    /// What is measured: the band's lower end never goes below zero, a share never above one.
    public enum Measure: String, Hashable, Sendable {
        case rowCount, freshnessSeconds, nullShare
    }

    /// The range in which a measure is in line, both ends included.
    public struct Band: Hashable, Sendable {
        public var low: Double
        public var high: Double
        /// The median of the history.
        public var middle: Double
        /// How many measures it was made of.
        public var count: Int
    }

    public var measure: Measure
    public var value: Double
    /// Nil while the history is too short to tell.
    public var band: Band?

    /// Without a band nothing is out of line.
    public var isAnomaly: Bool {
        guard let band else { return false }
        // Data that comes early, or has fewer gaps, is no reason to stop.
        if measure != .rowCount { return value > band.high }
        return value < band.low || value > band.high
    }

    /// Judges `value` by `history`, of which the last `window` measures count.
    ///
    /// The band is the median ± `sensitivity` scaled median absolute deviations (1.4826 of which
    /// are a standard deviation where measures are normal): one wild day widens it little, where a
    /// mean and a standard deviation would be spoilt. It is at least 1 % of the median wide on
    /// each side, so that a history without any change does not make of one row an alarm.
    ///
    /// - Parameters:
    ///   - history: oldest first.
    ///   - least: with fewer measures there is no band.
    public init(
        _ measure: Measure, value: Double, history: [Double], sensitivity: Double = 3,
        window: Int = 30, least: Int = 5
    ) {
        self.measure = measure
        self.value = value
        let recent = history.filter(\.isFinite).suffix(max(0, window))
        guard recent.count >= max(1, least) else {
            band = nil
            return
        }
        let middle = Self.median(Array(recent))
        let spread = 1.482_6 * Self.median(recent.map { abs($0 - middle) })
        let reach = max(sensitivity * spread, 0.01 * abs(middle))
        band = Band(
            low: max(0, middle - reach),
            high: measure == .nullShare ? min(1, max(middle + reach, 0.001)) : middle + reach,
            middle: middle, count: recent.count)
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return 0 }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
