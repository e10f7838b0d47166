import SparkLog

/// Stages of very many tasks that have next to nothing to do, by their cause: the number of shuffle
/// partitions or the program (`too-many-partitions`), adaptive execution switched off where it would
/// have merged them (`aqe-off`), or the input's splits (`input-split`).
enum TinyTasksRule: AdviceRule {
    private enum Cause: Hashable {
        case shufflePartitions(Int)
        case adaptiveOff
        case program
        case inputSplits
    }

    static func findings(in profile: ApplicationProfile) -> [Finding] {
        var groups: [Cause: [StageProfile]] = [:]
        for stage in profile.stages where isTiny(stage, profile) {
            let cause = cause(stage, profile)
            // As many files as tasks: what they cost is said where the files are.
            if cause == .program, stage[.outputBytes] > 0 { continue }
            groups[cause, default: []].append(stage)
        }
        return groups.compactMap { finding($0.key, $0.value, profile) }
    }

    /// The number of tasks that the data needs.
    static func needed(_ stage: StageProfile) -> Int {
        let bytes = stage.shuffleRead + stage[.inputBytes]
        return max(2 * stage.slots, Int(bytes.dividedUp(by: 128 << 20)))
    }

    static func isTiny(_ stage: StageProfile, _ profile: ApplicationProfile) -> Bool {
        let count = stage.tasks.count
        guard !profile.isStreaming(stage), count >= 64, count >= 6 * needed(stage) else {
            return false
        }
        // The middle task must be short, and short because it has little to do: records that cost
        // much each make few bytes a long task.
        let bytes = stage.bytes.mean
        let slowness = slowness(stage)
        guard stage.duration.median < 250 * slowness, bytes < 4_194_304 else { return false }
        // Without any input a task may still compute: only next to no time says that it does not.
        if stage.bytes.sum == 0 {
            let waiting = 1 - Double(stage.run.sum) / Double(max(1, stage.duration.sum))
            return stage.duration.median < 60 * slowness || waiting >= 0.2
        }
        let overhead = Double(stage.duration.quantile(0.1)) / max(1, stage.duration.median)
        return stage.duration.median < 120 * slowness || overhead > 0.4
    }

    /// How many times slower than usual the machine starts tasks: 12 ms around the run of each.
    ///
    /// On a busy machine the emptiest task takes long; what it takes around its run tells how long.
    static func slowness(_ stage: StageProfile) -> Double {
        let around = Figures(stage.tasks.map { max(0, $0.duration - $0.run) }).median
        return min(6, max(1, around / 12))
    }

    /// What the stage would take in as many tasks as its data needs, at best and at least.
    static func fewer(_ stage: StageProfile) -> (best: [Int64], modest: [Int64]) {
        let count = needed(stage)
        let fixed = Double(stage.duration.quantile(0.1))
        // What is above the shortest tasks is work; the rest is paid once a task.
        let work = stage.allDurations.reduce(0.0) { $0 + max(0, Double($1) - fixed) }
        let each = Int64(work / Double(count) * 0.7 + 3 * fixed)
        let bytes = Double(stage.shuffleRead + stage[.inputBytes])
        let quick = Int64(bytes / Double(count) / 50_000 + 2 * fixed + 5)
        return (
            [Int64](repeating: min(each, quick), count: count),
            [Int64](repeating: each, count: count)
        )
    }

    private static func cause(_ stage: StageProfile, _ profile: ApplicationProfile) -> Cause {
        guard stage.shuffleRead > 0 else {
            return stage[.inputBytes] > 0 ? .inputSplits : .program
        }
        let settings = profile.settings(of: stage)
        let key = "spark.sql.shuffle.partitions"
        guard profile.isSQL(stage) else { return .program }
        guard
            settings.int(key) == stage.tasks.count
                || profile.application.stages[stage.index].taskCount == settings.int(key)
        else { return .program }
        let isAdaptive = settings.isOn("spark.sql.adaptive.enabled")
        if settings.origin(key) == .unset || settings.int(key) == 200, !isAdaptive,
            settings.isAtLeast(3, 0)
        {
            return .adaptiveOff
        }
        return .shufflePartitions(stage.tasks.count)
    }

    private static func finding(
        _ cause: Cause, _ stages: [StageProfile], _ profile: ApplicationProfile
    ) -> Finding? {
        guard let worst = stages.max(by: { $0.wall < $1.wall }) else { return nil }
        var best = ScheduleChange()
        var modest = ScheduleChange()
        for stage in stages {
            (best.durations[stage.index], modest.durations[stage.index]) = fewer(stage)
        }
        let count = stages.map(needed).max() ?? 1
        let settings = profile.settings(of: worst)
        let rule: FindingRule
        switch cause {
        case .shufflePartitions, .program: rule = .tooManyPartitions
        case .adaptiveOff: rule = .aqeOff
        case .inputSplits: rule = .inputSplit
        }
        return Finding(
            rule, at: worst,
            title: "\(worst.tasks.count) tasks of \(AdviceText.time(Int64(worst.duration.median))) "
                + (worst.bytes.sum > 0 ? "and \(AdviceText.size(Int64(worst.bytes.mean))) " : "")
                + "each: starting them costs more than their work",
            evidence: [
                FindingEvidence("tasks", worst.tasks.count),
                FindingEvidence("stages", stages.count),
                FindingEvidence("median_task_ms", worst.duration.median),
                FindingEvidence("mean_task_bytes", worst.bytes.mean),
                FindingEvidence("slots", worst.slots),
                FindingEvidence("tasks_needed", count),
                settings.origin(of: "spark.sql.shuffle.partitions"),
            ],
            changes: changes(cause, count: count, worst, settings),
            saving: FindingSaving(
                low: profile.saved(by: modest), high: profile.saved(by: best)),
            confidence: 0.9, execution: profile.job(of: worst)?.sqlExecution,
            stages: stages.map(\.index))
    }

    private static func changes(
        _ cause: Cause, count: Int, _ stage: StageProfile, _ settings: SparkSettings
    ) -> [FindingChange] {
        switch cause {
        case .shufflePartitions:
            return [settings.change("spark.sql.shuffle.partitions", to: "\(count)")]
        case .adaptiveOff:
            return [settings.change("spark.sql.adaptive.enabled", to: "true")]
        case .inputSplits:
            let key = "spark.sql.files.maxPartitionBytes"
            let size = max(
                stage[.inputBytes].dividedUp(by: Int64(count)), settings.bytes(key) ?? 0, 128 << 20)
            return [settings.change(key, to: AdviceText.setting(size))]
        case .program:
            let code = FindingChange.code(
                "Ask for about \(count) partitions where the program asks for "
                    + "\(stage.tasks.count): in repartition(n), parallelize(…, n), range(…) or the "
                    + "number given to reduceByKey and its like; coalesce(\(count)) merges them "
                    + "without a shuffle.")
            if settings.int("spark.default.parallelism") == stage.tasks.count {
                return [settings.change("spark.default.parallelism", to: "\(count)"), code]
            }
            return [code]
        }
    }
}
