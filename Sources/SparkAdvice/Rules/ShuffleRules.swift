import SparkLog

/// Tasks that wait for shuffle data over the network.
enum FetchWaitRule: AdviceRule {
    static func findings(in profile: ApplicationProfile) -> [Finding] {
        profile.longStages.compactMap { stage in
            let wait = stage[.fetchWaitMilliseconds]
            let share = Double(wait) / Double(max(1, stage.run.sum))
            guard share >= 0.2, profile.matters(stage.wall, share: 0.08) else { return nil }
            let high = profile.saved(
                by: .stage(stage.index, stage.scaled(1 - min(0.9, share))))
            let blocks = stage[.shuffleBlocks]
            let mean = stage.shuffleRead / max(1, blocks)
            let settings = profile.settings(of: stage)
            let changes: [FindingChange] =
                mean < 64 << 10 && blocks > 1_000
                ? [
                    .code(
                        "Blocks are \(AdviceText.size(mean)) each: fewer map or reduce partitions "
                            + "make them larger.")
                ] : self.changes(settings)
            return Finding(
                .fetchWait, at: stage,
                title: "Tasks waited \(AdviceText.percent(share)) of their time for shuffle data",
                evidence: [
                    FindingEvidence("fetch_wait_ms", wait), FindingEvidence("share", share),
                    FindingEvidence("blocks", blocks), FindingEvidence("mean_block_bytes", mean),
                    FindingEvidence("threshold_share", 0.2),
                ],
                changes: changes, saving: FindingSaving(low: high / 5, high: high),
                confidence: 0.6, leastShare: 0.05)
        }
    }

    /// More data on the way at once, and no bound on requests that somebody set.
    private static func changes(_ settings: SparkSettings) -> [FindingChange] {
        let key = "spark.reducer.maxSizeInFlight"
        let now = settings.bytes(key, unit: 1 << 20) ?? 48 << 20
        let bounds = ["spark.reducer.maxReqsInFlight", "spark.reducer.maxBlocksInFlightPerAddress"]
        return [
            .setting(
                key: key, from: settings.value(key) ?? "48m",
                to: AdviceText.setting(max(96 << 20, 2 * now)))
        ]
            + bounds.filter { settings.origin($0) != .unset }.map {
                settings.change($0, to: "\(Int32.max)")
            } + [
                .code(
                    "Or send less: filter and aggregate before the shuffle, keep only columns that "
                        + "are used, broadcast the small side of a join.")
            ]
    }
}

/// Shuffle files written slowly.
enum SlowDiskRule: AdviceRule {
    static func findings(in profile: ApplicationProfile) -> [Finding] {
        profile.longStages.compactMap { stage in
            let time = stage[.shuffleWriteNanoseconds] / 1_000_000
            let share = Double(time) / Double(max(1, stage.run.sum))
            // Writing much quickly is work; writing slowly is the disk.
            let rate = Double(stage[.shuffleWriteBytes]) / Double(max(1, time)) * 1_000
            guard share >= 0.25, time >= 1_000, rate < 50e6,
                stage[.shuffleWriteBytes] >= 16 << 20, profile.matters(stage.wall, share: 0.08)
            else { return nil }
            let high = profile.saved(
                by: .stage(stage.index, stage.scaled(1 - min(0.9, share))))
            return Finding(
                .slowDisk, at: stage,
                title:
                    "Writing shuffle files took \(AdviceText.percent(share)) of the run time, at "
                    + "\(AdviceText.size(Int64(rate)))/s a task",
                evidence: [
                    FindingEvidence("shuffle_write_ms", time), FindingEvidence("share", share),
                    FindingEvidence("shuffle_write_bytes", stage[.shuffleWriteBytes]),
                    FindingEvidence("bytes_a_second", rate),
                    FindingEvidence("threshold_share", 0.25),
                ],
                changes: [
                    .code(
                        "Put spark.local.dir on faster or more disks, or write less: select fewer "
                            + "columns, aggregate before the shuffle.")
                ],
                saving: FindingSaving(low: high / 10, high: high), confidence: 0.5,
                leastShare: 0.05)
        }
    }
}

/// Tasks that wait to be started: the driver cannot keep up.
enum SchedulerDelayRule: AdviceRule {
    static func findings(in profile: ApplicationProfile) -> [Finding] {
        profile.longStages.compactMap { stage in
            let share = Double(stage.delay) / Double(max(1, stage.duration.sum))
            // Twenty rounds of tasks, or it says more about the start than about the driver.
            guard share >= 0.2, stage.tasks.count >= max(200, 20 * stage.slots),
                stage.delay >= 10 * Int64(stage.tasks.count),
                profile.matters(stage.wall, share: 0.10)
            else { return nil }
            let high = profile.saved(
                by: .stage(stage.index, stage.scaled(1 - min(0.9, share))))
            return Finding(
                .schedulerDelay, at: stage,
                title: "\(AdviceText.percent(share)) of the tasks' time is scheduler delay",
                evidence: [
                    FindingEvidence("delay_ms", stage.delay), FindingEvidence("share", share),
                    FindingEvidence("tasks", stage.tasks.count),
                    FindingEvidence("threshold_share", 0.2),
                ],
                changes: [
                    .code(
                        "Give the driver more processor time, or make fewer and longer tasks; "
                            + "spark.locality.wait=0s where tasks wait for a place near their data."
                    )
                ],
                saving: FindingSaving(low: high / 5, high: high), confidence: 0.5,
                leastShare: 0.05)
        }
    }
}
