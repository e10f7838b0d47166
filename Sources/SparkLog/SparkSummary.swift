import Domain

/// The figures of one application that a report starts with.
///
/// Counts are of events read; sums are of task ends that brought metrics.
public struct SparkSummary: Sendable {
    /// Figures of one stage attempt, over the tasks that succeeded.
    public struct Stage: Sendable {
        public var id: Int
        public var attempt: Int
        public var taskEnds: Int
        public var succeeded: Int
        public var run: Spread?
        public var duration: Spread?
        public var shuffleRead: Spread?
    }

    /// Largest and middle value; of an even number of values the middle is a mean.
    public struct Spread: Hashable, Sendable {
        public var largest: Int64
        public var median: Double

        /// Nil without values.
        public init?(_ values: [Int64]) {
            guard let largest = values.max() else { return nil }
            let sorted = values.sorted()
            let upper = Double(sorted[sorted.count / 2])
            let lower = Double(sorted[(sorted.count - 1) / 2])
            self.largest = largest
            median = lower + (upper - lower) / 2
        }
    }

    public var stageIDs: Int
    public var stageAttempts: Int
    public var completedAttempts: Int
    public var failedAttempts: Int
    public var failedJobs: Int
    public var failedTasks: Int
    public var failedSQL: Int
    /// Task ends by Spark's word for their reason.
    public var endReasons: [String: Int]
    /// Attempts with at least one task end, in the order of the log.
    public var stages: [Stage]

    public init(_ application: SparkApplication) {
        let attempts = application.stages.filter(\.isSubmitted)
        stageIDs = Set(attempts.map(\.id)).count
        stageAttempts = attempts.count
        completedAttempts = attempts.count { $0.isCompleted }
        failedAttempts = attempts.count { $0.isCompleted && $0.failureReason != nil }
        failedJobs = application.jobs.count {
            if case .failed = $0.outcome { true } else { false }
        }
        failedTasks = application.stages.reduce(0) { $0 + $1.failedTasks }
        failedSQL = application.sqlExecutions.count {
            if case .failed = $0.outcome { true } else { false }
        }
        endReasons = [:]
        for reason in application.endReasons {
            endReasons[reason.kind, default: 0] += reason.count
        }
        stages = application.stages.indices.compactMap { index in
            Self.stage(index, of: application)
        }
    }

    private static func stage(_ index: Int, of application: SparkApplication) -> Stage? {
        let stage = application.stages[index]
        guard stage.endedTasks > 0 else { return nil }
        let tasks = application.tasks
        let rows = application.taskRows(ofStage: index).filter {
            tasks.outcome(row: $0) == .succeeded
        }
        return Stage(
            id: stage.id, attempt: stage.attempt, taskEnds: stage.endedTasks,
            succeeded: stage.succeededTasks,
            run: Spread(rows.map { tasks.value(.runMilliseconds, row: $0) }),
            duration: Spread(rows.map { tasks.value(.duration, row: $0) }),
            shuffleRead: Spread(rows.map { tasks.shuffleReadBytes(row: $0) }))
    }
}

extension TaskColumns {
    /// Remote and local bytes one task read from shuffles; saturates.
    public func shuffleReadBytes(row: Int) -> Int64 {
        value(.shuffleRemoteBytes, row: row).addingSaturated(value(.shuffleLocalBytes, row: row))
    }
}
