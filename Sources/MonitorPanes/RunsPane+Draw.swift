import Domain
import PaneKit
import Screen

extension RunsPane {
    static func draw(
        _ state: Monitor.State, in inside: Rect, _ context: PaneContext, on grid: inout Grid
    ) {
        let rows = rows(state.runs, state.model)
        guard !rows.isEmpty || state.model.pipelines.isEmpty else {
            grid.write("Nothing passes the filter; Esc shows all.", row: 0, of: inside, role: .dim)
            return
        }
        guard !rows.isEmpty else {
            guard state.model.unreadFiles == 0 else {
                grid.write("Reading the pipelines…", row: 0, of: inside, role: .dim)
                return
            }
            grid.write("No pipelines here yet.", row: 0, of: inside)
            let ways = ["'spillway init' makes one,", "'spillway demo' shows one."]
            for (line, text) in ways.enumerated() {
                grid.write(text, row: 1 + line, of: inside, role: .dim, overflow: .ellipsis)
            }
            return
        }
        let cursor = rows.firstIndex { $0.id == state.runs.cursor } ?? 0
        let top = PaneFrame.topRow(
            state.runs.top, cursor: cursor, count: rows.count, height: inside.height)
        for (line, row) in rows.dropFirst(top).prefix(inside.height).enumerated() {
            switch row {
            case .pipeline(let pipeline, let isExpanded):
                draw(pipeline, isExpanded, context.clock, row: line, of: inside, on: &grid)
            case .run(let run): draw(run, context.clock, row: line, of: inside, on: &grid)
            }
            if top + line == cursor {
                let surface: Surface = context.isFocused ? .selected : .selectedUnfocused
                let width = cursorWidth(row, context.clock, inside, grid.charset)
                grid.restyle(
                    Rect(x: inside.x, y: inside.y + line, width: width, height: 1),
                    surface: surface)
            }
        }
    }

    /// The cursor covers the name of its row; states, bar and times at the right keep their colours,
    /// and a move sends half the bytes.
    private static func cursorWidth(
        _ row: Row, _ clock: LocalClock, _ area: Rect, _ charset: Charset
    ) -> Int {
        let end =
            switch row {
            case .pipeline(let row, _): 2 + DisplayWidth.of(row.name.name, charset: charset)
            case .run(let row): 4 + DisplayWidth.of(row.listName(clock), charset: charset)
            }
        return min(area.width, max(20, end + 1))
    }

    private static func draw(
        _ row: PipelineRow, _ isExpanded: Bool, _ clock: LocalClock, row line: Int, of area: Rect,
        on grid: inout Grid
    ) {
        let charset = grid.charset
        let arrow =
            row.recentRuns.isEmpty
            ? " " : isExpanded ? charset.pick("▾", ascii: "v") : charset.pick("▸", ascii: ">")
        grid.write(arrow, row: line, of: area, role: .dim)
        let right = note(row, clock, charset)
        let width = right.reduce(0) { $0 + DisplayWidth.of($1.text, charset: charset) }
        grid.write(
            row.name.name, row: line, of: area, column: 2,
            width: max(0, area.width - width - 4), role: .strong,
            emphasis: .bold, overflow: .ellipsis)
        grid.write(right, row: line, of: area, column: max(2, area.width - width - 1))
    }

    /// The states of the last runs, and when the next one comes.
    private static func note(
        _ row: PipelineRow, _ clock: LocalClock, _ charset: Charset
    ) -> [TextRun] {
        if let problem = row.problems.first {
            return [TextRun("line \(problem.place.line): \(row.problems.count) problem(s)", .error)]
        }
        var runs = row.recentRuns.prefix(5).reversed().map { run in
            TextRun(run.state.mark.text(charset), run.state.mark.role)
        }
        if row.isPaused {
            runs.append(TextRun("  paused", .warning))
        } else if let next = row.nextRunAt {
            runs.append(TextRun("  next " + RunText.moment(next, clock), .dim))
        }
        return runs
    }

    private static func draw(
        _ run: RunRow, _ clock: LocalClock, row line: Int, of area: Rect, on grid: inout Grid
    ) {
        let mark = run.state.mark
        grid.write(mark.text(grid.charset), row: line, of: area, column: 2, role: mark.role)
        let duration = RunText.duration(run, now: clock.now)?.humanText ?? run.state.rawValue
        let progress = "\(run.settledCount)/\(run.taskCount)"
        let barWidth = 8
        let right = barWidth + 1 + max(6, progress.count + 1) + 8
        let name = run.listName(clock)
        let showsBar = area.width >= right + 4 + 14
        grid.write(
            name, row: line, of: area, column: 4,
            width: max(0, area.width - (showsBar ? right : 8) - 5), overflow: .ellipsis)
        guard showsBar else {
            grid.writeRight(duration, row: line, of: area, margin: 1, role: .dim)
            return
        }
        let barColumn = area.width - right
        drawBar(run, row: line, of: area, column: barColumn, width: barWidth, on: &grid)
        grid.write(
            progress, row: line, of: area, column: barColumn + barWidth + 1,
            role: run.failedCount > 0 ? .stateFailed : .plain)
        grid.writeRight(duration, row: line, of: area, margin: 1, role: .dim)
    }

    private static func drawBar(
        _ run: RunRow, row: Int, of area: Rect, column: Int, width: Int, on grid: inout Grid
    ) {
        guard run.taskCount > 0 else { return }
        let full = grid.charset.pick("━", ascii: "=")
        let empty = grid.charset.pick("╌", ascii: "-")
        let failed = (run.failedCount * width + run.taskCount - 1) / run.taskCount
        let done = max(failed, run.settledCount * width / run.taskCount)
        grid.write(
            [
                TextRun(String(repeating: full, count: done - failed), .stateSuccess),
                TextRun(String(repeating: full, count: failed), .stateFailed),
                TextRun(String(repeating: empty, count: width - done), .dim),
            ], row: row, of: area, column: column)
    }
}

extension RunsPane {
    /// Moves the cursor by rows: the mouse wheel.
    static func moveCursor(_ state: inout State, _ model: Model, by step: Int) {
        let rows = rows(state, model)
        guard let index = rows.firstIndex(where: { $0.id == state.cursor }) else { return }
        state.cursor = rows[min(max(0, index + step), rows.count - 1)].id
    }

    /// Moves the cursor to a row in sight, counted from the pane's first: a click.
    static func moveCursor(_ state: inout State, _ model: Model, toVisibleRow line: Int) {
        let rows = rows(state, model)
        let cursor = rows.firstIndex { $0.id == state.cursor } ?? 0
        let top = PaneFrame.topRow(
            state.top, cursor: cursor, count: rows.count, height: state.pageHeight)
        guard rows.indices.contains(top + line) else { return }
        state.cursor = rows[top + line].id
    }

    /// Remembers which row is the first in sight, so that the list stands still while it can.
    static func settleTop(_ state: inout State, _ model: Model) {
        let rows = rows(state, model)
        let cursor = rows.firstIndex { $0.id == state.cursor } ?? 0
        state.top = PaneFrame.topRow(
            state.top, cursor: cursor, count: rows.count, height: state.pageHeight)
    }
}
