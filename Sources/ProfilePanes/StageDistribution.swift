import SparkAdvice
import SparkLog

/// What the histogram of a stage's tasks can show.
enum StageDistribution: Int, CaseIterable, Sendable {
    case run, bytes, records, spill, collecting, delay

    var next: StageDistribution {
        Self.allCases[(rawValue + 1) % Self.allCases.count]
    }

    var title: String {
        switch self {
        case .run: "run time"
        case .bytes: "bytes read"
        case .records: "records read"
        case .spill: "bytes spilled"
        case .collecting: "garbage collection"
        case .delay: "scheduler delay"
        }
    }

    func text(_ value: Int64) -> String {
        switch self {
        case .run, .collecting, .delay: AdviceText.time(value)
        case .bytes, .spill: AdviceText.size(value)
        case .records: "\(value)"
        }
    }

    /// The values of the stage's tasks that succeeded.
    func values(of stage: Int, in application: SparkApplication) -> [Int64] {
        let tasks = application.tasks
        return application.taskRows(ofStage: stage).filter {
            tasks.outcome(row: $0) == .succeeded
        }.map { row in
            switch self {
            case .run: tasks.value(.runMilliseconds, row: row)
            case .bytes:
                tasks.shuffleReadBytes(row: row)
                    .addingSaturated(tasks.value(.inputBytes, row: row))
            case .records:
                tasks.value(.shuffleReadRecords, row: row)
                    .addingSaturated(tasks.value(.inputRecords, row: row))
            case .spill: tasks.value(.diskSpillBytes, row: row)
            case .collecting: tasks.value(.gcMilliseconds, row: row)
            case .delay: tasks.task(row: row).schedulerDelayMilliseconds
            }
        }
    }
}
