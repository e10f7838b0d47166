import Domain
import PaneKit
import RunProfiles
import Screen
import SparkAdvice

extension RunPair {
    /// Both runs to one scale of time, what changed most first.
    func table(_ charset: Charset) -> ProfileTable {
        var table = ProfileTable()
        let change = comparison.elapsedAfter.microseconds - comparison.elapsedBefore.microseconds
        table.header = [
            line("before", before), line("after", after),
            [
                TextRun("change    ", .dim),
                TextRun(RunTables.signed(change), Self.role(of: change, comparison.elapsedBefore)),
                TextRun(
                    after.run.pipeline == before.run.pipeline
                        ? "" : "  two pipelines: tasks are matched by their names", .warning),
            ],
        ]
        table.columns = [
            TableColumn("TASK", .flexible(least: 16, weight: 1)),
            TableColumn("BEFORE", .fixed(7), .right), TableColumn("AFTER", .fixed(7), .right),
            TableColumn("CHANGE", .fixed(8), .right),
            TableColumn("WHEN, BEFORE", .flexible(least: 12, weight: 1)),
            TableColumn("WHEN, AFTER", .flexible(least: 12, weight: 1)),
            TableColumn("WAITED", .fixed(16), .right), TableColumn("CPU", .fixed(16), .right),
            TableColumn("MEMORY", .fixed(18), .right), TableColumn("STATE", .fixed(18)),
        ]
        let length = max(before.elapsed, after.elapsed)
        let scales = (TimeScale(before, length: length), TimeScale(after, length: length))
        let old = Self.byID(before)
        let new = Self.byID(after)
        let sorted = comparison.tasks.enumerated().sorted { left, right in
            let sizes = [left, right].map { $0.element.runningChange?.microseconds.magnitude }
            return sizes[0] == sizes[1]
                ? left.offset < right.offset : sizes[0] ?? .max > sizes[1] ?? .max
        }
        table.rows = sorted.map { _, task in
            ProfileTable.Row(
                cells: [
                    .text(task.id.name, task.after?.isCritical ?? false ? .strong : .plain),
                    Self.span(task.before?.running), Self.span(task.after?.running),
                    Self.change(task),
                    old[task.id].map { .gantt(scales.0.bar($0, withSlack: false)) }
                        ?? .text("", .plain),
                    new[task.id].map { .gantt(scales.1.bar($0, withSlack: false)) }
                        ?? .text("", .plain),
                    both(task, charset) { $0.waiting.humanText },
                    both(task, charset) { $0.use?.cpuTime.humanText },
                    both(task, charset) { $0.use?.peakMemory.map { AdviceText.size($0) } },
                    both(task, charset) { $0.state.rawValue.replacing("_", with: " ") },
                ], target: .run(.task(task.id)), copy: task.id.name)
        }
        return table
    }

    private func line(_ label: String, _ profile: RunProfile) -> [TextRun] {
        [
            TextRun(label + String(repeating: " ", count: max(1, 10 - label.count)), .dim),
            TextRun("\(profile.run.pipeline) \(profile.run.id)  ", .plain),
            TextRun(profile.run.state.rawValue, RunTables.role(of: profile.run.state)),
            TextRun("  \(profile.elapsed.humanText)", .strong),
        ]
    }

    private static func byID(_ profile: RunProfile) -> [TaskID: TaskProfile] {
        Dictionary(profile.tasks.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private static func span(_ span: Span?) -> ProfileTable.Cell {
        span.map { .number(Double($0.microseconds), $0.humanText, .plain) } ?? .text("-", .dim)
    }

    private static func change(_ task: TaskChange) -> ProfileTable.Cell {
        guard let change = task.runningChange, let before = task.before else {
            return .text(task.before == nil ? "new" : "gone", .info)
        }
        return .number(
            Double(change.microseconds), RunTables.signed(change.microseconds),
            role(of: change.microseconds, before.running))
    }

    /// A tenth more or less is worth a colour, a blink is not.
    private static func role(of change: Int64, _ before: Span) -> Role {
        guard change.magnitude > 50_000, change.magnitude > before.microseconds.magnitude / 10
        else { return .plain }
        return change > 0 ? .warning : .stateSuccess
    }

    private func both(
        _ task: TaskChange, _ charset: Charset, _ text: (TaskMeasures) -> String?
    ) -> ProfileTable.Cell {
        let (old, new) = (task.before.flatMap(text), task.after.flatMap(text))
        if old == new { return .text(old ?? "-", .dim) }
        let arrow = charset.pick("→", ascii: ">")
        return .text("\(old ?? "-") \(arrow) \(new ?? "-")", .plain)
    }
}
