import Domain
public import SparkLog

/// The figures of one stage attempt that rules look at; times in milliseconds.
///
/// Shared, not copied: lists of stages are made, filtered and sorted by every rule, and a value of
/// a dozen arrays would cost more there than what the rules compute.
public final class StageProfile: Sendable {
    /// One task that succeeded.
    public struct Task: Sendable {
        public var launch: Int64
        public var duration: Int64
        public var run: Int64
        /// Read from shuffles and files.
        public var bytes: Int64
        public var records: Int64
        public var inputBytes: Int64
        public var executor: Int
        /// Whether it is among the first that its executor ran in the application.
        public var isFirstWave: Bool
    }

    /// Position in ``SparkApplication/stages``.
    public let index: Int
    public let id: Int
    public let attempt: Int
    public let name: String
    /// Tasks that succeeded, in the order of their launches.
    public let tasks: [Task]
    /// Durations of all ends, failed and killed ones too, in the order of their launches.
    public let allDurations: [Int64]
    public let firstLaunch: Int64
    public let lastFinish: Int64
    /// Concurrent tasks that its executors could run, at most.
    public let slots: Int

    public let run: Figures
    public let duration: Figures
    public let bytes: Figures
    public let records: Figures
    /// Sums over all ends that brought metrics.
    public let totals: [Int64]
    /// Summed milliseconds no part of a task explains.
    public let delay: Int64

    /// From its first launch to its last finish.
    public var wall: Int64 { max(0, lastFinish - firstLaunch) }
    public var shuffleRead: Int64 {
        self[.shuffleRemoteBytes].addingReportingOverflow(self[.shuffleLocalBytes]).partialValue
    }

    public subscript(metric: TaskMetric) -> Int64 { totals[metric.rawValue] }

    /// Nil for a stage without ended tasks.
    ///
    /// - Parameter firstLaunches: when each executor started its first task, by position.
    init?(
        _ index: Int, of application: SparkApplication, slots: Int, firstLaunches: [Int64]
    ) {
        guard application.stages[index].endedTasks > 0 else { return nil }
        let columns = application.tasks
        let rows = columns.launches(ofRows: application.taskRows(ofStage: index))
        var totals = [Int64](repeating: 0, count: TaskMetric.allCases.count)
        var tasks: [Task] = []
        tasks.reserveCapacity(rows.count)
        var durations: [Int64] = []
        durations.reserveCapacity(rows.count)
        var delay: Int64 = 0
        var last: Int64 = 0
        for (row, launched) in rows {
            let launch = launched.plausibleMoment
            let duration = columns.value(.duration, row: row).plausibleLength
            last = max(last, launch + duration)
            durations.append(duration)
            columns.addFigures(ofRow: row, to: &totals)
            guard columns.outcome(row: row) == .succeeded else { continue }
            let run = columns.value(.runMilliseconds, row: row).plausibleLength
            let busy =
                run + columns.value(.deserializeMilliseconds, row: row).plausibleLength
                + columns.value(.resultSerializationMilliseconds, row: row).plausibleLength
                + columns.value(.gettingResultMilliseconds, row: row).plausibleLength
            if columns.hasMetrics(row: row) { delay += max(0, duration - busy) }
            let input = columns.value(.inputBytes, row: row).plausibleAmount
            let executor = columns.executorIndex(row: row)
            tasks.append(
                Task(
                    launch: launch, duration: duration, run: run,
                    bytes: columns.shuffleReadBytes(row: row).plausibleAmount + input,
                    records: columns.value(.shuffleReadRecords, row: row).plausibleAmount
                        + columns.value(.inputRecords, row: row).plausibleAmount,
                    inputBytes: input, executor: executor,
                    isFirstWave: launch - 50 <= firstLaunches[executor]))
        }
        self.index = index
        id = application.stages[index].id
        attempt = application.stages[index].attempt
        name = application.stages[index].name
        self.tasks = tasks
        allDurations = durations
        firstLaunch = rows.first?.launch.plausibleMoment ?? 0
        lastFinish = last
        self.slots = max(1, slots)
        run = Figures(tasks.map(\.run))
        duration = Figures(tasks.map(\.duration))
        bytes = Figures(tasks.map(\.bytes))
        records = Figures(tasks.map(\.records))
        for metric in totals.indices { totals[metric] = totals[metric].plausibleTotal }
        self.totals = totals
        self.delay = delay
    }
}
