import SparkLog

/// Tasks that do not fit their memory and write it to disk, for want of partitions.
enum TooFewPartitionsSpillRule: AdviceRule {
    static func findings(in profile: ApplicationProfile) -> [Finding] {
        profile.longStages.compactMap { finding($0, profile) }
    }

    private static func finding(
        _ stage: StageProfile, _ profile: ApplicationProfile
    ) -> Finding? {
        let spill = stage[.diskSpillBytes]
        guard spill >= 8 << 20, profile.matters(stage.wall, share: 0.05),
            spill >= 1 << 30 || Double(spill) >= 0.1 * Double(max(1, stage.shuffleRead)),
            stage.shuffleRead > 0 || stage[.inputBytes] > 0
        else { return nil }
        // More partitions do not help where one key is the reason.
        if let skew = Skew(
            stage, in: profile, coalescedTarget: profile.coalescedTarget(stage)), skew.isOfData
        {
            return nil
        }
        let settings = profile.settings(of: stage)
        let count = partitions(stage, profile, settings)
        let slots = Int64(stage.slots)
        let bytes = Double(spill) * 2
        let notComputing = max(0, stage.run.sum - stage[.cpuNanoseconds] / 1_000_000)
        let busy = max(1, min(slots, Int64(stage.tasks.count)))
        // What is saved lies between the bare writing and reading and all time off the processor.
        let low = min(bytes / 500_000, Double(notComputing)) / Double(max(1, stage.run.sum))
        let high = max(
            low, min(bytes / 50_000, Double(notComputing)) / Double(max(1, stage.run.sum)))
        let total = max(count, stage.tasks.count)
        func change(_ share: Double) -> ScheduleChange {
            .stage(stage.index, stage.evenTasks(total, keeping: max(0.1, 1 - share)))
        }
        return Finding(
            .tooFewPartitionsSpill, at: stage,
            title: "\(stage.tasks.count) tasks spilled \(AdviceText.size(spill)) to disk: each has "
                + "more data than its share of memory holds",
            evidence: [
                FindingEvidence("tasks", stage.tasks.count),
                FindingEvidence("disk_spill_bytes", spill),
                FindingEvidence("memory_spill_bytes", stage[.memorySpillBytes]),
                FindingEvidence("shuffle_read_bytes", stage.shuffleRead),
                FindingEvidence("spill_threshold_share", 0.1),
                FindingEvidence("slots", Int(busy)),
                settings.origin(of: "spark.sql.shuffle.partitions"),
            ],
            changes: changes(stage, count, profile, settings),
            saving: FindingSaving(
                low: profile.saved(by: change(low)), high: profile.saved(by: change(high))),
            confidence: 0.8, execution: profile.job(of: stage)?.sqlExecution)
    }

    /// Enough tasks for each to fit into 40 % of the memory of a slot, in whole waves.
    private static func partitions(
        _ stage: StageProfile, _ profile: ApplicationProfile, _ settings: SparkSettings
    ) -> Int {
        let tasks = max(1, stage.tasks.count)
        let need =
            (stage[.peakExecutionMemoryBytes] + stage[.memorySpillBytes]) / Int64(tasks)
        let heap = profile.heapBytes(of: stage) ?? 1 << 30
        let perExecutor = profile.slotsPerExecutor(of: stage)
        let fraction = settings.value("spark.memory.fraction").flatMap { Double($0) } ?? 0.6
        let pool = Double(heap - (300 << 20)) * fraction
        let memory = max(33_554_432, pool / Double(perExecutor))
        let wanted = Double(tasks) * Double(max(need, 1)) / (0.4 * memory)
        let bounded = Int(min(wanted.rounded(.up), 100_000))
        let waves = max(2, (max(bounded, 2 * tasks) + stage.slots - 1) / max(1, stage.slots))
        return waves * stage.slots
    }

    private static func changes(
        _ stage: StageProfile, _ count: Int, _ profile: ApplicationProfile,
        _ settings: SparkSettings
    ) -> [FindingChange] {
        let memoryKey = profile.isLocal ? "spark.driver.memory" : "spark.executor.memory"
        let heap = settings.bytes(memoryKey, unit: 1 << 20) ?? 1 << 30
        let memory = settings.change(memoryKey, to: AdviceText.setting(heap * 2))
        guard stage.shuffleRead > 0 else { return [memory] }
        guard profile.isSQL(stage) else {
            return [
                .code(
                    "Give the operation that shuffles about \(count) partitions, for example "
                        + "reduceByKey(f, \(count)); spark.sql settings do nothing in RDD code.")
            ]
        }
        let key = "spark.sql.shuffle.partitions"
        if profile.coalescedTarget(stage) != nil {
            let size = max(1 << 20, stage.shuffleRead / Int64(max(1, count)))
            return [
                settings.change(
                    "spark.sql.adaptive.advisoryPartitionSizeInBytes",
                    to: AdviceText.setting(size))
            ]
        }
        if settings.int(key) == stage.tasks.count {
            return [settings.change(key, to: "\(count)")]
        }
        return [
            .code("Ask for about \(count) partitions in the repartition(n) that this stage reads.")
        ]
    }
}

extension ApplicationProfile {
    /// Whether tasks run inside the driver.
    var isLocal: Bool {
        settings.value("spark.master")?.hasPrefix("local") ?? false
            || application.executors.contains { $0.id == "driver" && $0.endedTasks > 0 }
    }

    /// The heap of the executors that ran a stage, in bytes.
    func heapBytes(of stage: StageProfile) -> Int64? {
        let profileID = application.stages[stage.index].resourceProfile
        if profileID > 0,
            let memory = application.resourceProfiles.first(where: { $0.id == profileID })?.memory
        {
            return memory << 20
        }
        let key = isLocal ? "spark.driver.memory" : "spark.executor.memory"
        return settings.bytes(key, unit: 1 << 20)
    }

    func slotsPerExecutor(of stage: StageProfile) -> Int {
        let used = Set(stage.tasks.map(\.executor))
        return slots.executors.filter { used.contains($0.index) }.map(\.slots).max() ?? 1
    }
}
