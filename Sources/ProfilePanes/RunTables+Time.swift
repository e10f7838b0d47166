import Domain
import PaneKit
import RunProfiles
import Screen
import SparkAdvice

extension RunTables {
    /// A line a task: waiting, running, between attempts, and how much later it might have ended.
    var timeline: ProfileTable {
        var table = ProfileTable()
        table.header = [legend]
        table.columns = [
            TableColumn("TASK", .flexible(least: 16, weight: 1)),
            TableColumn("WHEN", .flexible(least: 12, weight: 4)),
            TableColumn("RAN", .fixed(7), .right), TableColumn("SLACK", .fixed(7), .right),
            TableColumn("STATE", .fixed(15)), TableColumn("WAITED FOR", .fixed(24)),
        ]
        let scale = TimeScale(run)
        table.rows = ordered.map { task in
            ProfileTable.Row(
                cells: [
                    name(task), .gantt(scale.bar(task, withSlack: true)),
                    span(task.startedAt == nil ? nil : task.runningTime),
                    span(task.isCritical ? .zero : task.slack, .dim), state(task), wait(task),
                ], target: .run(.task(task.id)), copy: task.id.name)
        }
        return table
    }

    private var legend: [TextRun] {
        let entries: [(GanttBar.Kind, String, Role)] = [
            (.running, "runs", .stateSuccess), (.waiting, "waits for a slot", .stateQueued),
            (.retrying, "between attempts", .stateRetry), (.deferred, "its condition", .dim),
            (.slack, "slack", .dim),
        ]
        let mark = charset.pick("◆", ascii: "*")
        return entries.flatMap { kind, text, role in
            [TextRun(kind.glyph(charset) + " ", role), TextRun(text + "  ", .dim)]
        } + [TextRun(mark + " ", .strong), TextRun("decided the end", .dim)]
    }

    /// Tasks as they came to be ready, the instances of a mapped one behind it.
    private var ordered: [TaskProfile] {
        func start(_ task: TaskProfile) -> Instant {
            task.stretches.first?.start ?? task.readyAt ?? task.endedAt ?? run.until
        }
        var starts: [TaskID: (at: Instant, place: Int)] = [:]
        for (place, task) in run.tasks.enumerated() where task.id.instanceParts == nil {
            starts[task.id] = (start(task), place)
        }
        let keyed = run.tasks.enumerated().map { place, task in
            let parent = task.id.instanceParts?.task ?? task.id
            let own = starts[parent] ?? (start(task), place)
            return (own: own, isInstance: parent != task.id, place: place, task: task)
        }
        return keyed.sorted { left, right in
            if left.own.at != right.own.at { return left.own.at < right.own.at }
            if left.own.place != right.own.place { return left.own.place < right.own.place }
            return left.isInstance == right.isInstance
                ? left.place < right.place : right.isInstance
        }.map(\.task)
    }

    /// The chain of tasks that decided the end.
    var path: ProfileTable {
        var table = ProfileTable()
        let ran = run.criticalPath.reduce(Span.zero) { $0 + $1.running }
        let waited = run.criticalPath.reduce(Span.zero) { $0 + $1.waiting }
        let paused = run.criticalPath.reduce(Span.zero) { $0 + $1.pausing }
        table.header = [
            pair(
                "path",
                "\(run.criticalPath.count) tasks: \(ran.humanText) running, "
                    + "\(waited.humanText) without a slot, \(paused.humanText) paused")
        ]
        table.columns = [
            TableColumn("TASK", .flexible(least: 16, weight: 1)),
            TableColumn("READY", .fixed(8)), TableColumn("TOOK", .fixed(7), .right),
            TableColumn("RAN", .fixed(7), .right), TableColumn("NO SLOT", .fixed(7), .right),
            TableColumn("PAUSED", .fixed(7), .right),
            TableColumn("WHEN", .flexible(least: 16, weight: 2)),
        ]
        let scale = TimeScale(run)
        let byID = Dictionary(
            run.tasks.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        table.rows = run.criticalPath.map { step in
            ProfileTable.Row(
                cells: [
                    .text(step.task.name, .strong),
                    .number(Double(step.readyAt.microseconds), time(step.readyAt), .dim),
                    span(step.length, .strong), span(step.running),
                    span(step.waiting, .stateQueued), span(step.pausing, .stateRetry),
                    byID[step.task].map { .gantt(scale.bar($0, withSlack: false)) }
                        ?? .text("", .plain),
                ], target: .run(.task(step.task)), copy: step.task.name)
        }
        return table
    }

    /// How many slots were busy over time, and how long each number of them was.
    var slots: ProfileTable {
        var table = ProfileTable()
        table.header =
            [[]] + SlotPlot(run, charset, steps: max(4, min(120, width - 22))).lines + [[]]
        table.columns = [
            TableColumn("SLOTS BUSY", .fixed(10), .right), TableColumn("FOR", .fixed(8), .right),
            TableColumn("SHARE", .fixed(6), .right),
            TableColumn("WHILE TASKS WAITED", .fixed(18), .right),
            TableColumn("", .flexible(least: 10, weight: 1)),
        ]
        var lengths: [Int: (all: Int64, waiting: Int64)] = [:]
        for (level, next) in zip(run.slots.timeline, run.slots.timeline.dropFirst()) {
            add(level, until: next.at)
        }
        if let last = run.slots.timeline.last { add(last, until: run.until) }
        func add(_ level: SlotUse.Level, until end: Instant) {
            let length = max(0, end.since(level.at).microseconds)
            lengths[level.busy, default: (0, 0)].all += length
            if level.waiting > 0 { lengths[level.busy, default: (0, 0)].waiting += length }
        }
        let all = max(1, lengths.values.reduce(0) { $0 + $1.all })
        table.rows = lengths.sorted { $0.key > $1.key }.map { busy, length in
            let share = Double(length.all) / Double(all)
            return ProfileTable.Row(
                cells: [
                    .number(Double(busy), "\(busy)", .plain),
                    span(Span(microseconds: length.all)),
                    .number(share, AdviceText.percent(share), .plain),
                    span(Span(microseconds: length.waiting), .warning),
                    .bar(from: 0, to: share, .accent1),
                ], target: nil, copy: "\(busy)")
        }
        return table
    }
}

/// Where moments of a run lie in a line, as shares of it.
struct TimeScale {
    private let start: Int64
    private let length: Double

