import SparkLog

/// Stages of fewer tasks than slots, down to one that does the work alone while others could help:
/// `single-task-stage` and `low-parallelism`.
enum FewTasksRule: AdviceRule {
    static func findings(in profile: ApplicationProfile) -> [Finding] {
        profile.longStages.compactMap { stage in
            guard stage.slots >= 2, stage.attempt == 0, !profile.isStreaming(stage),
                !stage.tasks.isEmpty, stage.tasks.count < stage.slots,
                profile.application.stages[stage.index].taskCount <= stage.tasks.count,
                profile.matters(stage.wall - start(stage, profile), share: 0.12),
                stage.duration.largest - start(stage, profile) >= 500,
                !othersFill(stage, profile)
            else { return nil }
            return finding(stage, profile)
        }
    }

    /// What each task waited for Python: more of them would have waited as long.
    private static func start(_ stage: StageProfile, _ profile: ApplicationProfile) -> Int64 {
        (profile.pythonStart(of: stage) ?? 0) / Int64(max(1, stage.tasks.count))
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
