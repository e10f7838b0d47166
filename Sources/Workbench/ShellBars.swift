import Domain
import Screen

/// The first and the last line of the screen.
enum ShellBars {
    static func drawTitle(_ state: WorkbenchState, in area: Rect, on grid: inout Grid) {
        grid.fill(area, surface: .bar)
        var used = grid.write(
            " spillway ", row: 0, of: area, role: .title, surface: .bar, emphasis: .bold)
        used += grid.write(
            breadcrumbs(state, grid.charset), row: 0, of: area, column: used,
            width: area.width - used, surface: .bar, overflow: .ellipsis)
        if let alarm = state.alarm {
            grid.writeRight(
                " " + alarm + " ", row: 0, of: area, role: .error, surface: .bar, emphasis: .bold)
            return
        }
        let right = summary(state)
        if used + right.count + 2 < area.width {
            grid.writeRight(right + " ", row: 0, of: area, role: .plain, surface: .bar)
        }
    }

    /// Workspace ▸ pipeline ▸ run ▸ task ▸ attempt, as far as the focus has gone down.
    private static func breadcrumbs(_ state: WorkbenchState, _ charset: Charset) -> [TextRun] {
        let arrow = TextRun(charset.pick(" ▸ ", ascii: " > "), .dim)
        var runs = [TextRun(state.workspaceName, .strong)]
        guard let pipeline = state.model.pipeline else { return runs }
        runs += [arrow, TextRun(pipeline.name)]
        if let run = state.model.run {
            runs += [arrow, TextRun(RunText.shortName(run, state.clock))]
        }
        if state.focus != .runs, let task = state.graph.cursorTask {
            runs += [arrow, TextRun(task.name)]
        }
        if state.focus == .log, let attempt = state.log.attempt, state.log.attempts.count > 1 {
            runs += [arrow, TextRun("attempt \(attempt.id.number)")]
        }
        return runs
    }

    private static func summary(_ state: WorkbenchState) -> String {
        let running = state.model.pipelines.flatMap(\.recentRuns).count { $0.state == .running }
        let zoom = state.isZoomed ? "zoomed  " : ""
        return zoom + (running == 0 ? "" : running == 1 ? "1 run going" : "\(running) runs going")
    }

    /// The newest notice while it is on show, otherwise the keys of the focused pane.
    static func drawBottom(_ state: WorkbenchState, in area: Rect, on grid: inout Grid) {
        grid.fill(area, surface: .bar)
        if state.notices.isShowing, let entry = state.notices.entries.last {
            grid.write(
                " " + entry.notice.kind.word + entry.notice.text, row: 0, of: area,
                role: entry.notice.kind.role, surface: .bar, overflow: .ellipsis)
            return
        }
        if !state.pendingKeys.isEmpty {
            let keys = state.pendingKeys.compactMap(\.text).joined()
            grid.write(" " + keys + "…", row: 0, of: area, role: .key, surface: .bar)
            return
        }
        // The way to all other keys is always in sight.
        let help = ShellAction.keymap.label(of: .help) ?? ":help"
        let reserved = grid.writeRight(
            help + " keys ", row: 0, of: area, role: .key, surface: .bar, emphasis: .bold)
        var column = 0
        for (keys, title) in hints(state) {
            let needed = keys.count + title.count + 3
            guard column + needed + reserved <= area.width else { break }
            column += 1
            column += grid.write(
                keys, row: 0, of: area, column: column, role: .key, surface: .bar,
                emphasis: .bold)
            column += 1
            column += grid.write(title, row: 0, of: area, column: column, surface: .bar)
        }
    }

    private static func hints(_ state: WorkbenchState) -> [(String, String)] {
        switch state.focus {
        case .runs: hints(RunsPane.keymap) + hints(ShellAction.keymap)
        case .graph: hints(GraphPane.keymap) + hints(ShellAction.keymap)
        case .log: hints(LogPane.keymap) + hints(ShellAction.keymap)
        }
    }

    private static func hints<Action>(_ keymap: Keymap<Action>) -> [(String, String)] {
        keymap.bindings.filter(\.isInKeyBar).compactMap { binding in
            binding.sequences.first.map { ($0.label, binding.title) }
        }
    }
}

extension Notice.Kind {
    var role: Role {
        switch self {
        case .info: .info
        case .success: .stateSuccess
        case .warning: .warning
        case .error: .error
        }
    }

    /// The kind as a word, since colour alone tells nobody.
    var word: String {
        switch self {
        case .info, .success: ""
        case .warning: "Warning: "
        case .error: "Error: "
        }
    }
}
