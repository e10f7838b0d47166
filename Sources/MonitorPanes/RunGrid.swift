public import Domain
import PaneKit
import Screen

/// The states of a pipeline's tasks in its recent runs.
public struct RunGrid: Hashable, Sendable {
    /// One run.
    public struct Column: Hashable, Sendable {
        public var run: RunRow
        public var states: [TaskID: TaskState]

        public init(run: RunRow, states: [TaskID: TaskState]) {
            self.run = run
            self.states = states
        }
    }

    public var pipeline: PipelineName
    /// Oldest first.
    public var columns: [Column]

    public init(pipeline: PipelineName, columns: [Column]) {
        self.pipeline = pipeline
        self.columns = columns
    }
}

/// Tasks × recent runs: how long each run took above, each task's state in it below.
enum RunGridView {
    /// Rows above the tasks: two of bars, and the states of the runs.
    static let headHeight = 3
    private static let columnWidth = 2

    static func draw(
        _ state: Monitor.State, in area: Rect, _ context: PaneContext, on grid: inout Grid
    ) {
        guard let data = state.graph.grid, data.pipeline == state.model.pipeline else {
            grid.write("Reading the runs…", row: 0, of: area, role: .dim)
            return
        }
        guard !data.columns.isEmpty, area.height > headHeight else {
            let words = state.model.run == nil ? "No runs yet." : "Reading the runs…"
            grid.write(words, row: 0, of: area, role: .dim)
            return
        }
        let tasks = state.model.tasks
        let longest = Timeline.longestName(tasks)
        let labelWidth = min(longest, max(8, area.width / 3))
        let room = max(1, (area.width - labelWidth - 2) / columnWidth)
        let chosen = data.columns.firstIndex { $0.run.id == state.model.run }
        // The newest runs stay in sight unless an older one is chosen.
        let first = min(max(0, data.columns.count - room), chosen ?? .max)
        let columns = data.columns[first...].prefix(room)
        let left = labelWidth + 2
        drawHead(columns, chosen, left, context.clock.now, in: area, on: &grid)
        let list = area.split(top: headHeight).rest
        let rows = state.graph.list.rows(tasks)
        let top = GraphPane.topRow(state.graph, rows, tasks, height: list.height)
        if rows.isEmpty { grid.write("No task passes the filter.", row: 0, of: list, role: .dim) }
        for (row, index) in rows.dropFirst(top).prefix(list.height).enumerated() {
            let task = tasks[index]
            grid.write(
                task.id.name, row: row, of: list, width: labelWidth, role: .strong,
                overflow: .ellipsis)
            for (index, column) in columns.enumerated() {
                let isShown = column.run.id == state.model.run
                let now = isShown ? task.state : column.states[task.id]
                guard let now else { continue }
                grid.write(
                    now.mark.text(grid.charset), row: row, of: list,
                    column: left + index * columnWidth, role: now.mark.role)
            }
            if task.id == state.graph.cursorTask {
                grid.highlight(
                    row: row, of: list,
                    surface: context.isFocused ? .selected : .selectedUnfocused)
            }
        }
        if let chosen, chosen >= first, chosen - first < room {
            let column = Rect(
                x: area.x + left + (chosen - first) * columnWidth, y: area.y, width: 1,
                height: area.height)
            grid.restyle(column, surface: context.isFocused ? .selected : .selectedUnfocused)
        }
    }

    /// A bar a run, as high as it took long, and the run's state below.
    private static func drawHead(
        _ columns: ArraySlice<RunGrid.Column>, _ chosen: Int?, _ left: Int, _ now: Instant,
        in area: Rect, on grid: inout Grid
    ) {
        let spans = columns.map { RunText.duration($0.run, now: now)?.inSeconds ?? 0 }
        let longest = max(0.001, spans.max() ?? 0)
        let blocks = grid.charset == .unicode ? Array(" ▁▂▃▄▅▆▇█") : Array(" ...---##")
        let words = Span(microseconds: Int64(longest * 1_000_000)).humanText
        grid.write(words, row: 0, of: area, width: max(0, left - 1), role: .dim)
        grid.write("runs", row: 2, of: area, width: max(0, left - 1), role: .title)
        for (index, column) in columns.enumerated() {
            let eighths = Int((spans[index] / longest * 16).rounded(.up))
            let mark = column.run.state.mark
            for (row, level) in [max(0, eighths - 8), min(8, eighths)].enumerated() {
                grid.write(
                    String(blocks[level]), row: row, of: area,
                    column: left + index * columnWidth, role: mark.role)
            }
            grid.write(
                mark.text(grid.charset), row: 2, of: area, column: left + index * columnWidth,
                role: mark.role)
        }
    }

    /// The run whose column a click fell on; nil elsewhere.
    static func run(at place: Point, _ state: Monitor.State, width: Int) -> RunID? {
        guard let data = state.graph.grid else { return nil }
        let longest = Timeline.longestName(state.model.tasks)
        let left = min(longest, max(8, width / 3)) + 2
        let room = max(1, (width - left) / columnWidth)
        let chosen = data.columns.firstIndex { $0.run.id == state.model.run }
        let first = min(max(0, data.columns.count - room), chosen ?? .max)
        guard place.x >= left else { return nil }
        let index = first + (place.x - left) / columnWidth
        return data.columns.indices.contains(index) ? data.columns[index].run.id : nil
    }
}
