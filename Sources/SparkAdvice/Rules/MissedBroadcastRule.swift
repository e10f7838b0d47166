import SparkLog

/// Sort-merge joins whose small side would have fitted into every executor.
enum MissedBroadcastRule: AdviceRule {
    private struct Join {
        var node: Int
        var smallBytes: Int64
        var largeBytes: Int64
        var joinStages: [Int]
        /// Stages that only write the large side's shuffle, and the small side's.
        var largeWriters: [Int]
        var smallWriters: [Int]
    }

    private static let names: Set = [
        "SortMergeJoin", "ShuffledHashJoin", "SortMergeJoin(skew=true)", "GpuShuffledHashJoin",
        "GpuShuffledSymmetricHashJoin",
    ]

    static func findings(in profile: ApplicationProfile) -> [Finding] {
        profile.plans.compactMap { plan in
            guard !plan.places.joins.isEmpty else { return nil }
            let joins = plan.places.joins.compactMap { join(at: $0, plan) }
            guard !joins.isEmpty else { return nil }
            let execution = profile.application.sqlExecutions[plan.execution]
            let settings = SparkSettings(profile.settings, execution: execution)
            let most = (settings.bytes("spark.driver.memory", unit: 1 << 20) ?? 1 << 30) / 4
            let fitting = joins.filter { $0.smallBytes <= most }
            return fitting.isEmpty ? nil : finding(fitting, plan, settings, profile)
        }
    }

    private static func join(at node: Int, _ plan: PlanProfile) -> Join? {
        guard names.contains(plan.nodes[node].name), plan.nodes[node].children.count == 2 else {
            return nil
        }
        let sides = plan.nodes[node].children.map { child in
            plan.first(below: child, where: \.isExchange) { names.contains($0.name) }
        }
        guard let left = sides[0], let right = sides[1],
            let leftBytes = plan.nodes[left].total("data size"),
            let rightBytes = plan.nodes[right].total("data size")
        else { return nil }
        let leftIsSmall = leftBytes <= rightBytes
        let small = leftIsSmall ? leftBytes : rightBytes
        let large = leftIsSmall ? rightBytes : leftBytes
        // A side without rows proves nothing: its metrics may be missing.
        guard small > 0, large > 1 << 20, isSmall(small, beside: large) else { return nil }
        let joinType = plan.nodes[node].detail
        // Only the side that is not kept whole by an outer join can be sent to all.
        let mayLeft = joinType.contains("Inner") || joinType.contains("RightOuter")
        let mayRight = !joinType.contains("RightOuter") && !joinType.contains("FullOuter")
        guard leftIsSmall ? mayLeft : mayRight else { return nil }
        let (smallSide, largeSide) = leftIsSmall ? (left, right) : (right, left)
        return Join(
            node: node, smallBytes: small, largeBytes: large,
            joinStages: plan.nodes[node].stages, largeWriters: plan.nodes[largeSide].stages,
            smallWriters: plan.nodes[smallSide].stages)
    }

    private static func isSmall(_ small: Int64, beside large: Int64) -> Bool {
        if small <= 10 << 20 { return large >= 4 * small }
        if small <= 100 << 20 { return large >= 20 * small }
        if small <= 1 << 30 { return large >= 300 << 30 }
        return small <= 5 << 30 && large >= 1 << 40
    }

    private static func finding(
        _ joins: [Join], _ plan: PlanProfile, _ settings: SparkSettings,
        _ profile: ApplicationProfile
    ) -> Finding? {
        let joinStages = Set(joins.flatMap(\.joinStages))
        guard
            let worst = joinStages.compactMap({ profile.stageByIndex[$0] })
                .max(by: { $0.wall < $1.wall })
        else { return nil }
        // With hash joins the large side flows from its scan to the end of the last join in one
        // stage: the stages in between go, a part of their work stays.
        var best = ScheduleChange()
        var modest = ScheduleChange()
        for index in joinStages {
            guard let stage = profile.stageByIndex[index] else { continue }
            best.durations[index] = []
            modest.durations[index] = stage.scaled(0.5)
        }
        for index in Set(joins.flatMap(\.largeWriters)).subtracting(joinStages) {
            guard let stage = profile.stageByIndex[index] else { continue }
            best.durations[index] = stage.scaled(0.8)
            modest.durations[index] = stage.scaled(1)
        }
        let small = joins.map(\.smallBytes).max() ?? 0
        let key = "spark.sql.autoBroadcastJoinThreshold"
        let adaptiveKey = "spark.sql.adaptive.autoBroadcastJoinThreshold"
        let target = max(10 << 20, small * 3 / 2)
        var changes = [settings.change(key, to: AdviceText.setting(target))]
        if let own = settings.bytes(adaptiveKey), own < small {
            changes.append(settings.change(adaptiveKey, to: AdviceText.setting(target)))
        }
        changes.append(
            .code("Or name the side in the program: large.join(broadcast(small), …)."))
        return Finding(
            .missedBroadcast, at: worst,
            title: joins.count == 1
                ? "A sort-merge join shuffled \(AdviceText.size(joins[0].largeBytes)) to meet "
                    + "\(AdviceText.size(small)), which could have been broadcast"
                : "\(joins.count) sort-merge joins shuffled "
                    + "\(AdviceText.size(joins.map(\.largeBytes).max() ?? 0)) each to meet at most "
                    + "\(AdviceText.size(small)), which could have been broadcast",
            evidence: [
                FindingEvidence("joins", joins.count),
                FindingEvidence("small_side_bytes", small),
                FindingEvidence("large_side_bytes", joins.map(\.largeBytes).max() ?? 0),
                FindingEvidence("small_threshold_bytes", Int64(10 << 20)),
                settings.origin(of: key),
            ],
            changes: changes,
            // Planning, code generation and small side's shuffle go too; a tenth for them.
            saving: FindingSaving(
                low: profile.saved(by: modest), high: profile.saved(by: best) * 11 / 10),
            confidence: small <= 10 << 20 ? 0.9 : 0.7, execution: plan.id,
            stages: Array(joinStages))
    }
}
