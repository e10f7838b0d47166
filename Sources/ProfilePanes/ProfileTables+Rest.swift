import Domain
import PaneKit
import Screen
import SparkAdvice
import SparkLog

extension ProfileTables {
    var queries: ProfileTable {
        var table = ProfileTable()
        table.columns = [
            TableColumn("QUERY", .fixed(6), .right),
            TableColumn("DESCRIPTION", .flexible(least: 16, weight: 2)),
            TableColumn("STATE", .fixed(9)), TableColumn("TIME", .fixed(9), .right),
            TableColumn("JOBS", .fixed(5), .right), TableColumn("PLANS", .fixed(5), .right),
            TableColumn("WHEN", .flexible(least: 10, weight: 1)),
        ]
        if application.sqlExecutions.isEmpty {
            table.header = [[TextRun("No SQL query ran; see the jobs.", .dim)]]
        }
        table.rows = application.sqlExecutions.enumerated().map { index, query in
            let from = query.startedAt?.inMilliseconds ?? profile.start
            let to = query.endedAt?.inMilliseconds ?? profile.end
            let (word, role): (String, Role) =
                switch query.outcome {
                case .running: ("running", .stateRunning)
                case .succeeded: ("succeeded", .stateSuccess)
                case .ended: ("ended", .plain)
                case .failed: ("failed", .error)
                }
            return ProfileTable.Row(
                cells: [
                    .number(Double(query.id), "\(query.id)", .plain),
                    .text(AdviceText.withoutFolders(query.description), .plain), .text(word, role),
                    time(max(0, to - from)),
                    count(Int64(query.jobs.count)), count(Int64(query.plans.count)),
                    bar(from, to, .accent1),
                ], target: .plan(index, version: 0), copy: query.description)
        }
        return table
    }

    var streams: ProfileTable {
        var table = ProfileTable()
        table.columns = [
            TableColumn("QUERY", .flexible(least: 8, weight: 1)),
            TableColumn("BATCH", .fixed(6), .right), TableColumn("ROWS", .fixed(10), .right),
            TableColumn("TRIGGER", .fixed(9), .right), TableColumn("ADD BATCH", .fixed(9), .right),
            TableColumn("ROWS IN/S", .fixed(9), .right), TableColumn("DONE/S", .fixed(9), .right),
            TableColumn("STATE ROWS", .fixed(11), .right),
            TableColumn("DURATION", .flexible(least: 10, weight: 1)),
        ]
        for query in application.streamingQueries.prefix(3) { table.header += plots(of: query) }
        for query in application.streamingQueries {
            let longest = Double(query.progress.map(\.triggerMilliseconds).max() ?? 1)
            for batch in query.progress {
                let behind =
                    (batch.processedRowsPerSecond ?? 0) < (batch.inputRowsPerSecond ?? 0)
                    && batch.triggerMilliseconds > 1_000
                table.rows.append(
                    ProfileTable.Row(
                        cells: [
                            .text(query.name ?? query.id, .plain),
                            .number(Double(batch.batch), "\(batch.batch)", .plain),
                            count(batch.inputRows), time(batch.triggerMilliseconds),
                            time(batch.addBatchMilliseconds), rate(batch.inputRowsPerSecond),
                            rate(batch.processedRowsPerSecond), count(batch.stateRows),
                            .bar(
                                from: 0, to: Double(batch.triggerMilliseconds) / max(1, longest),
                                behind ? .warning : .accent1),
                        ], target: nil, copy: "\(batch.batch)"))
            }
        }
        if table.rows.isEmpty {
            let words =
                profiled.facts.isREST
                ? "A driver's REST API tells nothing of streaming queries; its event log does."
                : "No streaming query ran."
            table.header = [[TextRun(words, .dim)]]
        }
        return table
    }

