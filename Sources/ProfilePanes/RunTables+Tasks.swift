import Domain
import PaneKit
import RunProfiles
import Screen
import SparkAdvice

extension RunTables {
    func wait(_ task: TaskProfile) -> ProfileTable.Cell {
        guard let first = task.waits.first else { return .text("-", .dim) }
        return .number(
            Double(first.length.microseconds), "\(words(first)) \(first.length.humanText)", .dim)
    }

    /// Times and what the processes used, a line a task.
    var tasks: ProfileTable {
        var table = ProfileTable()
        table.columns = [
            TableColumn("TASK", .flexible(least: 16, weight: 1)), TableColumn("STATE", .fixed(15)),
            TableColumn("RAN", .fixed(7), .right), TableColumn("WAITED", .fixed(7), .right),
            TableColumn("RETRY", .fixed(7), .right), TableColumn("TRIES", .fixed(5), .right),
            TableColumn("SLACK", .fixed(7), .right), TableColumn("CPU", .fixed(7), .right),
            TableColumn("MEMORY", .fixed(8), .right), TableColumn("READ", .fixed(8), .right),
            TableColumn("WRITTEN", .fixed(8), .right),
            TableColumn("WAITED FOR", .flexible(least: 16, weight: 1)),
        ]
        table.rows = run.tasks.map { task in
            ProfileTable.Row(
                cells: [
                    name(task), state(task),
                    span(task.startedAt == nil ? nil : task.runningTime),
                    span(task.readyAt == nil ? nil : task.waitingTime, .stateQueued),
                    span(task.readyAt == nil ? nil : task.retryingTime, .stateRetry),
                    .number(
                        Double(task.attempts.count), "\(task.attempts.count)",
                        task.attempts.count > 1 ? .stateRetry : .dim),
                    span(task.isCritical ? .zero : task.slack, .dim), span(task.use?.cpuTime),
                    size(task.use?.peakMemory), size(task.use?.readBytes),
                    size(task.use?.writtenBytes), wait(task),
                ], target: .run(.task(task.id)), copy: task.id.name)
        }
        return table
    }

    /// Each task against the runs before, what got slower first.
    var before: ProfileTable {
        var table = ProfileTable()
        if run.past != nil, run.tasks.contains(where: { $0.attempts.count > 1 }) {
            table.header = [pair("repeated", "tasks stand with their last attempt", .dim)]
        }
        if run.past == nil {
            table.header = [pair("before", "no run of this pipeline succeeded before", .dim)]
        }
        table.columns = [
            TableColumn("TASK", .flexible(least: 16, weight: 1)),
            TableColumn("RAN", .fixed(7), .right), TableColumn("MEDIAN", .fixed(7), .right),
            TableColumn("CHANGE", .fixed(8), .right), TableColumn("TIMES", .fixed(6), .right),
            TableColumn("HALF OF THEM", .fixed(17), .right),
            TableColumn("LEAST", .fixed(7), .right), TableColumn("MOST", .fixed(7), .right),
            TableColumn("RUNS", .fixed(4), .right), TableColumn("", .fixed(8)),
        ]
        let settled = run.tasks.map { task -> (task: TaskProfile, change: Int64?) in
            guard let past = task.past, task.endedAt != nil, task.startedAt != nil else {
                return (task, nil)
            }
            return (task, comparable(task).microseconds - past.median.microseconds)
        }
        let sorted = settled.enumerated().sorted { left, right in
            let (one, other) = (left.element.change ?? .min, right.element.change ?? .min)
            return one == other ? left.offset < right.offset : one > other
        }
        table.rows = sorted.map { _, entry in
            let (task, change) = entry
            let isUnusual = task.past?.isUnusual(comparable(task)) ?? false
            let role: Role = !isUnusual ? .plain : change ?? 0 > 0 ? .warning : .stateSuccess
            let times = task.past.map {
                Double(comparable(task).microseconds) / Double(max(1, $0.median.microseconds))
            }
            return ProfileTable.Row(
                cells: [
                    name(task), span(task.startedAt == nil ? nil : comparable(task), role),
                    span(task.past?.median),
                    change.map { .number(Double($0), Self.signed($0), role) } ?? .text("-", .dim),
                    change == nil
                        ? .text("-", .dim)
                        : times.map { .number($0, factor($0), role) } ?? .text("-", .dim),
                    task.past.map {
                        .number(
                            Double($0.upperQuartile.microseconds - $0.lowerQuartile.microseconds),
                            "\($0.lowerQuartile.humanText) to \($0.upperQuartile.humanText)", .dim)
                    } ?? .text("-", .dim),
                    span(task.past?.least, .dim), span(task.past?.most, .dim),
                    task.past.map { .number(Double($0.count), "\($0.count)", .dim) }
                        ?? .text("-", .dim), .text(isUnusual ? "unusual" : "", role),
                ], target: .run(.task(task.id)), copy: task.id.name)
        }
        return table
    }

    /// What of the earlier runs is known: how long the last attempt ran.
    private func comparable(_ task: TaskProfile) -> Span {
        guard task.attempts.count > 1,
            let last = task.attempts.max(by: { $0.id.number < $1.id.number })
        else { return task.runningTime }
        return (last.endedAt ?? run.until).since(last.startedAt)
    }

