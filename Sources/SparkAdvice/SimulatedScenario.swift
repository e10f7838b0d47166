/// What the application would have taken had something else been different than its executors.
public struct SimulatedScenario: Sendable {
    /// `without skew`, `without failures`, `executors stay` or `N partitions`.
    public var name: String
    /// Milliseconds.
    public var wall: Int64
    /// Stages that the scenario changes.
    public var stages: Int

    /// Scenarios that change something in this application, by replaying its schedule.
    ///
    /// - Parameter partitions: numbers of shuffle partitions to try; only stages whose tasks are as
    ///   many as `spark.sql.shuffle.partitions` change with it.
    static func all(_ profile: ApplicationProfile, partitions: [Int]) -> [SimulatedScenario] {
        func scenario(_ name: String, _ change: ScheduleChange, stages: Int) -> SimulatedScenario {
            SimulatedScenario(
                name: name, wall: profile.wall(change), stages: stages)
        }
        var found: [SimulatedScenario] = []
        let even = withoutSkew(profile)
        if !even.durations.isEmpty {
            found.append(scenario("without skew", even, stages: even.durations.count))
        }
        let clean = withoutFailures(profile)
        if !clean.durations.isEmpty {
            found.append(scenario("without failures", clean, stages: clean.durations.count))
        }
        if profile.slots.executors.contains(where: { ($0.to ?? .max) < profile.end }) {
            var stay = clean
            stay.executorsStay = true
            found.append(scenario("executors stay", stay, stages: clean.durations.count))
        }
        for count in partitions {
            let change = withPartitions(count, profile)
            found.append(
                scenario("\(count) partitions", change, stages: change.durations.count))
        }
        return found
    }

    private static func withoutSkew(_ profile: ApplicationProfile) -> ScheduleChange {
        var change = ScheduleChange()
        for stage in profile.stages where Skew(stage, in: profile)?.isOfData ?? false {
            let even = stage.duration.sum / Int64(max(1, stage.slots))
            let limit = max(1, max(even / 4, Int64(stage.duration.median)))
            change.durations[stage.index] = stage.levelled(to: limit)
        }
        return change
    }

    private static func withoutFailures(_ profile: ApplicationProfile) -> ScheduleChange {
        var change = ScheduleChange()
        for lost in profile.lost {
            for (stage, durations) in lost.change(profile).durations {
                // Two kinds of failures in one stage: the one that leaves less work wins.
                let known = change.durations[stage]?.reduce(0, +) ?? .max
                if durations.reduce(0, +) < known { change.durations[stage] = durations }
            }
            guard lost.kind == .fetch else { continue }
            for stage in profile.stages where stage.attempt > 0 {
                change.durations[stage.index] = []
            }
        }
        return change
    }

    /// The same work in another number of tasks; each costs what it takes to start one, and a key
    /// that has most rows stays in one task.
    private static func withPartitions(
        _ count: Int, _ profile: ApplicationProfile
    ) -> ScheduleChange {
        var change = ScheduleChange()
        for stage in profile.stages where stage.attempt == 0 && stage.shuffleRead > 0 {
            let wanted = profile.settings(of: stage).int("spark.sql.shuffle.partitions")
            guard profile.isSQL(stage), !stage.tasks.isEmpty, wanted == stage.tasks.count else {
                continue
            }
            let overhead = Figures(stage.tasks.map { max(0, $0.duration - $0.run) }).median
            let fixed = overhead + min(30, Double(stage.run.quantile(0.05)) / 2)
            let work = stage.duration.sum - Int64(fixed) * Int64(stage.tasks.count)
            var durations = [Int64](
                repeating: max(0, work) / Int64(count) + Int64(fixed), count: count)
            if let skew = Skew(stage, in: profile), skew.isOfData {
                let key = max(0, skew.slowest.duration - skew.typicalRun)
                durations = durations.map { max(1, $0 - key / Int64(count)) }
                durations[0] += key
            }
            change.durations[stage.index] = durations
        }
        return change
    }
}
