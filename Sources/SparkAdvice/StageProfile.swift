import Domain
public import SparkLog

/// The figures of one stage attempt that rules look at; times in milliseconds.
public struct StageProfile: Sendable {
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
}

extension StageProfile {
    /// - Parameter warm: executors that have already run a task, by position; added to.
    init?(
        _ index: Int, of application: SparkApplication, slots: Int,
        firstLaunches: [Int: Int64]
    ) {
        let stage = application.stages[index]
        guard stage.endedTasks > 0 else { return nil }
        let columns = application.tasks
        let rows = application.taskRows(ofStage: index).map {
            (row: $0, launch: columns.value(.launchTime, row: $0))
        }.sorted { ($0.launch, $0.row) < ($1.launch, $1.row) }
        var totals = [Int64](repeating: 0, count: TaskMetric.allCases.count)
        var tasks: [Task] = []
        tasks.reserveCapacity(rows.count)
        var delay: Int64 = 0
        var last: Int64 = 0
        for (row, launch) in rows {
            let duration = columns.value(.duration, row: row)
            last = max(last, launch.addingReportingOverflow(duration).partialValue)
            for metric in TaskMetric.allCases {
                let value = columns.value(metric, row: row)
                totals[metric.rawValue] =
                    totals[metric.rawValue].addingReportingOverflow(value).partialValue
            }
            guard columns.outcome(row: row) == .succeeded else { continue }
            let run = columns.value(.runMilliseconds, row: row)
            let busy =
                run + columns.value(.deserializeMilliseconds, row: row)
                + columns.value(.resultSerializationMilliseconds, row: row)
                + columns.value(.gettingResultMilliseconds, row: row)
            if columns.hasMetrics(row: row) { delay += max(0, duration - busy) }
            let input = columns.value(.inputBytes, row: row)
            let executor = columns.executorIndex(row: row)
            tasks.append(
                Task(
                    launch: launch, duration: duration, run: run,
                    bytes: columns.shuffleReadBytes(row: row) + input,
                    records: columns.value(.shuffleReadRecords, row: row)
                        + columns.value(.inputRecords, row: row),
                    inputBytes: input, executor: executor,
                    isFirstWave: launch <= (firstLaunches[executor] ?? 0) + 50))
        }
        self.init(
            index: index, id: stage.id, attempt: stage.attempt, name: stage.name, tasks: tasks,
            allDurations: rows.map { columns.value(.duration, row: $0.row) },
            firstLaunch: rows.first?.launch ?? 0, lastFinish: last, slots: max(1, slots),
            run: Figures(tasks.map(\.run)), duration: Figures(tasks.map(\.duration)),
            bytes: Figures(tasks.map(\.bytes)), records: Figures(tasks.map(\.records)),
            totals: totals, delay: delay)
    }
}
