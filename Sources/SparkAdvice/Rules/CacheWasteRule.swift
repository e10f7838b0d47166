import SparkLog

/// Data sets that are kept and not used again, or that do not fit.
enum CacheWasteRule: AdviceRule {
    static func findings(in profile: ApplicationProfile) -> [Finding] {
        let lineage = profile.lineage
        var uses: [Int32: [StageProfile]] = [:]
        for (place, stage) in profile.stages.enumerated() where stage.attempt == 0 {
            for rdd in lineage.rdds(ofStage: place)
            where lineage.marks[Int(rdd)].contains(.persisted) {
                uses[rdd, default: []].append(stage)
            }
        }
        return uses.keys.sorted().compactMap { position in
            guard let rdd = profile.application.rdds[lineage.ids[Int(position)]],
                let stages = uses[position], !stages.contains(where: { profile.isStreaming($0) })
            else { return nil }
            return unused(rdd, stages, profile)
                ?? (rdd.peakBytes >= 16 << 20 ? evicted(rdd, stages, profile) : nil)
        }
    }

    /// Data that one query builds and reads, and nobody afterwards.
    private static func unused(
        _ rdd: SparkRDD, _ stages: [StageProfile], _ profile: ApplicationProfile
    ) -> Finding? {
        let readers = Set(
            stages.map { stage -> Int64 in
                // RDD code has no query: there a job counts.
                profile.job(of: stage).map { $0.sqlExecution ?? -1 - Int64($0.id) } ?? .min
            })
        // The size is known only where Spark was told to log it; the time always.
        guard readers.count == 1, rdd.peakBytes == 0 || rdd.peakBytes >= 16 << 20,
            let stage = stages.max(by: { $0.wall < $1.wall }),
            profile.matters(stage.wall, share: 0.1), !isReadTwice(stage, profile)
        else { return nil }
        // Building what is kept costs encoding and memory.
        let high = profile.saved(by: .stage(stage.index, stage.scaled(0.6)))
        let size = rdd.peakBytes > 0 ? AdviceText.size(rdd.peakBytes) + " of " : ""
        return Finding(
            .cacheWaste, at: stage,
            title: "\(size)\(name(rdd)) kept in memory and read by one query only",
            evidence: [
                FindingEvidence("rdd", rdd.id), FindingEvidence("kept_bytes", rdd.peakBytes),
                FindingEvidence("queries", readers.count),
                FindingEvidence("stage_ms", stage.wall),
            ],
            changes: [.code("Take the cache() or persist() of this data set away.")],
            saving: FindingSaving(low: high / 8, high: high), confidence: 0.6, leastShare: 0.05)
    }

    /// Whether the query reads kept data in more than one place: then keeping it paid.
    private static func isReadTwice(_ stage: StageProfile, _ profile: ApplicationProfile) -> Bool {
        guard let plan = profile.plan(of: stage) else { return false }
        return plan.nodes.count { $0.name.hasPrefix("InMemoryTableScan") } > 1
    }

    private static func evicted(
        _ rdd: SparkRDD, _ stages: [StageProfile], _ profile: ApplicationProfile
    ) -> Finding? {
        guard !rdd.isUnpersisted, rdd.usesMemory, !rdd.usesDisk, rdd.partitions > 0,
            rdd.cachedPartitions > 0, rdd.cachedPartitions < rdd.partitions,
            Set(stages.map(\.id)).count >= 2
        else { return nil }
        let missing = 1 - Double(rdd.cachedPartitions) / Double(rdd.partitions)
        var change = ScheduleChange()
        for stage in stages.dropFirst() {
            change.durations[stage.index] = stage.scaled(1 - missing)
        }
        let high = profile.saved(by: change)
        return Finding(
            .cacheWaste, at: stages.last,
            title:
                "Only \(rdd.cachedPartitions) of \(rdd.partitions) partitions of \(name(rdd)) fit "
                + "into memory; the others are computed again at every use",
            evidence: [
                FindingEvidence("rdd", rdd.id),
                FindingEvidence("cached_partitions", rdd.cachedPartitions),
                FindingEvidence("partitions", rdd.partitions),
                FindingEvidence("kept_bytes", rdd.peakBytes),
            ],
            changes: [
                .code("Keep it with MEMORY_AND_DISK, serialised, or give executors more memory.")
            ],
            saving: FindingSaving(low: high / 4, high: high), confidence: 0.6,
            stages: stages.dropFirst().map(\.index))
    }

    private static func name(_ rdd: SparkRDD) -> String {
        "RDD \(rdd.id)" + (rdd.name.isEmpty ? "" : " (\(String(rdd.name.prefix(60))))")
    }
}
