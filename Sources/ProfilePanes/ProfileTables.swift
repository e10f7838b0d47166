import PaneKit
import Screen
import SparkAdvice
import SparkLog

/// The tables of all views.
struct ProfileTables {
    let profiled: ProfiledApplication
    let charset: Charset
    var distribution = StageDistribution.run
    var profile: ApplicationProfile { profiled.profile }
    var application: SparkApplication { profiled.application }

    func table(_ view: ProfileView) -> ProfileTable {
        switch view {
        case .overview: overview
        case .jobs: jobs
        case .job(let index): job(index)
        case .executor(let index): executor(index)
        case .whatIf: whatIf
        // Two applications: ``ComparedRuns`` has its table.
        case .comparison: ProfileTable()
        case .stages: stages(profile.stages)
        case .stage(let index): stage(index)
        case .tasks(let index): tasks(index)
        case .queries: queries
        case .plan(let index, let version): plan(index, version: version)
        case .executors: executors
        case .timeline: timeline
        case .findings: findings
        case .finding(let index): finding(index)
        case .storage: storage
        case .streams: streams
        case .failures: failures
        case .environment: environment
        // Runs of pipelines: ``RunList`` and ``RunTables`` have theirs.
        case .runs, .run: ProfileTable()
        }
    }

    // MARK: Cells

    func time(_ milliseconds: Int64, _ role: Role = .plain) -> ProfileTable.Cell {
        .number(Double(milliseconds), AdviceText.shortTime(milliseconds), role)
    }

    func size(_ bytes: Int64, _ role: Role = .plain) -> ProfileTable.Cell {
        .number(Double(bytes), bytes == 0 ? "-" : AdviceText.size(bytes), bytes == 0 ? .dim : role)
    }

    func count(_ number: Int64, _ role: Role = .plain) -> ProfileTable.Cell {
        .number(Double(number), number == 0 ? "-" : "\(number)", number == 0 ? .dim : role)
    }

    /// Where a span lies in the application's time.
    func bar(_ from: Int64, _ to: Int64, _ role: Role) -> ProfileTable.Cell {
        let wall = Double(profile.wall)
        return .bar(
            from: (Double(from) - Double(profile.start)) / wall,
            to: (Double(to) - Double(profile.start)) / wall, role)
    }

    func pair(_ key: String, _ value: String, _ role: Role = .plain) -> [TextRun] {
        let padded = key + String(repeating: " ", count: max(1, 20 - key.count))
        return [TextRun(padded, .dim), TextRun(value, role)]
    }

