import SparkLog

/// Times without a running task, between the first job and the end.
struct DriverGaps: Sendable {
    struct Gap: Sendable {
        var from: Int64
        var to: Int64
        /// The stage that ended at its beginning.
        var after: Int?
        var length: Int64 { to - from }
    }

    var gaps: [Gap]

    init(_ profile: ApplicationProfile) {
        var found: [Gap] = []
        var end: Int64?
        var last: Int?
        for stage in profile.stages.sorted(by: { $0.firstLaunch < $1.firstLaunch }) {
            if let end, stage.firstLaunch > end {
                found.append(Gap(from: end, to: stage.firstLaunch, after: last))
            }
            if stage.lastFinish >= end ?? .min {
                end = stage.lastFinish
                last = stage.index
            }
        }
        if let end, profile.end > end {
            found.append(Gap(from: end, to: profile.end, after: last))
        }
        gaps = found
    }
}

/// Results so large that the driver is busy with them.
enum DriverCollectRule: AdviceRule {
    static func findings(in profile: ApplicationProfile) -> [Finding] {
        let gaps = DriverGaps(profile).gaps
        let candidates = profile.stages.compactMap { stage -> Finding? in
            let bytes = stage[.resultBytes]
            guard bytes >= 8 << 20, !profile.isStreaming(stage),
                bytes >= Int64(stage.tasks.count) * 64 << 10
            else { return nil }
            // Bytes fetched by tasks are not results; a broadcast's collection has its own rule.
            if isBroadcast(stage, profile) { return nil }
            let gap = gaps.filter { $0.after == stage.index }.reduce(0) { $0 + $1.length }
            let fetching = stage[.gettingResultMilliseconds] / Int64(max(1, stage.slots))
            let time = gap + fetching + stage[.resultSerializationMilliseconds] / Int64(stage.slots)
            guard profile.matters(time, share: 0.05) else { return nil }
            let settings = profile.settings
            let limit = settings.bytes("spark.driver.maxResultSize") ?? 1 << 30
            let work = profile.saved(by: .stage(stage.index, stage.scaled(0.7)))
            return Finding(
                .driverCollect, at: stage,
                title: "\(AdviceText.size(bytes)) of results went to the driver, which then worked "
                    + "\(AdviceText.time(gap)) while no task ran",
                evidence: [
                    FindingEvidence("result_bytes", bytes), FindingEvidence("gap_ms", gap),
                    FindingEvidence("fetching_ms", fetching),
                    FindingEvidence("max_result_size_bytes", limit),
                    FindingEvidence("threshold_bytes", Int64(8 << 20)),
                ],
                changes: [
                    .code(
                        "Leave the rows where they are: write them, aggregate before collect() or "
                            + "toPandas(), or take(n) what is looked at.")
                ],
                saving: FindingSaving(low: time / 3, high: time + work), confidence: 0.8,
                execution: profile.job(of: stage)?.sqlExecution)
        }
        return candidates.max { $0.saving.middle < $1.saving.middle }.map { [$0] } ?? []
    }

    private static func isBroadcast(_ stage: StageProfile, _ profile: ApplicationProfile) -> Bool {
        guard let plan = profile.plan(of: stage) else { return false }
        return plan.nodes.contains { node in
            node.isBroadcastExchange
                && node.children.contains { child in
                    plan.nodes[child].stages.contains(stage.index)
                }
        }
    }
}

/// Wall time during which the cluster waited for the program.
enum DriverTimeRule: AdviceRule {
    static func findings(in profile: ApplicationProfile) -> [Finding] {
        // A stream waits for its data; that is what it is for.
        guard profile.application.streamingQueries.isEmpty, !profile.isInteractive,
            !profile.application.jobs.contains(where: { $0.streamingRun != nil }),
            let first = profile.stages.map(\.firstLaunch).min(), profile.end > first
        else { return [] }
        let gaps = DriverGaps(profile).gaps
        let idle = gaps.reduce(0) { $0 + $1.length }
        let window = profile.end - first
        let share = Double(idle) / Double(window)
        guard share >= 0.5, idle >= 3_000, let longest = gaps.max(by: { $0.length < $1.length })
        else { return [] }
        let after = longest.after.flatMap { profile.stageByIndex[$0] }
        let listing = profile.stages.contains { $0.name.contains("Listing") }
        return [
            Finding(
                .driverTime, at: after,
                title:
                    "No task ran for \(AdviceText.time(idle)), \(AdviceText.percent(share)) of the "
                    + "time since the first: the cluster waited for the program",
                evidence: [
                    FindingEvidence("idle_ms", idle), FindingEvidence("share", share),
                    FindingEvidence("gaps", gaps.count),
                    FindingEvidence("longest_gap_ms", longest.length),
                    FindingEvidence("jobs", profile.application.jobs.count),
                    FindingEvidence("threshold_share", 0.5),
                ],
                changes: [
                    .code(
                        listing
                            ? "Listing files takes long: read a table with a catalogue, or fewer, "
                                + "larger files."
                            : "Look at what the program does between actions (collected rows, files, "
                                + "calls to other services, waiting); more executors will not help. "
                                + "Independent actions can run side by side from several threads.")
                ],
                saving: FindingSaving(low: idle / 5, high: idle), confidence: 0.6,
                leastShare: 0.10)
        ]
    }
}
