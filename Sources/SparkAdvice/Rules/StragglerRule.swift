import SparkLog

/// Tasks with the same amount of data that take far longer than others, mostly on one executor.
enum StragglerRule: AdviceRule {
    static func findings(in profile: ApplicationProfile) -> [Finding] {
        profile.longStages.compactMap { stage in
            guard profile.matters(stage.wall, share: 0.05) else { return nil }
            return slowExecutor(stage, profile) ?? slowTask(stage, profile)
        }
    }

    /// An executor on which the middle task takes twice as long as on all others.
    private static func slowExecutor(
        _ stage: StageProfile, _ profile: ApplicationProfile
    ) -> Finding? {
        // The first tasks of an executor load classes and fetch broadcasts: they say nothing.
        let tasks = stage.tasks.filter { !$0.isFirstWave }
        let groups = Dictionary(grouping: tasks, by: \.executor)
        guard groups.count >= 2, tasks.count >= 6 else { return nil }
        for (executor, own) in groups.sorted(by: { $0.key < $1.key }) where own.count >= 2 {
            let rest = tasks.filter { $0.executor != executor }
            let slow = Figures(own.map(\.run))
            let usual = Figures(rest.map(\.run))
            guard rest.count >= 3, slow.median >= 2 * max(1, usual.median),
                slow.quantile(0.25) > usual.quantile(0.75), slow.median - usual.median >= 200
            else { continue }
            let bytes = Figures(own.map(\.bytes)).mean + Figures(own.map(\.records)).mean
            let others = Figures(rest.map(\.bytes)).mean + Figures(rest.map(\.records)).mean
            guard bytes <= 1.5 * max(1, others) else { continue }
            let factor = usual.median / max(1, slow.median)
            let durations = stage.tasks.map { task in
                task.executor == executor ? Int64(Double(task.duration) * factor) : task.duration
            }
            let high = profile.saved(by: .stage(stage.index, durations))
            let name = profile.application.executors[executor]
            return Finding(
                .straggler, at: stage,
                title: "Tasks on executor \(name.id) (\(name.host)) take "
                    + "\(AdviceText.time(Int64(slow.median))), elsewhere "
                    + "\(AdviceText.time(Int64(usual.median))), with the same data",
                evidence: [
                    FindingEvidence("executor", name.id), FindingEvidence("host", name.host),
                    FindingEvidence("tasks_there", own.count),
                    FindingEvidence("median_there_ms", slow.median),
                    FindingEvidence("median_elsewhere_ms", usual.median),
                    FindingEvidence("threshold_ratio", 2.0),
                ],
                changes: changes(profile.settings(of: stage)),
                saving: FindingSaving(low: high / 3, high: high), confidence: 0.7,
                leastShare: 0.05)
        }
        return nil
    }

    /// One slow task without a reason in its data.
    private static func slowTask(
        _ stage: StageProfile, _ profile: ApplicationProfile
    ) -> Finding? {
        guard stage.tasks.count >= 4, let skew = Skew(stage, in: profile), skew.workRatio < 1.5,
            !skew.slowest.isFirstWave, skew.slowest.run >= 4 * max(1, skew.typicalRun),
            skew.slowest.run - skew.typicalRun >= 2_000,
            profile.matters(skew.slowest.run - skew.typicalRun, share: 0.10)
        else { return nil }
        let limit = max(1, Int64(stage.duration.median))
        let durations = stage.allDurations.map { min($0, limit * 2) }
        let high = profile.saved(by: .stage(stage.index, durations))
        return Finding(
            .straggler, at: stage,
            title: "One task ran \(AdviceText.time(skew.slowest.run)), a typical one "
                + "\(AdviceText.time(skew.typicalRun)), and had no more data than that",
            evidence: [
                FindingEvidence("max_task_ms", skew.slowest.run),
                FindingEvidence("typical_task_ms", skew.typicalRun),
                FindingEvidence("work_ratio", skew.workRatio),
                FindingEvidence("correlation", skew.correlation),
            ],
            changes: changes(profile.settings(of: stage)),
            saving: FindingSaving(low: high / 4, high: high), confidence: 0.5, leastShare: 0.05)
    }

    private static func changes(_ settings: SparkSettings) -> [FindingChange] {
        var changes: [FindingChange] = []
        if !settings.isOn("spark.speculation") {
            changes.append(settings.change("spark.speculation", to: "true"))
        }
        changes.append(
            .code("Look at the host: other load, a failing disk, less memory or a slower network."))
        return changes
    }
}