    /// The words of a text in lines that fit 80 columns.
    func wrapped(_ text: String, width: Int = 76) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }

    // MARK: Overview

    private var overview: ProfileTable {
        let path = profiled.criticalPath
        let lifetime = max(1, lifetimeOfSlots)
        let busy = profile.stages.map(\.duration.sum).total
        let wall = profile.wall
        let driver = AdviceText.percent(Double(path.waiting) / Double(wall))
        var table = ProfileTable()
        table.header = [
            pair("application", "\(application.name ?? "-")  \(application.id ?? "")"),
            pair(
                "Spark",
                "\(application.sparkVersion ?? "-"), \(profiled.facts.layout) log in "
                    + "\(profiled.facts.codec)\(profiled.facts.isInProgress ? ", in progress" : "")"
            ),
            pair("wall time", AdviceText.time(wall), .strong),
            wallBar, wallLegend(0..<2), wallLegend(2..<4),
            pair(
                "critical path",
                "\(path.stages.count) stage\(path.stages.count == 1 ? "" : "s") "
                    + "\(AdviceText.time(wall - path.waiting)), the program "
                    + "\(AdviceText.time(path.waiting)) (\(driver))"),
            pair(
                "slots busy",
                "\(AdviceText.percent(Double(busy) / Double(lifetime))) of "
                    + "\(AdviceText.time(lifetime)) slot time"),
            busyLine,
            pair("tasks", tasksInWords, failedTasks > 0 ? .warning : .plain),
            pair(
                "data",
                "\(AdviceText.size(application.total(.inputBytes))) in, "
                    + "\(AdviceText.size(application.total(.shuffleWriteBytes))) shuffled, "
                    + "\(AdviceText.size(application.total(.outputBytes))) out"),
            pair(
                "spilled, GC",
                "\(AdviceText.size(application.total(.diskSpillBytes))) to disk, "
                    + "\(AdviceText.time(application.total(.gcMilliseconds))) collecting garbage"),
        ]
        if application.reading.badLines > 0 || application.reading.isTruncated {
            let cut = application.reading.isTruncated ? ", ends abruptly" : ""
            table.header.append(
                pair("incomplete", "\(application.reading.badLines) bad lines\(cut)", .warning))
        }
        // Last, for a low screen has no room for them.
        table.header += executorLines
        table.header.append([])
        table.columns = [
            TableColumn("FINDING", .flexible(least: 20, weight: 1)),
            TableColumn("SEVERITY", .fixed(8)), TableColumn("STAGE", .fixed(6), .right),
            TableColumn("SAVES", .fixed(22), .right),
        ]
        table.rows = profiled.findings.enumerated().map { index, finding in
            findingRow(finding, index)
        }
        if table.rows.isEmpty {
            table.header.append([TextRun("No finding would save 3 % of the time.", .stateSuccess)])
        }
        return table
    }

    private var failedTasks: Int {
        application.stages.indices.reduce(0) { $0 + application.stages[$1].failedTasks }
    }

    private var tasksInWords: String {
        let executors = application.executors.indices.filter {
            application.executors[$0].endedTasks > 0
        }.count
        return "\(application.tasks.count) on \(executors) "
            + "executor\(executors == 1 ? "" : "s"), "
            + (failedTasks == 0 ? "none failed" : "\(failedTasks) failed")
    }

    private var lifetimeOfSlots: Int64 {
        application.executors.map { executor in
            guard executor.cores > 0 else { return 0 }
            let from = max(profile.start, executor.addedAt?.inMilliseconds ?? profile.start)
            let to = min(profile.end, executor.removedAt?.inMilliseconds ?? profile.end)
            return max(0, to - from).timesSaturated(Int64(executor.cores))
        }.total
    }

    private var busyLine: [TextRun] { loadLine(of: profile.stages.flatMap(\.tasks)) }

    /// The parts of the wall time, in the order in which they call for attention.
    private var wallParts: [(name: String, time: Int64, mark: String, role: Role)] {
        let time = profiled.wallTime
        return [
            ("before the first task", time.starting, charset.pick("░", ascii: "."), .dim),
            ("no task running", time.noTask, charset.pick("▒", ascii: "-"), .warning),
            ("some slots idle", time.someSlots, charset.pick("▓", ascii: "+"), .accent1),
            ("all slots busy", time.allSlots, charset.pick("█", ascii: "#"), .stateSuccess),
        ]
    }

    /// Where the wall time went, as many steps as 80 columns have room for.
    private var wallBar: [TextRun] {
        let total = Double(max(1, profiled.wallTime.total))
        var (sum, drawn) = (Int64(0), 0)
        let runs = wallParts.map { part in
            sum += part.time
            let to = Int((Double(sum) / total * 56).rounded())
            defer { drawn = to }
            return TextRun(String(repeating: part.mark, count: to - drawn), part.role)
        }
        return [TextRun("where it went       ", .dim)] + runs
    }

    /// What the parts of the bar are, two a line.
    private func wallLegend(_ range: Range<Int>) -> [TextRun] {
        [TextRun(String(repeating: " ", count: 20), .dim)]
            + wallParts[range].enumerated().flatMap { place, part in
                [
                    TextRun((place > 0 ? "   " : "") + part.mark + " ", part.role),
                    TextRun("\(part.name) \(AdviceText.time(part.time))", .plain),
                ]
            }
    }

    /// The load of each executor below that of all, where there are several and few.
    private var executorLines: [[TextRun]] {
        let busy = application.executors.indices.filter {
            application.executors[$0].endedTasks > 0
        }
        guard (2...6).contains(busy.count) else { return [] }
        let tasks = Dictionary(grouping: profile.stages.flatMap(\.tasks), by: \.executor)
        return busy.map { index in
            let name = String("executor \(application.executors[index].id)".prefix(18))
            return loadLine(of: tasks[index] ?? [], named: "  " + name)
        }
    }

    /// Running tasks over time, as many steps as 80 columns have room for.
    func loadLine(
        of tasks: [StageProfile.Task], named name: String = "tasks over time"
    ) -> [TextRun] {
        let steps = 46
        var load = [Double](repeating: 0, count: steps)
        let step = max(1, Double(profile.wall) / Double(steps))
        for task in tasks {
            let from = Double(task.launch - profile.start) / step
            let to = Double(task.launch + task.duration - profile.start) / step
            var place = min(steps, max(0, Int(max(0, min(from, Double(steps))))))
            while place < steps, Double(place) < to {
                let part = min(to, Double(place + 1)) - max(from, Double(place))
                load[place] += max(0, part)
                place += 1
            }
        }
        let most = max(1, load.max() ?? 1)
        let marks = charset.pick(" ▁▂▃▄▅▆▇█", ascii: " .:-=+*#@").map(String.init)
        let line = load.map { marks[Int((($0 / most).share * 8).rounded(.up))] }.joined()
        return [
            pair(name, "")[0], TextRun(line, .accent1),
            TextRun("  at most \(most.whole)", .dim),
        ]
    }

    func findingRow(_ finding: Finding, _ index: Int) -> ProfileTable.Row {
        let role: Role = finding.severity >= .high ? .error : .warning
        let saving =
            finding.saving.high == 0
            ? AdviceText.range(finding.saving)
            : AdviceText.shortRange(finding.saving.low, finding.saving.high)
        return ProfileTable.Row(
            cells: [
                .text("\(finding.rule.rawValue): \(finding.title)", .plain),
                .text(finding.severity.name, role),
                finding.stage.map { .number(Double($0), "\($0)", .plain) } ?? .text("-", .dim),
                .number(Double(finding.saving.middle), saving, .plain),
            ], target: .finding(index), copy: "\(finding.rule.rawValue): \(finding.title)")
    }

    private var findings: ProfileTable {
        var table = ProfileTable()
        table.columns = [
            TableColumn("FINDING", .flexible(least: 20, weight: 1)),
            TableColumn("SEVERITY", .fixed(8)), TableColumn("STAGE", .fixed(6), .right),
            TableColumn("SAVES", .fixed(22), .right),
        ]
        table.rows = profiled.findings.enumerated().map { findingRow($1, $0) }
        if table.rows.isEmpty {
            table.header = [[TextRun("No finding would save 3 % of the time.", .stateSuccess)]]
        }
        return table
    }

    private func finding(_ index: Int) -> ProfileTable {
        guard profiled.findings.indices.contains(index) else { return ProfileTable() }
        let finding = profiled.findings[index]
        var table = ProfileTable()
        table.header =
            wrapped(finding.title).map { [TextRun($0, .strong)] } + [
                [],
                pair("rule", finding.rule.rawValue),
                pair(
                    "severity", finding.severity.name, finding.severity >= .high ? .error : .warning
                ),
                pair("saves", AdviceText.range(finding.saving)),
                pair("confidence", AdviceText.percent(finding.confidence)),
            ]
        if let verdicts = profiled.verdicts[finding.rule] {
            table.header.append(pair("proved here", verdicts))
        }
        table.header.append([])
        for change in finding.changes {
            for (place, line) in wrapped(change.text, width: 74).enumerated() {
                let mark = place > 0 ? "  " : charset.pick("→ ", ascii: "> ")
                table.header.append([TextRun(mark, .accent1), TextRun(line, .plain)])
            }
        }
        table.header.append([])
        table.columns = [
            TableColumn("EVIDENCE", .flexible(least: 16, weight: 1)),
            TableColumn("VALUE", .flexible(least: 12, weight: 2)),
        ]
        let stage = finding.stage.flatMap { id in
            profile.stages.first { $0.id == id && $0.attempt == finding.stageAttempt ?? 0 }?.index
        }
        table.rows = finding.evidence.map { evidence in
            ProfileTable.Row(
                cells: [.text(evidence.key, .plain), .text(evidence.text, .plain)],
                target: stage.map { .stage($0) }, copy: finding.submitArguments ?? finding.title)
        }
        return table
    }
}
