import SparkLog

/// Executors that mostly waited; costs machines, not time.
enum IdleExecutorsRule: AdviceRule {
    static func findings(in profile: ApplicationProfile) -> [Finding] {
        guard !profile.isLocal, profile.slots.executors.count >= 2,
            let first = profile.stages.map(\.firstLaunch).min(),
            let last = profile.stages.map(\.lastFinish).max(), last - first >= 5_000
        else { return [] }
        // From the first task to the last: what comes before and after is the session's own time.
        let lifetime = profile.slots.lifetime(from: first, until: last)
        let busy = profile.stages.reduce(0) { $0 + $1.allDurations.reduce(0, +) }
        let idle = max(0, lifetime - busy)
        let hours = Double(idle) / 3_600_000
        guard lifetime > 0, Double(idle) >= 0.5 * Double(lifetime) else { return [] }
        let settings = profile.settings
        guard let count = enough(profile) else { return [] }
        let dynamic = "spark.dynamicAllocation.enabled"
        var changes: [FindingChange] = []
        if settings.isOn(dynamic) {
            changes.append(
                settings.change("spark.dynamicAllocation.maxExecutors", to: "\(count)"))
        } else {
            changes.append(settings.change("spark.executor.instances", to: "\(count)"))
        }
        return [
            Finding(
                .idleExecutors, at: nil,
                title:
                    "Slots were idle for \(AdviceText.percent(Double(idle) / Double(lifetime))) of "
                    + "their life; \(count) executors would take about as long",
                evidence: [
                    FindingEvidence("executors", profile.slots.executors.count),
                    FindingEvidence("idle_slot_hours", hours),
                    FindingEvidence("idle_share", Double(idle) / Double(lifetime)),
                    FindingEvidence("threshold_share", 0.5),
                ],
                changes: changes, saving: FindingSaving(low: 0, high: 0), confidence: 0.6,
                leastShare: 0)
        ]
    }

    /// The smallest number of executors whose replay is within 5 % of the recorded one.
    private static func enough(_ profile: ApplicationProfile) -> Int? {
        let slots = profile.slots.most
        // Fewer slots than the work fills in that time cannot be enough.
        let work = profile.stages.reduce(Int64(0)) { $0 &+ $1.duration.sum }
        let least = work / max(1, profile.replayedWall * 105 / 100) / Int64(slots)
        var low = max(1, min(profile.slots.executors.count, Int(least)))
        var high = profile.slots.executors.count
        func wall(_ count: Int) -> Int64 {
            profile.schedule.wall(
                ScheduleChange(executors: [Int](repeating: slots, count: count)))
        }
        let limit = profile.replayedWall * 105 / 100
        guard wall(high) <= limit else { return nil }
        while low < high {
            let middle = (low + high) / 2
            if wall(middle) <= limit { high = middle } else { low = middle + 1 }
        }
        return low < profile.slots.executors.count ? low : nil
    }
}
