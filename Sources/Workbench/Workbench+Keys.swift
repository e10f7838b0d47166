import Domain
import Screen

// From a key to an action: overlays first, then the focused pane, then what works everywhere.
extension Workbench {
    static func press(_ state: inout WorkbenchState, _ key: Key) -> [Effect] {
        if state.overlay != nil { return OverlayKeys.press(&state, key) }
        if case .mouse(let event) = key { return click(&state, event) }
        if state.notices.isShowing { state.notices.isShowing = false }
        if key == .focusGained || key == .focusLost { return [] }
        if case .paste = key { return [] }
        state.pendingKeys.append(key)
        let keys = state.pendingKeys
        var isPending = false
        if let effects = pressPane(&state, keys, &isPending) {
            state.pendingKeys = []
            return effects
        }
        switch ShellAction.keymap.match(keys) {
        case .matched(let action):
            state.pendingKeys = []
            return perform(&state, action)
        case .pending: isPending = true
        case .unknown: break
        }
        if !isPending {
            state.pendingKeys = []
            // The last key of a broken sequence still means what it means alone.
            if keys.count > 1 { return press(&state, key) }
        }
        return []
    }

    /// What the focused pane makes of `keys`; nil where it knows no such keys.
    private static func pressPane(
        _ state: inout WorkbenchState, _ keys: [Key], _ isPending: inout Bool
    ) -> [Effect]? {
        switch state.focus {
        case .runs:
            switch RunsPane.keymap.match(keys) {
            case .matched(let action): return perform(&state, action)
            case .pending: isPending = true
            case .unknown: break
            }
        case .graph:
            switch GraphPane.keymap.match(keys) {
            case .matched(let action): return perform(&state, action)
            case .pending: isPending = true
            case .unknown: break
            }
        case .log:
            switch LogPane.keymap.match(keys) {
            case .matched(let action): return perform(&state, action)
            case .pending: isPending = true
            case .unknown: break
            }
        }
        return nil
    }

    static func perform(_ state: inout WorkbenchState, _ action: ShellAction) -> [Effect] {
        switch action {
        case .focusRuns: return focus(&state, .runs)
        case .focusGraph: return focus(&state, .graph)
        case .focusLog: return focus(&state, .log)
        case .nextPane: return focus(&state, state.focus.neighbour(1))
        case .previousPane: return focus(&state, state.focus.neighbour(-1))
        case .zoom: return setZoomed(&state, true)
        case .unzoom: return setZoomed(&state, false)
        case .back: return back(&state)
        case .help: state.overlay = .help(Overlay.HelpState())
        case .command:
            state.overlay = .prompt(Overlay.Prompt(purpose: .command, line: LineEditor()))
        case .palette: state.overlay = .palette(Overlay.PaletteState())
        case .notices: state.overlay = .notices(scroll: 0)
        case .interrupt: return interrupt(&state)
        case .repaint: return [.repaint]
        case .suspend: return [.suspend]
        case .backOrQuit:
            return state.focus == .runs && !state.isZoomed ? quit(&state) : back(&state)
        case .quit: return quit(&state)
        }
        return []
    }

    static func focus(_ state: inout WorkbenchState, _ pane: PaneID) -> [Effect] {
        state.focus = pane
        return settleSizes(&state)
    }

    private static func setZoomed(_ state: inout WorkbenchState, _ isZoomed: Bool) -> [Effect] {
        state.isZoomed = isZoomed
        return settleSizes(&state)
    }

    /// One level up: out of the zoom, then log → graph → runs; never further.
    private static func back(_ state: inout WorkbenchState) -> [Effect] {
        if state.isZoomed { return setZoomed(&state, false) }
        switch state.focus {
        case .log:
            if state.log.search != nil {
                state.log.search = nil
                return []
            }
            return focus(&state, .graph)
        case .graph: return focus(&state, .runs)
        case .runs: return []
        }
    }

    /// ^C ends what runs under the eye; with nothing to end, twice within a second leaves.
    private static func interrupt(_ state: inout WorkbenchState) -> [Effect] {
        if let run = state.model.detail?.run, !run.state.isSettled {
            ask(&state, "Cancel \(run.id) of \(run.pipeline)?", [.cancelRun(run.id)])
            return []
        }
        if let last = state.lastInterrupt, state.now.since(last) <= .seconds(1) {
            return quit(&state)
        }
        state.lastInterrupt = state.now
        state.notices.add(
            Notice(.info, "Nothing to cancel here. Press ^C again, or q, to leave."),
            at: state.now)
        return []
    }

    private static func quit(_ state: inout WorkbenchState) -> [Effect] {
        let running = state.model.pipelines.flatMap(\.recentRuns).filter { $0.state == .running }
        guard let first = running.first else { return [.quit] }
        let what =
            running.count == 1
            ? "\(first.pipeline) is still running" : "\(running.count) runs are going on"
        ask(&state, "\(what). Leave, and end what runs?", [.quit])
        return []
    }

    static func ask(_ state: inout WorkbenchState, _ text: String, _ effects: [Effect]) {
        state.overlay = .question(Overlay.Question(text: text, effects: effects))
    }

    private static func click(_ state: inout WorkbenchState, _ event: MouseEvent) -> [Effect] {
        let layout = WorkbenchLayout(state)
        guard let (pane, area) = layout.panes.first(where: { $0.value.contains(event.at) }) else {
            return []
        }
        switch event.action {
        case .press(.left):
            var effects = state.focus == pane ? [] : focus(&state, pane)
            let inside = area.inset(by: 1)
            if inside.contains(event.at) {
                let place = Point(x: event.at.x - inside.x, y: event.at.y - inside.y)
                effects += press(&state, at: place, in: pane)
            }
            return effects
        case .wheelDown, .wheelUp:
            let step = event.action == .wheelDown ? 3 : -3
            switch pane {
            case .log: return LogPane.scroll(&state.log, by: step)
            case .graph:
                GraphPane.pan(&state.graph, columns: 0, rows: step)
                return []
            case .runs:
                RunsPane.moveCursor(&state.runs, state.model, by: step)
                return followCursor(&state)
            }
        case .wheelLeft, .wheelRight:
            let step = event.action == .wheelRight ? 6 : -6
            if pane == .graph { GraphPane.pan(&state.graph, columns: step, rows: 0) }
            if pane == .log { state.log.leftColumn = max(0, state.log.leftColumn + step) }
            return []
        default: return []
        }
    }

    private static func press(
        _ state: inout WorkbenchState, at place: Point, in pane: PaneID
    ) -> [Effect] {
        switch pane {
        case .runs:
            RunsPane.moveCursor(&state.runs, state.model, toVisibleRow: place.y)
            return followCursor(&state)
        case .graph:
            guard GraphPane.moveCursor(&state.graph, to: place) else { return [] }
            return settleTask(&state)
        case .log: return []
        }
    }
}

extension PaneID {
    fileprivate func neighbour(_ step: Int) -> PaneID {
        let all = PaneID.allCases
        let index = (rawValue + step + all.count) % all.count
        return all[index]
    }
}
