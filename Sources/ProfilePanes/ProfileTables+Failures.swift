import PaneKit
import Screen
import SparkAdvice
import SparkLog

extension ProfileTables {
    /// Why tasks and jobs failed, each reason with where; Enter leads to the tasks of the stage that
    /// it struck most.
    var failures: ProfileTable {
        var table = ProfileTable()
        table.columns = [
            TableColumn("TIMES", .fixed(6), .right), TableColumn("KIND", .fixed(20)),
            TableColumn("STAGE", .fixed(12)), TableColumn("EXEC", .fixed(12)),
            TableColumn("REASON", .flexible(least: 20, weight: 1)),
        ]
        let places = placesOfFailures
        table.rows = failedJobRows
        table.rows += application.endReasons.enumerated().filter { $0.element.kind != "Success" }
            .sorted { $0.element.count > $1.element.count }.map { index, reason in
                let text = [reason.exceptionClass, reason.message].compactMap { $0 }
                let line = text.joined(separator: ": ")
                let place = places[index] ?? FailurePlaces()
                return ProfileTable.Row(
                    cells: [
                        count(Int64(reason.count), .error), .text(reason.kind, .plain),
                        .text(named(place.stages) { "\(application.stages[$0].id)" }, .link),
                        .text(named(place.executors) { application.executors[$0].id }, .plain),
                        .text(line, .plain),
                    ], target: place.most.map { .tasks($0) }, copy: line)
            }
        if table.rows.isEmpty { table.header = [[TextRun("Nothing failed.", .stateSuccess)]] }
        return table
    }

    /// A failed job is what its user hears of.
    private var failedJobRows: [ProfileTable.Row] {
        application.jobs.enumerated().compactMap { index, job in
            guard case .failed(let message) = job.outcome else { return nil }
            return ProfileTable.Row(
                cells: [
                    count(1, .error), .text("job \(job.id)", .plain), .text("", .dim),
                    .text("", .dim), .text(message, .plain),
                ], target: .job(index), copy: message)
        }
    }

    /// Where tasks ended by each reason, by the reason's place.
    private var placesOfFailures: [Int: FailurePlaces] {
        var places: [Int: FailurePlaces] = [:]
        for stage in application.stages.indices {
            for row in application.taskRows(ofStage: stage)
            where application.tasks.outcome(row: row) != .succeeded {
                let reason = application.tasks.reasonIndex(row: row)
                places[reason, default: FailurePlaces()].stages[stage, default: 0] += 1
                let executor = application.tasks.executorIndex(row: row)
                places[reason]?.executors[executor, default: 0] += 1
            }
        }
        return places
    }

    /// The first of them, those with the most failures first, and how many more there are.
    private func named(_ counts: [Int: Int], _ name: (Int) -> String) -> String {
        let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let shown = sorted.prefix(2).map { name($0.key) }.joined(separator: ", ")
        return counts.count > 2 ? "\(shown) +\(counts.count - 2)" : shown
    }
}

/// How many tasks of which stages and on which executors ended by one reason.
private struct FailurePlaces {
    var stages: [Int: Int] = [:]
    var executors: [Int: Int] = [:]

    var most: Int? {
        stages.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }
}
