import Domain
import PaneKit
import Screen

extension GraphPane {
    static func draw(
        _ state: Monitor.State, in inside: Rect, _ context: PaneContext, on grid: inout Grid
    ) {
        let model = state.model
        guard let drawing = state.graph.drawing else {
            if model.tasks.isEmpty, let problem = model.pipelineRow?.problems.first {
                drawProblem(problem, in: inside, on: &grid)
            } else if state.graph.request != nil {
                grid.write(
                    "Laying out \(model.tasks.count) tasks…", row: 0, of: inside, role: .dim)
            }
            return
        }
        switch state.graph.view {
        case .timeline where model.detail != nil:
            return Timeline.draw(state, in: inside, context, on: &grid)
        case .grid: return RunGridView.draw(state, in: inside, context, on: &grid)
        default: break
        }
        drawing.draw(
            from: origin(state.graph, drawing, in: inside.height), in: inside, on: &grid,
            cursor: state.graph.cursor,
            isFocused: context.isFocused,
            path: state.graph.showsCriticalPath ? state.graph.criticalPath : [],
            rows: model.tasks, filter: state.graph.list.filter, now: context.clock.now)
        if state.graph.showsMiniMap { drawMiniMap(state, drawing, in: inside, on: &grid) }
    }

    /// The cell of the drawing in the pane's upper left corner: a drawing smaller than the pane
    /// stands in its middle rows.
    static func origin(_ graph: State, _ drawing: GraphDrawing, in height: Int) -> Point {
        let slack = max(0, height - drawing.size.height) / 2
        return Point(x: graph.origin.x, y: graph.origin.y - slack)
    }

    static func caption(_ state: Monitor.State, _ context: PaneContext) -> PaneCaption {
        PaneCaption(title(state, context), footer: footer(state, context))
    }

    private static func title(_ state: Monitor.State, _ context: PaneContext) -> String {
        let view =
            switch state.graph.view {
            case .graph: "Graph"
            case .timeline: "Timeline"
            case .grid: "Recent runs"
            }
        guard let pipeline = state.model.pipeline else { return view }
        var text = "\(view) · \(pipeline)"
        if let focus = state.graph.options.focus { text += " · " + focus.words }
        if let run = state.model.detail?.run {
            text += " · " + run.state.rawValue + " \(run.settledCount)/\(run.taskCount)"
            if let took = RunText.duration(run, now: context.clock.now) {
                text += " · " + took.humanText
            }
        }
        return text
    }

    private static func footer(_ state: Monitor.State, _ context: PaneContext) -> String {
        var parts: [String] = []
        if let id = state.graph.cursorTask, let task = state.model.task(id) {
            var words = "\(id): \(task.state.words)"
            if task.attemptCount > 1, task.instanceCount == nil {
                words += ", attempt \(task.attemptCount)"
            }
            if let retry = task.retryAt, task.state == .upForRetry {
                words += ", again in \(retry.since(context.clock.now).humanText)"
            }
            if let note = task.note {
                words += ", \(note)"
            } else if let waiting = state.model.waiting(task) {
                words = task.state == .none ? "\(id) \(waiting)" : words + ", \(waiting)"
            }
            parts.append(words)
        }
        if state.graph.view == .graph, let words = beyond(state.graph) { parts.append(words) }
        let filter = state.graph.list.filter
        if !filter.isEmpty {
            parts.append("only &" + filter.text)
        }
        if state.graph.isFollowing, state.model.detail?.run.state == .running {
            parts.append("following")
        }
        return parts.joined(separator: " · ")
    }

    /// In which directions the drawing goes on beyond the pane; nil where it is all in sight.
    private static func beyond(_ graph: State) -> String? {
        guard let size = graph.drawing?.size, !Rect(graph.size).isEmpty else { return nil }
        var sides: [String] = []
        if graph.origin.x > 0 { sides.append("left") }
        if graph.origin.x + graph.size.width < size.width { sides.append("right") }
        if graph.origin.y > 0 { sides.append("above") }
        if graph.origin.y + graph.size.height < size.height { sides.append("below") }
        return sides.isEmpty ? nil : "more " + sides.joined(separator: ", ")
    }

    private static func drawProblem(
        _ problem: SourceProblem, in area: Rect, on grid: inout Grid
    ) {
        for (row, line) in problem.report.split(separator: "\n").enumerated() {
            grid.write(
                line, row: row, of: area, role: row == 0 ? .error : .plain, overflow: .ellipsis)
        }
    }
}
