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
        if state.graph.showsTimeline, model.detail != nil {
            return Timeline.draw(state, in: inside, context, on: &grid)
        }
        // A drawing smaller than the pane stands in its middle rows.
        let slack = max(0, inside.height - drawing.size.height) / 2
        let origin = Point(x: state.graph.origin.x, y: state.graph.origin.y - slack)
        drawing.draw(
            from: origin, in: inside, on: &grid, cursor: state.graph.cursor,
            isFocused: context.isFocused, rows: model.tasks, now: context.clock.now)
    }

    static func caption(_ state: Monitor.State, _ context: PaneContext) -> PaneCaption {
        PaneCaption(title(state, context), footer: footer(state, context))
    }

    private static func title(_ state: Monitor.State, _ context: PaneContext) -> String {
        let view = state.graph.showsTimeline ? "Timeline" : "Graph"
        guard let pipeline = state.model.pipeline else { return view }
        var text = "\(view) · \(pipeline)"
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
            if task.attemptCount > 1 { words += ", attempt \(task.attemptCount)" }
            if let retry = task.retryAt, task.state == .upForRetry {
                words += ", again in \(retry.since(context.clock.now).humanText)"
            }
            if let note = task.note { words += ", \(note)" }
            parts.append(words)
        }
        if state.graph.isFollowing, state.model.detail?.run.state == .running {
            parts.append("following")
        }
        return parts.joined(separator: " · ")
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
