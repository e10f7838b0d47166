import SparkLog

/// Broadcasts so large that collecting and sending them takes long.
enum BigBroadcastRule: AdviceRule {
    static func findings(in profile: ApplicationProfile) -> [Finding] {
        profile.plans.flatMap { plan in
            plan.places.broadcasts.compactMap { finding(plan.nodes[$0], plan, profile) }
        }
    }

    private static func finding(
        _ node: PlanProfile.Node, _ plan: PlanProfile, _ profile: ApplicationProfile
    ) -> Finding? {
        guard let bytes = node.total("data size"), bytes >= 32 << 20 else { return nil }
        let build = node.total("time to build", "time to build (ms)") ?? 0
        let collect = node.total("time to collect", "time to collect (ms)") ?? 0
        let send = node.total("time to broadcast", "time to broadcast (ms)") ?? 0
        // The time to collect covers the stage that computes the side; that would run anyway.
        let computing = node.stages.compactMap { profile.stageByIndex[$0]?.wall }.max() ?? 0
        let time = max(0, collect - computing) + build + send
        guard bytes >= 1 << 30 || profile.matters(time, share: 0.08), time >= 1_000 else {
            return nil
        }
        let execution = profile.application.sqlExecutions[plan.execution]
        let settings = SparkSettings(profile.settings, execution: execution)
        let key = "spark.sql.autoBroadcastJoinThreshold"
        return Finding(
            .bigBroadcast, at: node.stages.first.flatMap { profile.stageByIndex[$0] },
            title: "A broadcast of \(AdviceText.size(bytes)) took \(AdviceText.time(time)) to "
                + "collect, build and send",
            evidence: [
                FindingEvidence("broadcast_bytes", bytes), FindingEvidence("collect_ms", collect),
                FindingEvidence("build_ms", build), FindingEvidence("send_ms", send),
                settings.origin(of: key),
            ],
            changes: changes(bytes, settings),
            saving: FindingSaving(low: time / 4, high: time), confidence: 0.6, execution: plan.id)
    }

    /// The optimiser goes by the size of files, which rows in memory exceed by up to ten times: what
    /// is larger still was asked for by a hint, which no threshold changes.
    private static func changes(_ bytes: Int64, _ settings: SparkSettings) -> [FindingChange] {
        let key = "spark.sql.autoBroadcastJoinThreshold"
        let adaptiveKey = "spark.sql.adaptive.autoBroadcastJoinThreshold"
        let keys = [key] + (settings.origin(adaptiveKey) == .unset ? [] : [adaptiveKey])
        let allowing = keys.filter { (settings.bytes($0) ?? 0) >= bytes / 10 }
        guard !allowing.isEmpty else {
            return [
                .code(
                    "Take the broadcast hint off this side: no threshold asked for it. Or select "
                        + "fewer of its columns, or filter it first.")
            ]
        }
        return allowing.map { key in
            let now = settings.bytes(key) ?? 10 << 20
            return settings.change(
                key, to: AdviceText.setting(max(1 << 20, min(bytes / 10, now, 40 << 20) / 4)))
        } + [.code("Or select fewer columns of this side, or filter it before the join.")]
    }
}
