import Domain
import PaneKit
import Screen

/// The tasks of a run over time: one row each, in the order in which they began.
///
/// Each bar is the newest attempt; a task that has not begun has a row without a bar.
enum Timeline {
    /// The tasks in the order of their rows.
    static func rows(_ tasks: [TaskRow]) -> [TaskRow] {
        let begun = tasks.enumerated().filter { $0.element.startedAt != nil }
        let sorted = begun.sorted { left, right in
            let (one, other) = (left.element.startedAt, right.element.startedAt)
            guard let one, let other, one != other else { return left.offset < right.offset }
            return one < other
        }
        return sorted.map(\.element) + tasks.filter { $0.startedAt == nil }
    }

    /// The task `step` rows further down, or up; the ends stop.
    static func neighbour(of task: TaskID?, _ tasks: [TaskRow], step: Int) -> TaskID? {
        let rows = rows(tasks)
        guard let index = rows.firstIndex(where: { $0.id == task }) else { return rows.first?.id }
        return rows[min(max(0, index + step), rows.count - 1)].id
    }

    static func draw(
        _ state: Monitor.State, in area: Rect, _ context: PaneContext, on grid: inout Grid
    ) {
        let rows = rows(state.model.tasks)
        guard let run = state.model.detail?.run, let start = run.startedAt, area.height > 1 else {
            grid.write("The run has not begun.", row: 0, of: area, role: .dim)
            return
        }
        let end = max(run.endedAt ?? context.clock.now, start.advanced(by: .milliseconds(1)))
        let longest = rows.map { DisplayWidth.of($0.id.name) }.max() ?? 0
        let labelWidth = min(longest, max(8, area.width / 3))
        let chart = Rect(
            x: area.x + labelWidth + 4, y: area.y,
            width: max(0, area.width - labelWidth - 4 - 8), height: area.height)
        drawAxis(end.since(start), in: chart, on: &grid)
        let list = area.split(top: 1).rest
        let cursor = rows.firstIndex { $0.id == state.graph.cursorTask } ?? 0
        let top = PaneFrame.topRow(
            max(0, cursor - list.height / 2), cursor: cursor, count: rows.count,
            height: list.height)
        for (line, task) in rows.dropFirst(top).prefix(list.height).enumerated() {
            let mark = task.state.mark
            grid.write(mark.text(grid.charset), row: line, of: list, column: 1, role: mark.role)
            grid.write(
                task.id.name, row: line, of: list, column: 3, width: labelWidth, role: .strong,
                overflow: .ellipsis)
            drawBar(
                task, from: start, over: end.since(start), now: context.clock.now, row: line + 1,
                of: chart, on: &grid)
            if let took = RunText.duration(task, now: context.clock.now) {
                grid.writeRight(took.humanText, row: line, of: list, margin: 1, role: .dim)
            }
            if top + line == cursor {
                grid.highlight(
                    row: line, of: list, surface: context.isFocused ? .selected : .selectedUnfocused
                )
            }
        }
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

    private static func drawBar(
        _ task: TaskRow, from start: Instant, over whole: Span, now: Instant, row: Int,
        of chart: Rect, on grid: inout Grid
    ) {
        guard let began = task.startedAt, chart.width > 0 else { return }
        let ended = task.endedAt ?? now
        func column(_ instant: Instant) -> Int {
            let share = instant.since(start).inSeconds / max(0.001, whole.inSeconds)
            return min(max(0, Int(share * Double(chart.width))), chart.width - 1)
        }
        let (first, last) = (column(began), max(column(began), column(ended)))
        let block = grid.charset.pick("█", ascii: "#")
        grid.write(
            String(repeating: block, count: last - first + 1), row: row, of: chart, column: first,
            role: task.state.mark.role)
    }
}
