import PaneKit
import Screen
import SparkAdvice
import SparkLog

extension ProfileTables {
    /// Where the time went, and what was found.
    var overview: ProfileTable {
        let path = profiled.criticalPath
        let busy = profile.stages.map(\.duration.sum).total
        let wall = profile.wall
        let driver = AdviceText.percent(Double(path.waiting) / Double(wall))
        var table = ProfileTable()
        table.header = [pair("wall time", AdviceText.time(wall), .strong)]
        table.header += failedJobs
        table.header += [wallBar] + wallLegend
        table.header += [
            pair(
                "critical path",
                "\(path.stages.count) stage\(path.stages.count == 1 ? "" : "s") "
                    + "\(AdviceText.time(wall - path.waiting)), the program "
                    + "\(AdviceText.time(path.waiting)) (\(driver))"),
            pair("slots busy", slotsInWords(busy)),
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
            pair("application", "\(application.name ?? "-")  \(application.id ?? "")"),
            pair("Spark", "\(application.sparkVersion ?? "-"), \(sourceInWords)"),
        ]
        if let incomplete { table.header.append(incomplete) }
        if !profiled.facts.notTold.isEmpty {
            table.header.append(
                pair("not told", profiled.facts.notTold.joined(separator: "; "), .dim))
        }
        // Last, for a low screen has no room for them.
        table.header += executorLines
        table.header.append([])
        table.columns = Self.findingColumns
        table.rows = profiled.findings.enumerated().map { index, finding in
            findingRow(finding, index)
        }
        if table.rows.isEmpty {
            table.header.append([TextRun("No finding would save 3 % of the time.", .stateSuccess)])
        }
        return table
    }

    private var sourceInWords: String {
        let facts = profiled.facts
        let source =
            facts.isREST ? "told by its REST API" : "\(facts.layout) log in \(facts.codec)"
        return source + (facts.isInProgress ? ", in progress" : "")
    }

    /// What of the log is not in the figures.
    private var incomplete: [TextRun]? {
        guard !isBeingRead else { return pair("so far", "the log is still being read", .info) }
        let bad = application.reading.badLines
        let parts = [
            bad > 0 ? "\(bad) bad line\(bad == 1 ? "" : "s")" : nil,
            application.reading.isTruncated ? "the log ends abruptly" : nil,
        ].compactMap { $0 }
        return parts.isEmpty
            ? nil : pair("incomplete", parts.joined(separator: ", "), .warning)
    }

    /// That jobs failed, and why the first did.
    private var failedJobs: [[TextRun]] {
        let failed = application.jobs.compactMap { job -> (id: Int, message: String)? in
            guard case .failed(let message) = job.outcome else { return nil }
            return (job.id, message)
        }
        guard let first = failed.first else { return [] }
        let line = first.message.prefix { !$0.isNewline }.prefix(200)
        let many = failed.count == 1 ? "job" : "\(failed.count) jobs, first"
        return [pair("failed", "\(many) \(first.id): \(line)", .error)]
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

    /// Logs of old versions do not tell how many cores an executor had.
    private func slotsInWords(_ busy: Int64) -> String {
        let namesCores = application.executors.contains { $0.cores > 0 }
        let remark = namesCores ? "" : " (of slots taken at once; the log names no cores)"
        let share = Double(busy) / Double(max(1, profile.slotTime))
        return "\(AdviceText.percent(share)) of \(AdviceText.time(profile.slotTime)) slot time"
            + remark
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

    /// Where the wall time went, as many steps as there is room for.
    private var wallBar: [TextRun] {
        let total = Double(max(1, profiled.wallTime.total))
        var (sum, drawn) = (Int64(0), 0)
        let runs = wallParts.map { part in
            sum += part.time
            let to = Int((Double(sum) / total * Double(steps(before: 2))).rounded())
            defer { drawn = to }
            return TextRun(String(repeating: part.mark, count: to - drawn), part.role)
        }
        return [TextRun("where it went       ", .dim)] + runs
    }

    /// What the parts of the bar are, as many a line as fit.
    private var wallLegend: [[TextRun]] {
        let label = width < 60 ? 2 : 20
        let blanks = TextRun(String(repeating: " ", count: label), .dim)
        var (lines, used) = ([[TextRun]](), 0)
        for part in wallParts {
            let text = "\(part.name) \(AdviceText.time(part.time))"
            let cells = 2 + text.count
            let isFirst = lines.isEmpty || used + 3 + cells > width
            if isFirst {
                lines.append([blanks])
                used = label
            }
            lines[lines.count - 1] += [
                TextRun((isFirst ? "" : "   ") + part.mark + " ", part.role), TextRun(text, .plain),
            ]
            used += cells + (isFirst ? 0 : 3)
        }
        return lines
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

    /// Running tasks over time, as many steps as there is room for.
    func loadLine(
        of tasks: [StageProfile.Task], named name: String = "tasks over time"
    ) -> [TextRun] {
        let steps = steps(before: 14)
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
}
