import SparkLog

/// Data sets that are kept and not used again, or that do not fit.
enum CacheWasteRule: AdviceRule {
    static func findings(in profile: ApplicationProfile) -> [Finding] {
        var uses: [Int: [StageProfile]] = [:]
        for stage in profile.stages where stage.attempt == 0 {
            for rdd in profile.application.stages[stage.index].rdds {
                uses[rdd, default: []].append(stage)
            }
        }
        return profile.application.rdds.values.sorted { $0.id < $1.id }.compactMap { rdd in
            guard rdd.isPersisted, rdd.peakBytes >= 64 << 20, let stages = uses[rdd.id] else {
                return nil
            }
            return unused(rdd, stages, profile) ?? evicted(rdd, stages, profile)
        }
    }

    private static func unused(
        _ rdd: SparkRDD, _ stages: [StageProfile], _ profile: ApplicationProfile
    ) -> Finding? {
        guard Set(stages.map(\.id)).count == 1, let stage = stages.first else { return nil }
        // Building what is kept costs encoding and memory; a fifth of the stage is a fair bound.
        let high = profile.saved(by: .stage(stage.index, stage.scaled(0.8)))
        return Finding(
            .cacheWaste, at: stage,
            title:
                "\(AdviceText.size(rdd.peakBytes)) of \(name(rdd)) were kept and never read again",
            evidence: [
                FindingEvidence("rdd", rdd.id), FindingEvidence("kept_bytes", rdd.peakBytes),
                FindingEvidence("reads", 0),
            ],
            changes: [.code("Take the cache() or persist() of this data set away.")],
            saving: FindingSaving(low: high / 10, high: high), confidence: 0.7)
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
