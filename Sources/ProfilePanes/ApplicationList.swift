import Domain
import PaneKit
import Screen
import SparkAdvice

/// The event logs of a folder.
enum ApplicationList {
    static func table(_ rows: [ApplicationRow], clock: LocalClock) -> ProfileTable {
        var table = ProfileTable()
        table.columns = [
            TableColumn("APPLICATION", .flexible(least: 16, weight: 1)),
            TableColumn("NAME", .flexible(least: 12, weight: 1)), TableColumn("SPARK", .fixed(8)),
            TableColumn("TOOK", .fixed(9), .right), TableColumn("STATE", .fixed(12)),
            TableColumn("FINDING", .fixed(20)), TableColumn("SIZE", .fixed(9), .right),
        ]
        table.rows = rows.map { row in
            let time = row.start.flatMap { start in row.end.map { $0 - start } }
            return ProfileTable.Row(
                cells: [
                    .text(row.id, .plain), .text(row.name, .plain), .text(row.version, .dim),
                    time.map { .number(Double($0), AdviceText.shortTime($0), .plain) }
                        ?? .text("-", .dim),
                    .text(
                        row.isInProgress ? "no clean end" : "ended",
                        row.isInProgress ? .stateRunning : .dim),
                    .text(
                        row.finding ?? "",
                        row.finding == "none" ? .stateSuccess : .warning),
                    .number(Double(row.bytes), AdviceText.size(row.bytes), .plain),
                ], target: nil, copy: row.path)
        }
        return table
    }
}