    /// - Parameter length: what the whole line stands for; nil: the run from its start to its end.
    init(_ run: RunProfile, length: Span? = nil) {
        start = run.until.microseconds - run.elapsed.microseconds
        self.length = Double(max(1, (length ?? run.elapsed).microseconds))
    }

    func share(_ at: Instant) -> Double { Double(at.microseconds - start) / length }

    func bar(_ task: TaskProfile, withSlack: Bool) -> GanttBar {
        var parts = task.stretches.map { stretch in
            let (kind, role): (GanttBar.Kind, Role) =
                switch stretch.kind {
                case .waiting: (.waiting, .stateQueued)
                case .running: (.running, Self.role(stretch, of: task))
                case .retrying: (.retrying, .stateRetry)
                case .deferred: (.deferred, .dim)
                }
            return GanttBar.Part(
                kind: kind, from: share(stretch.start), to: share(stretch.end), role: role)
        }
        if withSlack, let slack = task.slack, slack > .zero, let ended = task.endedAt {
            let end = ended.advanced(by: slack)
            parts.append(
                GanttBar.Part(kind: .slack, from: share(ended), to: share(end), role: .dim))
        }
        return GanttBar(parts: parts)
    }

    /// How the attempt ended that ran.
    private static func role(_ stretch: TaskStretch, of task: TaskProfile) -> Role {
        guard let attempt = task.attempts.first(where: { $0.id.number == stretch.attempt }) else {
            return RunTables.role(of: task.state)
        }
        switch attempt.outcome {
        case nil: return .stateRunning
        case .exited(code: 0), .unchanged: return .stateSuccess
        default: return .stateFailed
        }
    }
}

/// Slots held over the time of a run, as a plot of a few lines.
struct SlotPlot {
    private static let height = 5
    private let steps: Int
    private let busy: [Double]
    private let waiting: [Double]
    private let most: Double
    private let charset: Charset

    /// - Parameter steps: cells of the line that the run's time is.
    init(_ run: RunProfile, _ charset: Charset, steps: Int) {
        self.charset = charset
        self.steps = steps
        var busy = [Double](repeating: 0, count: steps)
        var waiting = busy
        let scale = TimeScale(run)
        let levels = run.slots.timeline
        for (place, level) in levels.enumerated() {
            let next = place + 1 < levels.count ? levels[place + 1].at : run.until
            let from = scale.share(level.at) * Double(steps)
            let to = scale.share(next) * Double(steps)
            var step = max(0, min(steps, Int(max(0, from))))
            while step < steps, Double(step) < to {
                let part = min(to, Double(step + 1)) - max(from, Double(step))
                busy[step] += max(0, part) * Double(level.busy)
                waiting[step] += max(0, part) * Double(level.waiting)
                step += 1
            }
        }
        (self.busy, self.waiting) = (busy, waiting)
        most = max(1, Double(run.slots.capacity ?? run.slots.peak), busy.max() ?? 1)
    }

    var lines: [[TextRun]] {
        let marks = charset.pick(" ▁▂▃▄▅▆▇█", ascii: " ..::==##").map(String.init)
        func line(_ values: [Double], _ low: Double, _ high: Double) -> String {
            values.map { value in
                let filled = (value - low) / (high - low)
                return marks[min(8, max(0, Int((filled * 8).rounded())))]
            }.joined()
        }
        var lines: [[TextRun]] = []
        let step = most / Double(Self.height)
        for row in (0..<Self.height).reversed() {
            let high = step * Double(row + 1)
            let label = row == Self.height - 1 ? "\(Int(most)) slots" : ""
            lines.append([
                TextRun(padded(label), .dim), TextRun(line(busy, high - step, high), .accent1),
            ])
        }
        let queue = waiting.max() ?? 0
        if queue > 0 {
            lines.append([
                TextRun(padded("waiting"), .dim), TextRun(line(waiting, 0, queue), .warning),
                TextRun("  at most \(Int(queue.rounded(.up)))", .dim),
            ])
        }
        return lines
    }

    private func padded(_ text: String) -> String {
        text + String(repeating: " ", count: max(1, 10 - text.count))
    }
}