    /// A query's batches over time: rows in and done a second, durations, state, watermark lag.
    private func plots(of query: SparkStreamingQuery) -> [[TextRun]] {
        let batches = query.progress.suffix(steps(before: 14))
        guard batches.count > 1 else { return [] }
        func line(
            _ name: String, _ role: Role, _ values: [Double], _ text: (Double) -> String
        ) -> [TextRun]? {
            guard let most = values.max(), most > 0 else { return nil }
            let marks = charset.pick(" ▁▂▃▄▅▆▇█", ascii: " .:-=+*#@").map(String.init)
            let plot = values.map { marks[Int((($0 / most).share * 8).rounded(.up))] }
            return [
                TextRun(name + String(repeating: " ", count: max(1, 20 - name.count)), .dim),
                TextRun(plot.joined(), role), TextRun("  at most \(text(most))", .dim),
            ]
        }
        func rows(_ value: Double) -> String { "\(value.whole) rows" }
        func finite(_ value: Double?) -> Double { value.map { $0.isFinite ? $0 : 0 } ?? 0 }
        let lags = batches.map { batch -> Double in
            guard let mark = batch.watermark, mark.microseconds > 0, let at = batch.startedAt else {
                return 0
            }
            return Double(max(0, at.since(mark).inMilliseconds))
        }
        let lines = [
            line("rows in a second", .accent1, batches.map { finite($0.inputRowsPerSecond) }, rows),
            line(
                "rows done a second", .accent2, batches.map { finite($0.processedRowsPerSecond) },
                rows),
            line("batch duration", .accent1, batches.map { Double($0.triggerMilliseconds) }) {
                AdviceText.time($0.whole)
            },
            line("state", .accent2, batches.map { Double($0.stateRows) }, rows),
            line("watermark lag", .warning, lags) { AdviceText.time($0.whole) },
        ]
        return [[TextRun(query.name ?? query.id, .strong)]] + lines.compactMap { $0 } + [[]]
    }

    private func rate(_ value: Double?) -> ProfileTable.Cell {
        guard let value, value.isFinite, abs(value) < 1e15 else { return .text("-", .dim) }
        return .number(value, "\(Int64(value.rounded()))", .plain)
    }

    /// Settings that somebody set; the rest are defaults of the version and not in the log.
    var environment: ProfileTable {
        var table = ProfileTable()
        table.header = [
            [
                TextRun(
                    "What was set, what differs from the version's default first.", .dim)
            ]
        ]
        table.columns = [
            TableColumn("SETTING", .flexible(least: 20, weight: 1)),
            TableColumn("VALUE", .flexible(least: 20, weight: 1)),
            TableColumn("DEFAULT", .fixed(12)), TableColumn("SET IN", .fixed(11)),
        ]
        func rows(_ settings: [SparkSetting], _ place: String) -> [ProfileTable.Row] {
            settings.map { setting in
                let usual = profile.defaultValue(of: setting.key)
                let isUsual = usual?.lowercased() == setting.value.lowercased()
                return ProfileTable.Row(
                    cells: [
                        .text(setting.key, .plain),
                        .text(setting.value, usual == nil || isUsual ? .plain : .warning),
                        .text(usual ?? "", .dim), .text(place, .dim),
                    ], target: nil, copy: "\(setting.key)=\(setting.value)")
            }
        }
        func differs(_ row: ProfileTable.Row) -> Bool {
            row.cells[2].text?.isEmpty == false && row.cells[1].role == .warning
        }
        let own = rows(application.sparkProperties, "application")
        table.rows = own.filter(differs) + own.filter { !differs($0) }
        var seen: Set<SparkSetting> = []
        for query in application.sqlExecutions {
            let new = query.modifiedSettings.filter { seen.insert($0).inserted }
            table.rows += rows(new, "query \(query.id)")
        }
        table.rows += rows(application.jvmProperties, "JVM")
        return table
    }
}

extension Instant {
    /// Milliseconds since 1970.
    var inMilliseconds: Int64 { microseconds / 1_000 }
}
