import Domain
import PaneKit
import RunProfiles
import Screen

/// The runs of all pipelines.
enum RunList {
    static func table(_ runs: [RunRow], clock: LocalClock) -> ProfileTable {
        var table = ProfileTable()
        table.columns = [
            TableColumn("PIPELINE", .flexible(least: 14, weight: 1)),
            TableColumn("STATE", .fixed(9)), TableColumn("TOOK", .fixed(7), .right),
            TableColumn("TASKS", .fixed(9), .right), TableColumn("BEGAN", .fixed(19)),
            TableColumn("RUN", .flexible(least: 20, weight: 2)),
        ]
        table.rows = runs.map { run in
            let took = run.startedAt.map { (run.endedAt ?? clock.now).since($0) }
            let began = run.startedAt ?? run.createdAt
            let civil = clock.civilTime(began)
            return ProfileTable.Row(
                cells: [
                    .text(run.pipeline.name, .strong),
                    .text(run.state.rawValue, RunTables.role(of: run.state)),
                    took.map { .number(Double($0.microseconds), $0.humanText, .plain) }
                        ?? .text("-", .dim),
                    .number(
                        Double(run.taskCount),
                        run.failedCount > 0
                            ? "\(run.failedCount) failed" : "\(run.settledCount)/\(run.taskCount)",
                        run.failedCount > 0 ? .stateFailed : .dim),
                    .number(
                        Double(began.microseconds), civil.isoDate + " " + civil.clockText, .dim),
                    .text(run.id.name, .dim),
                ], target: nil, copy: run.id.name)
        }
        return table
    }
}
