import PaneKit
import Screen
import SparkAdvice
import SparkLog

extension ProfileTables {
    /// What one executor did: its figures, its load over time, and its part of every stage.
    func executor(_ index: Int) -> ProfileTable {
        guard application.executors.indices.contains(index) else { return ProfileTable() }
        let executor = application.executors[index]
        var table = ProfileTable()
        let from = max(profile.start, executor.addedAt?.inMilliseconds ?? profile.start)
        let to = min(profile.end, executor.removedAt?.inMilliseconds ?? profile.end)
        let parts = profile.stages.compactMap { ExecutorPart($0, executor: index, application) }
        let busy = parts.map(\.busy).total
        let slots = max(1, executor.cores)
        let share = Double(busy) / Double(max(1, (to - from).timesSaturated(Int64(slots))))
        table.header = [
            pair("executor", "\(executor.id) on \(executor.host)", .strong),
            pair("cores", "\(executor.cores), resource profile \(executor.resourceProfile)"),
            pair(
                "alive",
                "\(AdviceText.time(max(0, to - from))), "
                    + "\(AdviceText.percent(min(1, share))) of its slots' time busy"),
            pair(
                "tasks",
                "\(executor.endedTasks), \(executor.failedTasks) failed, run time "
                    + AdviceText.time(executor.runMilliseconds)),
            pair(
                "data",
                "\(AdviceText.size(parts.map(\.read).total)) read, "
                    + "\(AdviceText.size(parts.map(\.written).total)) written, "
                    + "\(AdviceText.size(parts.map(\.spilled).total)) spilled"),
            pair(
                "garbage collection",
                "\(AdviceText.time(parts.map(\.collecting).total)), heap at most "
                    + AdviceText.size(parts.map(\.heap).max() ?? 0)),
        ]
        if let memory = application.blockManagers.last(where: { $0.executor == executor.id }) {
            table.header.append(
                pair("memory for data", AdviceText.size(memory.maximumBytes)))
        }
        if let reason = executor.removalReason {
            table.header.append(pair("removed", reason, .warning))
        }
        table.header.append(
            loadLine(of: profile.stages.flatMap(\.tasks).filter { $0.executor == index }))
        table.header.append([])
        table.columns = [
            TableColumn("STAGE", .fixed(6), .right),
            TableColumn("NAME", .flexible(least: 12, weight: 1)),
            TableColumn("TASKS", .fixed(6), .right), TableColumn("FAILED", .fixed(6), .right),
            TableColumn("MEDIAN", .fixed(9), .right),
            TableColumn("ELSEWHERE", .fixed(9), .right), TableColumn("READ", .fixed(9), .right),
            TableColumn("SPILL", .fixed(8), .right), TableColumn("GC", .fixed(8), .right),
            TableColumn("WHEN", .flexible(least: 10, weight: 1)),
        ]
        table.rows = parts.map { part in
            let isSlow = part.median > 200 && part.others > 0 && part.median > 2 * part.others
            return ProfileTable.Row(
                cells: [
                    .number(Double(part.stage.id), "\(part.stage.id)", .plain),
                    .text(name(of: part.stage), .plain),
                    count(Int64(part.count)),
                    count(Int64(part.failed), .error),
                    time(part.median, isSlow ? .warning : .plain),
                    part.others > 0 ? time(part.others, .dim) : .text("-", .dim),
                    size(part.read), size(part.spilled, .warning), time(part.collecting, .dim),
                    bar(part.first, part.last, isSlow ? .warning : .accent1),
                ], target: .stage(part.stage.index), copy: "\(part.stage.id)")
        }
        return table
    }
}

/// What an executor did of one stage.
private struct ExecutorPart {
    let stage: StageProfile
    var count = 0
    var failed = 0
    /// Milliseconds that its slots were taken.
    var busy: Int64 = 0
    var read: Int64 = 0
    var written: Int64 = 0
    var spilled: Int64 = 0
    var collecting: Int64 = 0
    var heap: Int64 = 0
    var first = Int64.max
    var last = Int64.min
    /// Middle run times of its tasks and of those of all other executors.
    var median: Int64 = 0
    var others: Int64 = 0

    /// Nil where it ran no task of the stage.
    init?(_ stage: StageProfile, executor: Int, _ application: SparkApplication) {
        self.stage = stage
        let tasks = application.tasks
        for row in application.taskRows(ofStage: stage.index)
        where tasks.executorIndex(row: row) == executor {
            let launch = tasks.value(.launchTime, row: row)
            let duration = tasks.value(.duration, row: row)
            count += 1
            failed += tasks.outcome(row: row) == .failed ? 1 : 0
            func sum(_ sum: Int64, _ metric: TaskMetric) -> Int64 {
                sum.addingSaturated(tasks.value(metric, row: row))
            }
            busy = sum(busy, .duration)
            read = sum(read.addingSaturated(tasks.shuffleReadBytes(row: row)), .inputBytes)
            written = sum(sum(written, .shuffleWriteBytes), .outputBytes)
            spilled = sum(spilled, .diskSpillBytes)
            collecting = sum(collecting, .gcMilliseconds)
            heap = max(heap, tasks.value(.peakHeapBytes, row: row))
            first = min(first, launch)
            last = max(last, launch.addingSaturated(duration))
        }
        guard count > 0 else { return nil }
        median = Self.median(stage.tasks.filter { $0.executor == executor }.map(\.run))
        others = Self.median(stage.tasks.filter { $0.executor != executor }.map(\.run))
    }

    private static func median(_ values: [Int64]) -> Int64 {
        values.isEmpty ? 0 : values.sorted()[values.count / 2]
    }
}
