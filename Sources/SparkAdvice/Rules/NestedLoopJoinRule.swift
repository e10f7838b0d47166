import SparkLog

/// Joins without an equality: every row of one side is compared with every row of the other.
enum NestedLoopJoinRule: AdviceRule {
    private static let names: Set = [
        "BroadcastNestedLoopJoin", "CartesianProduct", "GpuBroadcastNestedLoopJoin",
        "GpuCartesianProduct",
    ]

    static func findings(in profile: ApplicationProfile) -> [Finding] {
        profile.plans.flatMap { plan in
            plan.places.joins.compactMap { finding(at: $0, plan, profile) }
        } + cartesianRDDs(in: profile)
    }

    /// Products of RDDs: no plan tells their rows, but what a stage does with one costs a pair each.
    private static func cartesianRDDs(in profile: ApplicationProfile) -> [Finding] {
        let stages = profile.stages.enumerated().filter { place, stage in
            !profile.isSQL(stage) && !profile.isStreaming(stage)
                && profile.matters(stage.wall, share: 0.15) && stage.run.sum >= 1_000
                && profile.lineage.rdds(ofStage: place).contains {
                    profile.lineage.marks[Int($0)].contains(.cartesian)
                }
        }.map(\.element)
        guard let worst = stages.max(by: { $0.wall < $1.wall }) else { return [] }
        var best = ScheduleChange()
        var modest = ScheduleChange()
        for stage in stages {
            best.durations[stage.index] = stage.scaled(0.05)
            modest.durations[stage.index] = stage.scaled(0.5)
        }
        return [
            Finding(
                .nestedLoopJoin, at: worst,
                title: "Every element of one RDD was paired with every element of another for "
                    + AdviceText.time(worst.wall),
                evidence: [
                    FindingEvidence("operator", "cartesian"),
                    FindingEvidence("tasks", worst.tasks.count),
                    FindingEvidence("stages", stages.count),
                    FindingEvidence("run_ms", worst.run.sum),
                ],
                changes: [
                    .code(
                        "Give both sides a key that pairs have in common (the value itself, or a "
                            + "bucket of a range) and join on it in place of cartesian(); a small "
                            + "side can be broadcast as a variable and looked up.")
                ],
                saving: FindingSaving(
                    low: profile.saved(by: modest), high: profile.saved(by: best)),
                confidence: 0.7, stages: stages.map(\.index))
        ]
    }

    private static func finding(
        at position: Int, _ plan: PlanProfile, _ profile: ApplicationProfile
    ) -> Finding? {
        let node = plan.nodes[position]
        guard names.contains(node.name), node.children.count == 2 else { return nil }
        let stages = node.stages.compactMap { profile.stageByIndex[$0] }
        guard let worst = stages.max(by: { $0.wall < $1.wall }),
            profile.matters(worst.wall, share: 0.08)
        else { return nil }
        let sides = node.children.map { plan.rows(of: $0) ?? 1 }
        let pairs = Double(sides[0]) * Double(sides[1])
        // A cross join with a row or two is no trouble, however long its stage.
        guard pairs >= 1e7, min(sides[0], sides[1]) > 4 else { return nil }
        // Ten nanoseconds a pair at least: below that the stage's time comes from elsewhere.
        let pairMilliseconds = pairs * 1e-6
        let share = min(1, 4 * pairMilliseconds / Double(max(1, worst.run.sum)))
        var best = ScheduleChange()
        var modest = ScheduleChange()
        for stage in stages {
            best.durations[stage.index] = stage.scaled(1 - 0.98 * share)
            modest.durations[stage.index] = stage.scaled(1 - 0.5 * share)
        }
        let isCartesian = node.name.contains("Cartesian")
        return Finding(
            .nestedLoopJoin, at: worst,
            title:
                "A join without an equality compared \(count(sides[0])) × \(count(sides[1])) rows "
                + "in \(AdviceText.time(worst.wall))",
            evidence: [
                FindingEvidence("operator", node.name),
                FindingEvidence("left_rows", sides[0]), FindingEvidence("right_rows", sides[1]),
                FindingEvidence("pairs", pairs), FindingEvidence("output_rows", node.rows ?? 0),
                FindingEvidence("threshold_pairs", 1e7),
            ],
            changes: [
                .code(
                    "Add an equality: put the range into buckets of about its width (ts div width), "
                        + "explode the interval side into the buckets it touches, join on the "
                        + "bucket and keep the range test."
                        + (isCartesian ? " If it is meant to be an equi-join, name its key." : ""))
            ],
            saving: FindingSaving(low: profile.saved(by: modest), high: profile.saved(by: best)),
            confidence: 0.9, execution: plan.id, stages: stages.map(\.index))
    }

    private static func count(_ rows: Int64) -> String {
        switch rows {
        case ..<10_000: "\(rows)"
        case ..<10_000_000: "\(rows / 1_000) k"
        default: "\(rows / 1_000_000) M"
        }
    }
}
