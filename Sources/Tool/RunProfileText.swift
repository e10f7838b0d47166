import Domain
import RunProfiles
import Screen

/// A run's profile for people: the chain that decided the end, a line a task with its place in time,
/// and what stands out.
struct RunProfileText {
    private let profile: RunProfile
    private static let barWidth = 40
    private static let mostTasks = 200

    init(_ profile: RunProfile) { self.profile = profile }

    var text: String {
        var lines = [headline]
        if let estimate = profile.estimate {
            let rest = estimate.end.since(profile.until)
            lines.append(
                "ends in about \(rest.humanText), at \(estimate.end.iso8601) "
                    + "(\(estimate.early.iso8601) … \(estimate.late.iso8601))")
        }
        lines += ["", "CRITICAL PATH"]
        lines += criticalPath
        lines += ["", "TASKS", tasks, ""]
        lines += slots
        return lines.joined(separator: "\n")
    }

    private var headline: String {
        let run = profile.run
        var text = "\(run.id) of \(run.pipeline): \(run.state.rawValue), "
        text +=
            run.state.isSettled
            ? "took \(profile.elapsed.humanText)" : "for \(profile.elapsed.humanText)"
        if let past = profile.past {
            text +=
                "; the \(past.elapsed.count) runs before: median \(past.elapsed.median.humanText), "
                + "half of them \(past.elapsed.lowerQuartile.humanText) … "
                + past.elapsed.upperQuartile.humanText
        }
        return text.printable
    }

    private var criticalPath: [String] {
        guard !profile.criticalPath.isEmpty else { return ["  nothing has run"] }
        var table = TextTable(["  TASK", "TOOK", "RAN", "NO SLOT", "PAUSED"])
        for step in profile.criticalPath {
            table.add([
                "  " + step.task.name, step.length.humanText, step.running.humanText,
                step.waiting.humanText, step.pausing.humanText,
            ])
        }
        return [table.text]
    }

    private var tasks: String {
        var table = TextTable([
            "TASK", "STATE", "RAN", "USUALLY", "SLACK", "WAITED FOR", "CPU", "MEMORY", "WHEN",
        ])
        for task in profile.tasks.prefix(Self.mostTasks) {
            let usual = task.past.map { past in
                past.median.humanText + (past.isUnusual(task.runningTime) ? " !" : "")
            }
            table.add([
                (task.isCritical ? "* " : "  ") + task.id.name, task.state.rawValue,
                task.startedAt == nil ? "-" : task.runningTime.humanText, usual ?? "-",
                task.slack?.humanText ?? "-", task.waits.first.map { words($0) } ?? "-",
                task.use?.cpuTime.humanText ?? "-",
                task.use?.peakMemory.map { MemoryText.text($0) } ?? "-", bar(task),
            ])
        }
        let rest = profile.tasks.count - Self.mostTasks
        return table.text + (rest > 0 ? "\n… and \(rest) more: --json has all" : "")
    }

    private func words(_ wait: TaskWait) -> String {
        let what =
            switch wait.reason {
            case .task(let task): task.name
            case .slot(let pool): pool == .standard ? "a slot" : "a slot of \(pool)"
            case .retry: "a retry"
            case .condition: "its condition"
            case .run: "the run"
            }
        return "\(what) \(wait.length.humanText)"
    }

    /// `.` waiting, `#` running, `r` between attempts, `~` deferred.
    private func bar(_ task: TaskProfile) -> String {
        let start = profile.until.microseconds - profile.elapsed.microseconds
        let length = Double(max(1, profile.elapsed.microseconds))
        var cells = [Character](repeating: " ", count: Self.barWidth)
        for stretch in task.stretches {
            func place(_ at: Instant) -> Int {
                let share = Double(at.microseconds - start) / length * Double(Self.barWidth)
                return min(Self.barWidth - 1, max(0, Int(share)))
            }
            let mark: Character =
                switch stretch.kind {
                case .waiting: "."
                case .running: "#"
                case .retrying: "r"
                case .deferred: "~"
                }
            for cell in place(stretch.start)...max(place(stretch.start), place(stretch.end)) {
                if cells[cell] != "#" { cells[cell] = mark }
            }
        }
        while cells.last == " " { cells.removeLast() }
        return String(cells)
    }

    private var slots: [String] {
        let slots = profile.slots
        guard let capacity = slots.capacity else {
            return ["slots: at most \(slots.peak) at once"]
        }
        let all = Double(max(1, slots.busy.microseconds + slots.idle.microseconds))
        let share = Int((Double(slots.busy.microseconds) / all * 100).rounded())
        var line = "slots: \(share) % of \(capacity) busy, at most \(slots.peak) at once"
        if slots.idleWhileWaiting > .milliseconds(10) {
            line += "; \(slots.idleWhileWaiting.humanText) of them idle while tasks waited"
        }
        return [
            line,
            "* on the critical path   # running   . waiting for a slot   r retrying   ~ deferred",
        ]
    }
}

extension RunComparison {
    /// The comparison for people: what changed most comes first.
    var text: String {
        let change = Span(microseconds: elapsedAfter.microseconds - elapsedBefore.microseconds)
        var table = TextTable(["TASK", "BEFORE", "AFTER", "CHANGE", "CPU", "MEMORY", "STATE"])
        let sorted = tasks.enumerated().sorted { left, right in
            let sizes = [left, right].map {
                $0.element.runningChange?.microseconds.magnitude ?? .max
            }
            return sizes[0] == sizes[1] ? left.offset < right.offset : sizes[0] > sizes[1]
        }
        for (_, task) in sorted {
            table.add([
                task.id.name, task.before?.running.humanText ?? "-",
                task.after?.running.humanText ?? "-",
                task.runningChange.map { signed($0) } ?? (task.before == nil ? "new" : "gone"),
                pair(task) { $0.use?.cpuTime.humanText },
                pair(task) { $0.use?.peakMemory.map { MemoryText.text($0) } },
                pair(task) { $0.state.rawValue },
            ])
        }
        let head =
            "\(before.id) took \(elapsedBefore.humanText), \(after.id) \(elapsedAfter.humanText): "
            + signed(change)
        return head.printable + "\n\n" + table.text
    }

    private func signed(_ span: Span) -> String {
        (span > .zero ? "+" : "") + span.humanText
    }

    private func pair(_ task: TaskChange, _ value: (TaskMeasures) -> String?) -> String {
        let before = task.before.flatMap(value) ?? "-"
        let after = task.after.flatMap(value) ?? "-"
        return before == after ? after : "\(before) → \(after)"
    }
}
