import SparkLog

/// Whether one task of a stage has far more to do than the others.
struct Skew: Sendable {
    var slowest: StageProfile.Task
    /// Run time of the middle one of the other tasks.
    var typicalRun: Int64
    var typicalBytes: Int64
    var typicalRecords: Int64
    /// Of run time with bytes or records, whichever is closer.
    var correlation: Double
    /// The slowest task's bytes or records against those of a typical one.
    var workRatio: Double

    /// Nil where the stage's tasks are about even, or unevenness costs next to nothing.
    ///
    /// - Parameter coalescedTarget: what adaptive execution merged small partitions up to; a task
    ///   below it is large only because it was put together so.
    init?(_ stage: StageProfile, in profile: ApplicationProfile, coalescedTarget: Int64? = nil) {
        guard stage.tasks.count >= 2, let slowest = stage.tasks.max(by: { $0.run < $1.run })
        else { return nil }
        var others = stage.tasks
        if let place = others.firstIndex(where: {
            $0.launch == slowest.launch && $0.run == slowest.run
        }) {
            others.remove(at: place)
        }
        typicalRun = Int64(Figures(others.map(\.run)).median)
        typicalBytes = Int64(Figures(others.map(\.bytes)).median)
        typicalRecords = Int64(Figures(others.map(\.records)).median)
        self.slowest = slowest
        guard slowest.run - typicalRun >= 250, profile.matters(slowest.run - typicalRun),
            Double(slowest.run) >= 2.2 * Double(max(1, typicalRun))
        else { return nil }
        // Without a median (most partitions are empty) the mean stands for the usual task.
        let bytes = max(Double(typicalBytes), Figures(others.map(\.bytes)).mean / 4, 1)
        let records = max(Double(typicalRecords), Figures(others.map(\.records)).mean / 4, 1)
        workRatio = max(Double(slowest.bytes) / bytes, Double(slowest.records) / records)
        let runs = stage.tasks.map(\.run)
        correlation = max(
            Figures.correlation(runs, stage.tasks.map(\.bytes)),
            Figures.correlation(runs, stage.tasks.map(\.records)))
        // What was put together stays below the target, but for the sizes that maps report, which are
        // rounded to powers of 1.1 (`MapStatus`); what is larger is one partition.
        if let coalescedTarget, Double(slowest.bytes) < 1.12 * Double(coalescedTarget) {
            workRatio = 1
        }
    }

    /// Whether the amount of data explains the time.
    var isOfData: Bool { workRatio >= 2.2 && correlation >= 0.6 }
}

extension ApplicationProfile {
    /// What adaptive execution merged the partitions of a stage's input up to; nil where it did not.
    func coalescedTarget(_ stage: StageProfile) -> Int64? {
        guard let plan = plan(of: stage) else { return nil }
        let reads = plan.nodes.filter { node in
            ["AQEShuffleRead", "CustomShuffleReader"].contains(node.name)
                && node.stages.contains(stage.index)
                && (node.metric("number of coalesced partitions") != nil
                    || node.detail.contains("coalesced"))
        }
        guard !reads.isEmpty else { return nil }
        let settings = settings(of: stage)
        let advisory = settings.bytes("spark.sql.adaptive.advisoryPartitionSizeInBytes") ?? 64 << 20
        var target = advisory
        if settings.isOn("spark.sql.adaptive.coalescePartitions.parallelismFirst") {
            let parallelism = settings.int("spark.default.parallelism") ?? max(1, stage.slots)
            target = min(target, stage.shuffleRead.dividedUp(by: Int64(parallelism)))
        }
        return max(1 << 20, target)
    }

    /// Names of the scopes and data sets of a stage, for telling what RDD code it runs.
    func scopes(of stage: StageProfile) -> [String] {
        application.stages[stage.index].rdds.compactMap { application.rdds[$0] }.flatMap {
            [$0.scope, $0.name]
        } + [stage.name]
    }
}
