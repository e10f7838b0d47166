import SparkLog

/// Joins and aggregations where one key has most of the rows: `skewed-join`, which adaptive execution
/// can split, and `skewed-groupby`, which it cannot.
enum SkewRule: AdviceRule {
    private static let joins: Set = [
        "SortMergeJoin", "ShuffledHashJoin", "SortMergeJoin(skew=true)",
        "ShuffledHashJoin(skew=true)", "GpuShuffledHashJoin", "GpuShuffledSymmetricHashJoin",
        "FlatMapCoGroupsInPandas", "CoGroup",
    ]

    static func findings(in profile: ApplicationProfile) -> [Finding] {
        profile.longStages.compactMap { stage in
            guard stage.shuffleRead > 0, profile.matters(stage.wall) else { return nil }
            let target = profile.coalescedTarget(stage)
            guard let skew = Skew(stage, in: profile, coalescedTarget: target), skew.isOfData
            else { return nil }
            return finding(stage, skew, profile)
        }
    }

    static func isJoin(_ stage: StageProfile, _ profile: ApplicationProfile) -> Bool {
        if let plan = profile.plan(of: stage) {
            let names = plan.nodes(inStage: stage.index).map(\.name)
            if names.contains(where: { joins.contains($0) }) { return true }
            if profile.isSQL(stage), !names.isEmpty { return false }
        }
        // A Python join is a grouping of its own; only the stages before it bear the name.
        let parents = profile.application.stages[stage.index].parents.compactMap { parent in
            profile.stages.last { $0.id == parent }?.name
        }
        let scopes = (profile.scopes(of: stage) + parents).map { $0.lowercased() }
        return scopes.contains { $0.contains("join") || $0.contains("cogroup") }
    }

    private static func finding(
        _ stage: StageProfile, _ skew: Skew, _ profile: ApplicationProfile
    ) -> Finding {
        let isJoin = isJoin(stage, profile)
        let even = Figures(stage.allDurations).sum / Int64(max(1, stage.slots))
        let limit = max(1, max(even / 4, min(even / 2, Int64(stage.duration.median))))
        let high = profile.saved(by: .stage(stage.index, stage.levelled(to: limit)))
        let settings = profile.settings(of: stage)
        let what = isJoin ? "join" : "grouping"
        return Finding(
            isJoin ? .skewedJoin : .skewedGroupBy, at: stage,
            title: "One task of a \(what) ran \(AdviceText.time(skew.slowest.run)), a typical one "
                + "\(AdviceText.time(skew.typicalRun)): a few keys have most of the rows",
            evidence: [
                FindingEvidence("tasks", stage.tasks.count),
                FindingEvidence("max_task_ms", skew.slowest.run),
                FindingEvidence("typical_task_ms", skew.typicalRun),
                FindingEvidence("max_task_bytes", skew.slowest.bytes),
                FindingEvidence("typical_task_bytes", skew.typicalBytes),
                FindingEvidence("max_task_records", skew.slowest.records),
                FindingEvidence("typical_task_records", skew.typicalRecords),
                FindingEvidence("correlation", skew.correlation),
                FindingEvidence("threshold_ratio", 2.2),
                settings.origin(of: "spark.sql.adaptive.enabled"),
            ],
            changes: isJoin
                ? joinChanges(stage, skew, settings, profile) : groupChanges(stage, profile),
            saving: FindingSaving(low: high * 2 / 5, high: high),
            confidence: min(0.95, 0.6 + skew.correlation / 3),
            execution: profile.job(of: stage)?.sqlExecution)
    }

    private static func joinChanges(
        _ stage: StageProfile, _ skew: Skew, _ settings: SparkSettings,
        _ profile: ApplicationProfile
    ) -> [FindingChange] {
        let salt = FindingChange.code(
            "Salt the frequent keys: add a random column of a few values to the large side, repeat "
                + "the small side for each value, and join on both; or broadcast the small side.")
        guard profile.isSQL(stage), settings.isAtLeast(3, 0) else { return [salt] }
        var changes: [FindingChange] = []
        if !settings.isOn("spark.sql.adaptive.enabled") {
            changes.append(settings.change("spark.sql.adaptive.enabled", to: "true"))
        }
        if !settings.isOn("spark.sql.adaptive.skewJoin.enabled") {
            changes.append(settings.change("spark.sql.adaptive.skewJoin.enabled", to: "true"))
        }
        // The big partition must pass both the factor and the threshold.
        let thresholdKey = "spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes"
        let threshold = settings.bytes(thresholdKey) ?? 256 << 20
        if skew.slowest.bytes <= threshold {
            changes.append(
                settings.change(thresholdKey, to: AdviceText.setting(skew.slowest.bytes / 3)))
        }
        let factorKey = "spark.sql.adaptive.skewJoin.skewedPartitionFactor"
        let factor = settings.value(factorKey).flatMap { Double($0) } ?? 5
        // The factor is of partitions as they were written; merged ones do not tell their median.
        if profile.coalescedTarget(stage) == nil,
            Double(skew.slowest.bytes) <= factor * Double(max(1, skew.typicalBytes))
        {
            changes.append(settings.change(factorKey, to: "2"))
        }
        let advisoryKey = "spark.sql.adaptive.advisoryPartitionSizeInBytes"
        let advisory = settings.bytes(advisoryKey) ?? 64 << 20
        let piece = max(4 << 20, skew.slowest.bytes / Int64(2 * max(1, stage.slots)))
        if advisory > 2 * piece {
            changes.append(settings.change(advisoryKey, to: AdviceText.setting(piece)))
        }
        return changes + [salt]
    }

    private static func groupChanges(
        _ stage: StageProfile, _ profile: ApplicationProfile
    ) -> [FindingChange] {
        let names = profile.plan(of: stage)?.nodes(inStage: stage.index).map(\.name) ?? []
        if names.contains(where: { $0.hasPrefix("Window") }) {
            return [
                .code(
                    "Split the window's partition: add a column to PARTITION BY, or replace the "
                        + "window by an aggregation joined back.")
            ]
        }
        let scopes = profile.scopes(of: stage)
        if !profile.isSQL(stage), scopes.contains(where: { $0.contains("groupByKey") }) {
            return [
                .code(
                    "Use reduceByKey or aggregateByKey in place of groupByKey: values of a key are "
                        + "then combined before the shuffle.")
            ]
        }
        return [
            .code(
                "Aggregate in two steps: first by the key and a salt (for example the row's hash "
                    + "modulo 16), then by the key alone; more partitions do not split one key.")
        ]
    }
}
