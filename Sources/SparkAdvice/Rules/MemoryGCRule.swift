import SparkLog

/// Executors that collect garbage for a good part of their time because the heap is small.
enum MemoryGCRule: AdviceRule {
    static func findings(in profile: ApplicationProfile) -> [Finding] {
        // Short tasks count one pause several times: only stages with seconds of it speak.
        let stages = profile.longStages.filter { stage in
            stage[.gcMilliseconds] >= 500 && profile.matters(stage.wall, share: 0.05)
                && Double(stage[.gcMilliseconds]) >= 0.10 * Double(max(1, stage.run.sum))
        }
        guard
            let worst = stages.max(by: { $0[.gcMilliseconds] < $1[.gcMilliseconds] })
        else { return [] }
        let gc = stages.reduce(0) { $0 + $1[.gcMilliseconds] }
        let run = stages.reduce(0) { $0 + max(1, $1.run.sum) }
        let share = min(0.9, Double(gc) / Double(run))
        let heap = profile.heapBytes(of: worst) ?? 1 << 30
        let peak = peakHeap(profile)
        // With room left in the heap the garbage comes from how much is allocated, and a larger
        // heap would not help.
        if let peak {
            guard Double(peak) >= 0.75 * Double(heap), share >= 0.10 else { return [] }
        } else {
            guard share >= 0.15, gc >= 1_000, heap < 16 << 30 else { return [] }
        }
        var best = ScheduleChange()
        for stage in stages {
            let own = Double(stage[.gcMilliseconds]) / Double(max(1, stage.run.sum))
            best.durations[stage.index] = stage.scaled(1 - min(0.85, max(0, own - 0.03)))
        }
        let high = profile.saved(by: best)
        let isLocal = profile.isLocal
        let key = isLocal ? "spark.driver.memory" : "spark.executor.memory"
        let target = min(max(heap * 3, 2 << 30), max(heap * 2, 32 << 30))
        let settings = profile.settings
        return [
            Finding(
                .memoryGC, at: worst,
                title:
                    "Garbage collection took \(AdviceText.percent(share)) of the run time in a heap "
                    + "of \(AdviceText.size(heap))",
                evidence: [
                    FindingEvidence("gc_ms", gc), FindingEvidence("run_ms", run),
                    FindingEvidence("gc_share", share), FindingEvidence("heap_bytes", heap),
                    FindingEvidence("peak_heap_bytes", peak ?? 0),
                    FindingEvidence("threshold_share", 0.10), settings.origin(of: key),
                ],
                changes: (heap < 24 << 30
                    ? [settings.change(key, to: AdviceText.setting(target))] : []) + [
                        .code(
                            "Or fewer cores an executor, or less in the heap: serialised caches, no "
                                + "collect_list or exact percentile over large groups.")
                    ],
                saving: FindingSaving(low: high / 4, high: high),
                confidence: peak == nil ? 0.6 : 0.8, stages: stages.map(\.index))
        ]
    }

    /// The largest heap that any executor reported while tasks ran; nil where none was polled.
    private static func peakHeap(_ profile: ApplicationProfile) -> Int64? {
        let tasks = profile.application.tasks
        var peak: Int64 = 0
        for row in 0..<tasks.count { peak = max(peak, tasks.value(.peakHeapBytes, row: row)) }
        let stages = profile.application.stages.map(\.peakHeapBytes).max() ?? 0
        peak = max(peak, stages)
        return peak > 0 ? peak : nil
    }
}
