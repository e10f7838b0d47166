import PaneKit
import Screen

/// The first and the last line of the screen.
enum ShellBars {
    static func drawTitle(_ state: WorkbenchState, in area: Rect, on grid: inout Grid) {
        grid.fill(area, surface: .bar)
        var used = grid.write(
            area.width < 40 ? " " : " spillway ", row: 0, of: area, role: .title, surface: .bar,
            emphasis: .bold)
        used += grid.write(
            breadcrumbs(state, grid.charset, width: area.width - used), row: 0, of: area,
            column: used, width: area.width - used, surface: .bar, overflow: .ellipsis)
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

    /// The workspace and the way to what the focused pane shows; where it is too long, its end, which
    /// tells what is in sight.
    private static func breadcrumbs(
        _ state: WorkbenchState, _ charset: Charset, width: Int
    ) -> [TextRun] {
        let arrow = TextRun(charset.pick(" ▸ ", ascii: " > "), .dim)
        var crumbs = [TextRun(state.workspaceName, .strong)]
        crumbs += (Workbench.module(of: state.focus)?.crumbs(state, in: state.focus) ?? [])
            .map { TextRun($0) }
        func taken(_ crumbs: [TextRun]) -> Int {
            crumbs.reduce(3 * (crumbs.count - 1)) {
                $0 + DisplayWidth.of($1.text, charset: charset)
            }
        }
        while crumbs.count > 2, taken(crumbs) > width { crumbs.remove(at: 1) }
        if crumbs.count > 1, taken(crumbs) > width {
            crumbs[0] = TextRun(charset.pick("…", ascii: "~"), .dim)
        }
        return Array(crumbs.flatMap { [arrow, $0] }.dropFirst())
    }

    private static func summary(_ state: WorkbenchState) -> String {
        let parts = (state.isZoomed ? ["zoomed"] : []) + Workbench.modules.map { $0.summary(state) }
        return parts.filter { !$0.isEmpty }.joined(separator: "  ")
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
        let help = state.keys.shell.label(of: ShellAction.help.rawValue) ?? ":help"
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
        let rows = state.keys.table(of: state.focus).rows + state.keys.shell.rows
        let isTyping = Workbench.module(of: state.focus)?.isTyping(state, in: state.focus) == true
        return rows.filter(\.isInKeyBar).compactMap { row in
            guard let sequence = row.sequences.first else { return nil }
            if isTyping, case .character = sequence.keys[0] { return nil }
            return (sequence.label, row.title)
        }
    }
}
