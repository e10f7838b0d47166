import Domain
import PaneKit
import Screen
import SparkAdvice

/// The event logs of a folder.
enum ApplicationList {
    static func table(_ rows: [ApplicationRow], clock: LocalClock) -> ProfileTable {
        var table = ProfileTable()
        table.columns = [
            TableColumn("NAME", .flexible(least: 14, weight: 1)),
            TableColumn("BEGAN", .fixed(16)), TableColumn("TOOK", .fixed(9), .right),
            TableColumn("STATE", .fixed(12)), TableColumn("FINDING", .fixed(20)),
            TableColumn("SIZE", .fixed(9), .right), TableColumn("SPARK", .fixed(8)),
            TableColumn("APPLICATION", .flexible(least: 16, weight: 1)),
        ]
        table.rows = rows.map { row in
            // To the minute: what ran last night is looked for, not what ran at a second.
            let began = row.start.flatMap { milliseconds -> ProfileTable.Cell? in
                // A log may claim any number; nothing ran before 1970 or after 2200.
                guard (0..<7_258_118_400_000).contains(milliseconds) else { return nil }
                let civil = clock.civilTime(Instant(microseconds: milliseconds * 1_000))
                return .number(
                    Double(milliseconds), "\(civil.isoDate) \(civil.clockText.prefix(5))", .dim)
            }
            let time = row.start.flatMap { start in row.end.map { $0 - start } }
            return ProfileTable.Row(
                cells: [
                    .text(row.name == "-" ? row.id : row.name, .plain),
                    began ?? .text("-", .dim),
                    time.map { .number(Double($0), AdviceText.shortTime($0), .plain) }
                        ?? .text("-", .dim),
                    .text(
                        row.isInProgress ? "no clean end" : "ended",
                        row.isInProgress ? .stateRunning : .dim),
                    .text(
                        row.finding ?? "",
                        row.finding == "none" ? .stateSuccess : .warning),
                    row.bytes.map {
                        .number(Double($0), AdviceText.size($0), .plain, exactIn: "B")
                    } ?? .text("-", .dim),
                    .text(row.version, .dim), .text(row.id, .plain),
                ], target: nil, copy: row.path)
        }
        return table
    }
}
