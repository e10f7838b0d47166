import SparkLog

/// By how much two runs of an unchanged application differ, as a share of its time.
///
/// No log of one run tells that, but it tells how far apart tasks of equal work are: what disturbs
/// those (other programs, the file cache, collections of garbage) disturbs whole runs. What a change
/// brings can only be promised as closely as that.
struct RunSpread: Sendable {
    /// 0.05 to 0.15.
    let share: Double

    init(_ stages: [StageProfile]) {
        var sum = 0.0
        var weight = 0.0
        for stage in stages where stage.tasks.count >= 6 {
            // The first tasks of an executor are slow for a reason of their own.
            let tasks = stage.tasks.filter { !$0.isFirstWave }
            guard tasks.count >= 6, Self.spread(tasks.map(\.records)) < 0.1 else { continue }
            let time = Double(stage.duration.sum)
            sum += Self.spread(tasks.map(\.run)) * time
            weight += time
        }
        share = weight > 0 ? min(0.15, max(0.05, sum / weight / 2)) : 0.05
    }

    /// The middle half of the values against the median, scaled to a standard deviation; 0 where the
    /// median is.
    private static func spread(_ values: [Int64]) -> Double {
        let figures = Figures(values)
        guard figures.median > 0 else { return 0 }
        return Double(figures.quantile(0.75) - figures.quantile(0.25)) / 1.35 / figures.median
    }
}

extension FindingSaving {
    /// What a second run would measure, where runs differ by `spread` milliseconds; what is left of
    /// the low end is at least half of it.
    func widened(by spread: Int64, within wall: Int64) -> FindingSaving {
        guard high > 0 else { return self }
        return FindingSaving(low: max(low / 2, low - spread), high: min(wall, high + spread))
    }
}