    private func factor(_ times: Double) -> String {
        let tenths = Int((min(times, 99_999) * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)\(charset.pick("×", ascii: "x"))"
    }

    /// Every attempt with what its processes used.
    var attempts: ProfileTable {
        var table = ProfileTable()
        table.columns = Self.attemptColumns("TASK")
        table.rows = run.tasks.flatMap { task in
            task.attempts.map { row($0, name: task.id.name) }
        }
        return table
    }

    private static func attemptColumns(_ first: String) -> [TableColumn] {
        [
            TableColumn(first, .flexible(least: 28, weight: 1)),
            TableColumn("TRY", .fixed(3), .right), TableColumn("BEGAN", .fixed(8)),
            TableColumn("RAN", .fixed(7), .right), TableColumn("ENDED", .fixed(16)),
            TableColumn("CPU", .fixed(7), .right), TableColumn("BUSY", .fixed(6), .right),
            TableColumn("MEMORY", .fixed(8), .right), TableColumn("READ", .fixed(8), .right),
            TableColumn("WRITTEN", .fixed(8), .right),
        ]
    }

    private func row(_ attempt: AttemptRow, name: String) -> ProfileTable.Row {
        let length = (attempt.endedAt ?? run.until).since(attempt.startedAt)
        let busy = attempt.use.map {
            Double($0.cpuTime.microseconds) / Double(max(1, length.microseconds))
        }
        let (words, role) = ending(attempt.outcome)
        return ProfileTable.Row(
            cells: [
                .text(name, .plain),
                .number(Double(attempt.id.number), "\(attempt.id.number)", .plain),
                .number(Double(attempt.startedAt.microseconds), time(attempt.startedAt), .dim),
                span(length), .text(words, role), span(attempt.use?.cpuTime),
                busy.map { .number($0, AdviceText.percent($0), .dim) } ?? .text("-", .dim),
                size(attempt.use?.peakMemory), size(attempt.use?.readBytes),
                size(attempt.use?.writtenBytes),
            ], target: nil, copy: attempt.log,
            link: .log(run.run.id, attempt.id.task, attempt: attempt.id.number))
    }

    private func ending(_ outcome: AttemptOutcome?) -> (words: String, role: Role) {
        switch outcome {
        case nil: ("runs", .stateRunning)
        case .exited(code: 0): ("exit 0", .stateSuccess)
        case .exited(let code): ("exit \(code)", .stateFailed)
        case .signalled(let number): ("signal \(number)", .stateFailed)
        case .notStarted: ("did not start", .stateFailed)
        case .rejected: ("output refused", .stateFailed)
        case .unchanged: ("nothing to do", .stateSkipped)
        case .lost: ("lost", .stateFailed)
        case .failed(let reason): (reason, .stateFailed)
        }
    }

    /// One task: what it waited for, its attempts, and where it leads.
    func task(_ id: TaskID) -> ProfileTable {
        var table = ProfileTable()
        guard let task = run.tasks.first(where: { $0.id == id }) else { return table }
        table.header = [
            [
                TextRun(id.name, .strong), TextRun("  of \(run.run.pipeline) ", .dim),
                TextRun("\(run.run.id)  ", .dim),
                TextRun(
                    task.state.rawValue.replacing("_", with: " "), Self.role(of: task.state)),
            ],
            pair(
                "ran", ranText(task),
                task.past?.isUnusual(comparable(task)) ?? false
                    ? .warning : .plain),
        ]
        if task.isCritical {
            table.header.append(pair("slack", "none: it decided when the run ended", .strong))
        } else if let slack = task.slack {
            table.header.append(
                pair("slack", "it might have ended \(slack.humanText) later"))
        }
        for (place, wait) in task.waits.enumerated() {
            table.header.append(
                pair(place == 0 ? "waited" : "", "\(wait.length.humanText) for \(words(wait))"))
        }
        if let use = task.use {
            table.header.append(pair("used", processors(use)))
            table.header.append(pair("", storage(use)))
        }
        table.header.append([])
        table.columns = Self.attemptColumns("LEADS TO")
        table.rows = task.attempts.reversed().map { row($0, name: "its log") }
        table.rows += (leads[id] ?? []).map { lead in
            ProfileTable.Row(
                cells: [.text("\(lead.kind): \(lead.name)", .link)], target: nil, copy: lead.name,
                link: lead.link)
        }
        return table
    }

    private func ranText(_ task: TaskProfile) -> String {
        guard task.startedAt != nil else { return "not at all" }
        var text = task.runningTime.humanText
        if task.attempts.count > 1 { text += " in \(task.attempts.count) attempts" }
        guard let past = task.past else { return text }
        return text + "; before \(past.median.humanText), half of \(past.count) runs "
            + "\(past.lowerQuartile.humanText) to \(past.upperQuartile.humanText)"
    }

    private func processors(_ use: ResourceUse) -> String {
        "\(use.cpuTime.humanText) of processors (\(use.systemTime.humanText) in the kernel)"
            + (use.peakMemory.map { ", at most \(AdviceText.size($0)) of memory" } ?? "")
    }

    private func storage(_ use: ResourceUse) -> String {
        "\(AdviceText.size(use.readBytes)) read from storage, "
            + "\(AdviceText.size(use.writtenBytes)) written"
    }
}
