import Domain
import SparkLog

/// Streaming queries whose batches take longer than the time their rows took to arrive.
enum StreamFallingBehindRule: AdviceRule {
    static func findings(in profile: ApplicationProfile) -> [Finding] {
        profile.application.streamingQueries.compactMap { finding($0, profile) }
    }

    private static func finding(
        _ query: SparkStreamingQuery, _ profile: ApplicationProfile
    ) -> Finding? {
        let batches = query.plausibleProgress.filter { $0.inputRows > 0 && $0.startedAt != nil }
            .sorted { $0.batch < $1.batch }
        guard batches.count >= 3 else { return nil }
        // Rows of a batch arrived while the one before it ran: as long as a batch takes no longer
        // than that, the query keeps up.
        var behind = 0
        var longest = 0
        var arrived: Int64 = 0
        var arriving: Int64 = 0
        for (earlier, batch) in zip(batches, batches.dropFirst()) {
            guard let from = earlier.startedAt, let to = batch.startedAt else { continue }
            let interval = max(1, to.since(from).inMilliseconds)
            arrived += batch.inputRows
            arriving += interval
            let isSlow = Double(batch.triggerMilliseconds) > 1.1 * Double(interval)
            behind = isSlow ? behind + 1 : 0
            longest = max(longest, behind)
        }
        let first = batches[0]
        let last = batches[batches.count - 1]
        let grew =
            Double(last.inputRows) >= 1.5 * Double(first.inputRows)
            && Double(last.triggerMilliseconds) >= 1.5 * Double(first.triggerMilliseconds)
        guard longest >= 2, grew, last.triggerMilliseconds >= 1_000, arriving > 0 else {
            return nil
        }
        let rate = Double(arrived) / Double(arriving) * 1_000
        let rows = batches.reduce(0) { $0 + $1.inputRows }
        let spent = batches.reduce(0) { $0 + $1.triggerMilliseconds }
        let processed = Double(rows) / Double(max(1, spent)) * 1_000
        let from = (query.startedAt ?? first.startedAt)?.milliseconds ?? profile.start
        let wall = max(spent, profile.end - from)
        // Keeping up, the same rows would have been done when they had arrived.
        func arrival(_ rows: Int64) -> Int64 {
            Int64(min(1e15, max(0, Double(rows)) / max(0.001, rate) * 1_000))
        }
        let needed = arrival(rows)
        let least = arrival(rows - last.inputRows)
        let worst = profile.stages.filter {
            profile.job(of: $0)?.streamingRun == query.run || profile.isStreaming($0)
        }.max { $0.wall < $1.wall }
        let addBatch = batches.reduce(0) { $0 + $1.addBatchMilliseconds }
        return Finding(
            .streamFallingBehind, at: worst,
            title:
                "Batches grow: \(Int(rate)) rows a second arrive, \(Int(processed)) are processed",
            evidence: [
                FindingEvidence("query", query.name ?? query.id),
                FindingEvidence("batches", batches.count),
                FindingEvidence("first_batch_rows", first.inputRows),
                FindingEvidence("last_batch_rows", last.inputRows),
                FindingEvidence("first_batch_ms", first.triggerMilliseconds),
                FindingEvidence("last_batch_ms", last.triggerMilliseconds),
                FindingEvidence("arriving_rows_a_second", rate),
                FindingEvidence("processed_rows_a_second", processed),
                FindingEvidence("add_batch_share", Double(addBatch) / Double(max(1, spent))),
            ],
            changes: [.code(code(worst, profile))],
            saving: FindingSaving(
                low: max(0, wall - needed) / 4, high: max(0, wall - least) * 21 / 20),
            confidence: 0.9, stages: streamStages(profile))
    }

    private static func streamStages(_ profile: ApplicationProfile) -> [Int] {
        profile.stages.filter { profile.isStreaming($0) }.map(\.index)
    }

    private static func code(_ stage: StageProfile?, _ profile: ApplicationProfile) -> String {
        let nodes = stage.flatMap { stage in
            profile.plan(of: stage)?.nodes.filter { $0.stages.contains(stage.index) }
        }
        if nodes?.contains(where: { $0.name.contains("Python") || $0.name.contains("Pandas") })
            ?? false
        {
            return "Make a row cheaper: most time goes into a Python function; use built-in "
                + "functions, or more slots if it must stay."
        }
        return "Make a row cheaper, add slots and source partitions, or bound a batch with "
            + "maxOffsetsPerTrigger or maxFilesPerTrigger so that the delay shows at the source."
    }
}

/// Streaming queries whose state only grows.
enum StreamStateGrowthRule: AdviceRule {
    static func findings(in profile: ApplicationProfile) -> [Finding] {
        profile.application.streamingQueries.compactMap { query in
            let batches = query.plausibleProgress.filter { $0.inputRows > 0 || $0.stateRows > 0 }
            // Twice that of a quarter of the way on, and still growing: a state that has met all
            // its keys levels off.
            guard batches.count >= 10, let first = batches.first, let last = batches.last,
                zip(batches, batches.dropFirst()).allSatisfy({ $0.stateRows <= $1.stateRows }),
                last.stateRows >= 2 * max(1, batches[batches.count / 4].stateRows),
                Double(last.stateRows) >= 1.1 * Double(batches[batches.count * 3 / 4].stateRows),
                last.stateRows >= 10_000,
                !batches.contains(where: { ($0.watermark?.microseconds ?? 0) > 0 })
            else { return nil }
            let quarter = batches.count / 4
            let early = batches.prefix(max(1, quarter)).map(\.triggerMilliseconds)
            let late = batches.suffix(max(1, quarter)).map(\.triggerMilliseconds)
            let slower = max(0, Figures(late).mean - Figures(early).mean)
            return Finding(
                .streamStateGrowth,
                at: nil,
                title: "The state grew to \(last.stateRows) rows "
                    + "(\(AdviceText.size(last.stateBytes))) and no watermark lets it shrink",
                evidence: [
                    FindingEvidence("query", query.name ?? query.id),
                    FindingEvidence("first_state_rows", first.stateRows),
                    FindingEvidence("last_state_rows", last.stateRows),
                    FindingEvidence("state_bytes", last.stateBytes),
                    FindingEvidence("batches", batches.count),
                    FindingEvidence("batch_grew_ms", slower),
                ],
                changes: [
                    .code(
                        "Give the query a watermark (withWatermark) and group by a window or key "
                            + "that ends, or drop duplicates within a watermark only."),
                    profile.settings.change(
                        "spark.sql.streaming.stateStore.providerClass",
                        to: "org.apache.spark.sql.execution.streaming.state."
                            + "RocksDBStateStoreProvider"),
                ],
                saving: FindingSaving(
                    low: 0, high: Int64(slower * Double(batches.count) / 2)),
                confidence: 0.7, leastShare: 0)
        }
    }
}
