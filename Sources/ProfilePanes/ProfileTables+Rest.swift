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

    func plan(_ index: Int, version: Int) -> ProfileTable {
        var table = ProfileTable()
        table.columns = [
            TableColumn("OPERATOR", .flexible(least: 20, weight: 3)),
            TableColumn("ROWS", .fixed(12), .right), TableColumn("STAGE", .fixed(6), .right),
            TableColumn(
                "METRICS (total, or min/median/max of tasks)", .flexible(least: 16, weight: 3)),
        ]
        guard application.sqlExecutions.indices.contains(index) else { return table }
        let query = application.sqlExecutions[index]
        let plans = Array(query.plans.reversed())
        guard !plans.isEmpty else {
            table.header = [[TextRun("The log holds no plan of this query.", .dim)]]
            return table
        }
        let place = min(version, plans.count - 1)
        let plan = plans[place]
        let which = place == 0 ? "newest" : place == plans.count - 1 ? "as it started" : "adapted"
        table.header = [
            pair("query", "\(query.id): \(query.description)", .strong),
            pair("plan", "\(plans.count - place) of \(plans.count) (\(which)); { and } step"),
        ]
        let known = place + 1 < plans.count ? Set(plans[place + 1].nodes.map(\.name)) : nil
        table.rows = plan.nodes.compactMap { node in
            guard !node.name.hasPrefix("WholeStageCodegen"), node.name != "InputAdapter" else {
                return nil
            }
            let range = node.metricRange.clamped(to: plan.metrics.indices)
            let metrics = plan.metrics[range].compactMap { application.metric($0) }
            let rows = metrics.first { $0.name == "number of output rows" }?.total
            let stage = metrics.compactMap(\.stages.first).first
            let isNew = known.map { !$0.contains(node.name) } ?? false
            let depth = String(repeating: " ", count: min(60, node.depth))
            return ProfileTable.Row(
                cells: [
                    .text(depth + node.name, isNew ? .accent2 : .plain),
                    rows.map { count($0) } ?? .text("", .dim),
                    stage.map { .number(Double($0), "\(application.stages[$0].id)", .link) }
                        ?? .text("", .dim),
                    .text(metrics.compactMap(metric).joined(separator: ", "), .dim),
                ], target: stage.map { .stage($0) }, copy: node.detail)
        }
        return table
    }

    private func metric(_ metric: SparkMetric) -> String? {
        guard metric.name != "number of output rows" else { return nil }
        func text(_ value: Int64) -> String {
            switch metric.kind {
            case .size: AdviceText.size(value)
            case .timing: AdviceText.time(value)
            case .nanoTiming: AdviceText.time(value / 1_000_000)
            case .average: "\(value / 10).\(value % 10)"
            case .sum, .other: "\(value)"
            }
        }
        if metric.kind != .sum, let tasks = metric.tasks, tasks.count > 1, let median = tasks.median
        {
            return "\(metric.name) \(text(tasks.smallest))/\(text(median))/\(text(tasks.largest))"
        }
        guard let total = metric.total ?? metric.tasks?.median, total > 0 else { return nil }
        return "\(metric.name) \(text(total))"
    }

    var storage: ProfileTable {
        var table = ProfileTable()
        table.columns = [
            TableColumn("RDD", .fixed(5), .right),
            TableColumn("NAME", .flexible(least: 16, weight: 1)),
            TableColumn("KEPT IN", .fixed(12)), TableColumn("PARTITIONS", .fixed(11), .right),
            TableColumn("MEMORY", .fixed(9), .right), TableColumn("DISK", .fixed(9), .right),
            TableColumn("PEAK", .fixed(9), .right),
        ]
        let kept = application.rdds.values.filter { $0.isPersisted || $0.peakBytes > 0 }
        table.rows = kept.sorted { $0.id < $1.id }.map { rdd in
            let level = [rdd.usesMemory ? "memory" : nil, rdd.usesDisk ? "disk" : nil]
            let isWhole = rdd.cachedPartitions >= rdd.partitions || rdd.isUnpersisted
            return ProfileTable.Row(
                cells: [
                    .number(Double(rdd.id), "\(rdd.id)", .plain), .text(rdd.name, .plain),
                    .text(level.compactMap { $0 }.joined(separator: "+"), .plain),
                    .number(
                        Double(rdd.cachedPartitions), "\(rdd.cachedPartitions)/\(rdd.partitions)",
                        isWhole ? .plain : .warning),
                    size(rdd.memoryBytes), size(rdd.diskBytes), size(rdd.peakBytes),
                ], target: nil, copy: rdd.name)
        }
        if table.rows.isEmpty { table.header = [[TextRun("Nothing was cached.", .dim)]] }
        return table
    }

    var streams: ProfileTable {
        var table = ProfileTable()
        table.columns = [
            TableColumn("QUERY", .flexible(least: 8, weight: 1)),
            TableColumn("BATCH", .fixed(6), .right), TableColumn("ROWS", .fixed(10), .right),
            TableColumn("TRIGGER", .fixed(9), .right), TableColumn("ADD BATCH", .fixed(9), .right),
            TableColumn("IN/S", .fixed(9), .right), TableColumn("DONE/S", .fixed(9), .right),
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
        if table.rows.isEmpty { table.header = [[TextRun("No streaming query ran.", .dim)]] }
        return table
    }

    /// A query's batches over time: rows in and done a second, durations, state, watermark lag.
    private func plots(of query: SparkStreamingQuery) -> [[TextRun]] {
        let batches = query.progress.suffix(44)
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
        func rows(_ value: Double) -> String { "\(value.whole)" }
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
            line("state rows", .accent2, batches.map { Double($0.stateRows) }, rows),
            line("watermark lag", .warning, lags) { AdviceText.time($0.whole) },
        ]
        return [[TextRun(query.name ?? query.id, .strong)]] + lines.compactMap { $0 } + [[]]
    }

    private func rate(_ value: Double?) -> ProfileTable.Cell {
        guard let value, value.isFinite, abs(value) < 1e15 else { return .text("-", .dim) }
        return .number(value, "\(Int64(value.rounded()))", .plain)
    }

    var failures: ProfileTable {
        var table = ProfileTable()
        table.columns = [
            TableColumn("TIMES", .fixed(6), .right), TableColumn("KIND", .fixed(20)),
            TableColumn("REASON", .flexible(least: 20, weight: 1)),
        ]
        table.rows = application.endReasons.filter { $0.kind != "Success" }
            .sorted { $0.count > $1.count }.map { reason in
                let text = [reason.exceptionClass, reason.message].compactMap { $0 }
                let line = text.joined(separator: ": ")
                return ProfileTable.Row(
                    cells: [
                        count(Int64(reason.count), .error), .text(reason.kind, .plain),
                        .text(line, .plain),
                    ], target: nil, copy: line)
            }
        for job in application.jobs {
            guard case .failed(let message) = job.outcome else { continue }
            table.rows.append(
                ProfileTable.Row(
                    cells: [
                        count(1, .error), .text("job \(job.id)", .plain), .text(message, .plain),
                    ], target: nil, copy: message))
        }
        if table.rows.isEmpty { table.header = [[TextRun("Nothing failed.", .stateSuccess)]] }
        return table
    }

    /// Settings that somebody set; the rest are defaults of the version and not in the log.
    var environment: ProfileTable {
        var table = ProfileTable()
        table.header = [
            [
                TextRun(
                    "What was set; everything else is the version's default. Marked: differs.", .dim
                )
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
        table.rows = rows(application.sparkProperties, "application")
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
