import SparkLog

/// Stages whose work one task does alone while others could help.
enum SingleTaskStageRule: AdviceRule {
    static func findings(in profile: ApplicationProfile) -> [Finding] {
        FewTasks.findings(in: profile).filter { $0.rule == .singleTaskStage }
    }
}

/// Stages of fewer tasks than slots.
enum LowParallelismRule: AdviceRule {
    static func findings(in profile: ApplicationProfile) -> [Finding] {
        FewTasks.findings(in: profile).filter { $0.rule == .lowParallelism }
    }
}

enum FewTasks {
    static func findings(in profile: ApplicationProfile) -> [Finding] {
        profile.stages.compactMap { stage in
            guard stage.slots >= 2, stage.attempt == 0, !profile.isStreaming(stage),
                !stage.tasks.isEmpty, stage.tasks.count < stage.slots,
                profile.application.stages[stage.index].taskCount <= stage.tasks.count,
                profile.matters(stage.wall, share: 0.12), stage.duration.largest >= 500,
                !othersFill(stage, profile)
            else { return nil }
            return finding(stage, profile)
        }
    }

    /// Whether other stages used the slots that this one left free.
    private static func othersFill(
        _ stage: StageProfile, _ profile: ApplicationProfile
    ) -> Bool {
        let busy = profile.stages.reduce(Int64(0)) { sum, other in
            guard other.index != stage.index, other.firstLaunch < stage.lastFinish,
                other.lastFinish > stage.firstLaunch
            else { return sum }
            return sum
                + other.tasks.reduce(0) { inner, task in
                    let from = max(task.launch, stage.firstLaunch)
                    let to = min(task.launch + task.duration, stage.lastFinish)
                    return inner + max(0, to - from)
                }
        }
        let free = stage.wall * Int64(stage.slots) - stage.duration.sum
        return busy * 2 > free
    }

    private static func finding(
        _ stage: StageProfile, _ profile: ApplicationProfile
    ) -> Finding? {
        let plan = profile.plan(of: stage)
        let isCoalesced = profile.coalescedTarget(stage) != nil
        let settings = profile.settings(of: stage)
        let rule: FindingRule =
            stage.tasks.count == 1 && !isCoalesced ? .singleTaskStage : .lowParallelism
        let high = profile.saved(by: .stage(stage.index, stage.evenTasks(stage.slots)))
        var changes: [FindingChange] = []
        if isCoalesced {
            let size = max(1 << 20, stage.shuffleRead / Int64(2 * stage.slots))
            let first = "spark.sql.adaptive.coalescePartitions.parallelismFirst"
            if !settings.isOn(first) { changes.append(settings.change(first, to: "true")) }
            let advisory = "spark.sql.adaptive.advisoryPartitionSizeInBytes"
            if size < settings.bytes(advisory) ?? 64 << 20 {
                changes.append(settings.change(advisory, to: AdviceText.setting(size)))
            }
            let least = "spark.sql.adaptive.coalescePartitions.minPartitionSize"
            if stage.shuffleRead < Int64(2 * stage.slots) << 20 {
                changes.append(
                    .setting(key: least, from: settings.value(least) ?? "1MB", to: "64k"))
            }
        } else if stage.shuffleRead > 0, profile.isSQL(stage),
            settings.int("spark.sql.shuffle.partitions") == stage.tasks.count
        {
            changes.append(
                settings.change("spark.sql.shuffle.partitions", to: "\(2 * stage.slots)"))
        }
        changes.append(.code(code(stage, plan, profile)))
        let many = stage.tasks.count == 1 ? "One task" : "\(stage.tasks.count) tasks"
        return Finding(
            rule, at: stage,
            title: "\(many) did \(AdviceText.time(stage.wall)) of work that \(stage.slots) slots "
                + "could have shared",
            evidence: [
                FindingEvidence("tasks", stage.tasks.count), FindingEvidence("slots", stage.slots),
                FindingEvidence("stage_ms", stage.wall),
                FindingEvidence("input_bytes", stage[.inputBytes]),
                FindingEvidence("shuffle_read_bytes", stage.shuffleRead),
                FindingEvidence("output_bytes", stage[.outputBytes]),
                FindingEvidence("coalesced_by_aqe", isCoalesced ? "yes" : "no"),
            ],
            changes: changes, saving: FindingSaving(low: high / 4, high: high), confidence: 0.8,
            execution: profile.job(of: stage)?.sqlExecution, leastShare: 0.05)
    }

    private static func code(
        _ stage: StageProfile, _ plan: PlanProfile?, _ profile: ApplicationProfile
    ) -> String {
        let nodes = plan?.nodes(inStage: stage.index) ?? []
        let exchanges =
            plan?.exchanges(readBy: stage.index).map { plan?.nodes[$0].detail ?? "" } ?? []
        if nodes.contains(where: { $0.name == "Coalesce" })
            || profile.scopes(of: stage).contains(where: { $0.lowercased().contains("coalesce") })
        {
            return
                "Take coalesce(\(stage.tasks.count)) away: it lowers the parallelism of all that "
                + "comes before it; repartition(\(stage.tasks.count)) keeps the work parallel and "
                + "brings only its result together."
        }
        if nodes.contains(where: { $0.name.hasPrefix("Window") }) {
            return "Give the window a PARTITION BY: without one all rows meet in one task."
        }
        if exchanges.contains(where: { $0.contains("SinglePartition") }) {
            return "Aggregate or filter before all rows meet in one task, or sort and limit within "
                + "partitions first."
        }
        return "Ask for at least \(2 * stage.slots) partitions where this data is made: "
            + "repartition(n), parallelize(…, n), range(…) or the reader's options."
    }
}

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
        let slots = max(1, profile.slots.executors.map(\.slots).max() ?? 1)
        var low = 1
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
