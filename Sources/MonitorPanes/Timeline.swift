import Domain
import PaneKit
import Screen

/// The tasks of a run over time: one row each, in the order in which they began.
///
/// Light stretches are waiting: from the end of the last need to the start, and between attempts.
/// Each attempt has its own bar; those before the newest are known once they have been read.
enum Timeline {
    /// Indices of the tasks in the order of their rows: as they began, then those that have not.
    /// O(tasks × log tasks).
    static func rows(_ tasks: [TaskRow]) -> [Int] {
        let begun = tasks.indices.filter { tasks[$0].startedAt != nil }
        let sorted = begun.sorted { left, right in
            let (one, other) = (tasks[left].startedAt, tasks[right].startedAt)
            guard let one, let other, one != other else { return left < right }
            return one < other
        }
        return sorted + tasks.indices.filter { tasks[$0].startedAt == nil }
    }

    static func draw(
        _ state: Monitor.State, in area: Rect, _ context: PaneContext, on grid: inout Grid
    ) {
        let tasks = state.model.tasks
        let rows = state.graph.list.rows(tasks)
        guard let run = state.model.detail?.run, let start = run.startedAt, area.height > 1 else {
            grid.write("The run has not begun.", row: 0, of: area, role: .dim)
            return
        }
        let now = context.clock.now
        let end = max(run.endedAt ?? now, start.advanced(by: .milliseconds(1)))
        let longest = Self.longestName(tasks)
        let labelWidth = min(longest, max(8, area.width / 3))
        let chart = Rect(
            x: area.x + labelWidth + 5, y: area.y,
            width: max(0, area.width - labelWidth - 5 - 8), height: area.height)
        drawAxis(end.since(start), in: chart, on: &grid)
        let scale = Scale(start: start, whole: end.since(start), width: chart.width)
        let critical = Set(state.graph.criticalPath)
        let list = area.split(top: 1).rest
        let top = GraphPane.topRow(state.graph, rows, tasks, height: list.height)
        if rows.isEmpty { grid.write("No task passes the filter.", row: 0, of: list, role: .dim) }
        for (line, index) in rows.dropFirst(top).prefix(list.height).enumerated() {
            let task = tasks[index]
            let mark = task.state.mark
            grid.write(mark.text(grid.charset), row: line, of: list, column: 1, role: mark.role)
            if critical.contains(task.id) {
                grid.write(
                    grid.charset.pick("◆", ascii: "*"), row: line, of: list, column: 2,
                    role: .accent1)
            }
            grid.write(
                task.id.name, row: line, of: list, column: 4, width: labelWidth, role: .strong,
                overflow: .ellipsis)
            let attempts = state.graph.attempts[task.id] ?? []
            let bars = Bars(
                task, attempts: attempts, readyAt: endOfNeeds(task, state.model) ?? start,
                runEnd: end, now: now)
            bars.draw(scale, row: line + 1, of: chart, on: &grid)
            if let took = RunText.duration(task, now: now) {
                grid.writeRight(took.humanText, row: line, of: list, margin: 1, role: .dim)
            }
            if task.id == state.graph.cursorTask {
                grid.highlight(
                    row: line, of: list,
                    surface: context.isFocused ? .selected : .selectedUnfocused)
            }
        }
    }

    /// When the last need of a task ended: it waits for a slot or its start from then on.
    private static func endOfNeeds(_ task: TaskRow, _ model: Model) -> Instant? {
        task.needs.compactMap { model.task($0)?.endedAt }.max()
    }

    /// Cells of the longest name, as far as it can matter; only the first thousand tasks are asked.
    static func longestName(_ tasks: [TaskRow]) -> Int {
        tasks.prefix(1_000).reduce(0) { max($0, DisplayWidth.of($1.id.name)) }
    }

    /// Times since the run's start at the quarters of the chart.
    private static func drawAxis(_ whole: Span, in chart: Rect, on grid: inout Grid) {
        guard chart.width >= 24 else { return }
        for quarter in 0..<4 {
            let time = whole.scaled(by: Double(quarter) / 4).humanText
            let tick = grid.charset.pick("╷", ascii: "'")
            grid.write(
                tick + time, row: 0, of: chart, column: chart.width * quarter / 4, role: .dim)
        }
        grid.writeRight(whole.humanText, row: 0, of: chart, role: .dim)
    }

    /// From instants to columns of the chart.
    struct Scale {
        let start: Instant
        let whole: Span
        let width: Int

        func column(_ instant: Instant) -> Int {
            let share = instant.since(start).inSeconds / max(0.001, whole.inSeconds)
            return min(max(0, Int(share * Double(width))), max(0, width - 1))
        }
    }

    /// What a task did when.
    private struct Bars {
        private struct Bar {
            var from: Instant
            var to: Instant
            var role: Role
        }

        private var waits: [Bar] = []
        private var works: [Bar] = []

        init(
            _ task: TaskRow, attempts: [AttemptRow], readyAt: Instant, runEnd: Instant,
            now: Instant
        ) {
            var free = readyAt
            let newest = attempts.count
            for attempt in attempts where attempt.id.number < max(newest, task.attemptCount) {
                wait(from: free, to: attempt.startedAt, isRetry: attempt.id.number > 1)
                let end = attempt.endedAt ?? attempt.startedAt
                let isGood = attempt.outcome == .exited(code: 0)
                works.append(
                    Bar(
                        from: attempt.startedAt, to: end,
                        role: isGood ? .stateSuccess : .stateFailed))
                free = end
            }
            guard let began = task.startedAt else {
                if task.state == .queued || task.state == .scheduled {
                    wait(from: readyAt, to: now, isRetry: false)
                }
                return
            }
            wait(from: free, to: began, isRetry: task.attemptCount > 1)
            let isResting = task.state == .upForRetry
            works.append(
                Bar(
                    from: began, to: task.endedAt ?? now,
                    role: isResting ? .stateFailed : task.state.mark.role))
            if isResting, let ended = task.endedAt { wait(from: ended, to: now, isRetry: true) }
        }

        private mutating func wait(from: Instant, to: Instant, isRetry: Bool) {
            guard from < to else { return }
            waits.append(Bar(from: from, to: to, role: isRetry ? .stateRetry : .stateQueued))
        }

        func draw(_ scale: Scale, row: Int, of chart: Rect, on grid: inout Grid) {
            guard chart.width > 0 else { return }
            let light = grid.charset.pick("┄", ascii: ".")
            for bar in waits { draw(bar, light, scale, row: row, of: chart, on: &grid) }
            let whole = grid.charset.pick("█", ascii: "#")
            // What failed is told from what did not without colours too.
            let broken = grid.charset.pick("▒", ascii: "x")
            for bar in works {
                let block = bar.role == .stateFailed ? broken : whole
                draw(bar, block, scale, row: row, of: chart, on: &grid)
            }
        }

        private func draw(
            _ bar: Bar, _ glyph: String, _ scale: Scale, row: Int, of chart: Rect,
            on grid: inout Grid
        ) {
            let first = scale.column(bar.from)
            let last = max(first, scale.column(bar.to))
            grid.write(
                String(repeating: glyph, count: last - first + 1), row: row, of: chart,
                column: first, role: bar.role)
        }
    }
}
