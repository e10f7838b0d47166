import Domain
import MonitorPanes
import PaneKit
import Screen

// From a key to an action: overlays first, then the focused pane, then what works everywhere.
extension Workbench {
    static func press(_ state: inout WorkbenchState, _ key: Key) -> [Effect] {
        if state.overlay != nil {
            // A spoilt screen is repaired wherever one is; letters are text here.
            if case .control = key,
                state.keys.shell.match([key]) == .matched(ShellAction.repaint.rawValue)
            {
                return [.repaint]
            }
            return OverlayKeys.press(&state, key)
        }
        if case .mouse(let event) = key { return click(&state, event) }
        if state.notices.isShowing { state.notices.isShowing = false }
        if key == .focusGained || key == .focusLost { return [] }
        if let effects = module(of: state.focus)?.press(&state, state.focus, key) {
            state.pendingKeys = []
            return effects
        }
        if case .paste = key { return [] }
        state.pendingKeys.append(key)
        let keys = state.pendingKeys
        var isPending = false
        for (owner, table) in [
            (Owner.pane(state.focus), state.keys.table(of: state.focus)),
            (Owner.shell, state.keys.shell),
        ] {
            switch table.match(keys) {
            case .matched(let action):
                state.pendingKeys = []
                return perform(&state, action, of: owner)
            case .pending: isPending = true
            case .unknown: break
            }
        }
        if !isPending {
            state.pendingKeys = []
            // The last key of a broken sequence still means what it means alone.
            if keys.count > 1 { return press(&state, key) }
        }
        return []
    }

    /// Whose an action is.
    enum Owner: Hashable, Sendable { case shell, pane(PaneName) }

    /// Does what the action of that name says.
    static func perform(
        _ state: inout WorkbenchState, _ action: String, of owner: Owner
    ) -> [Effect] {
        switch owner {
        case .shell:
            if let action = ShellAction(rawValue: action) { return perform(&state, action) }
            return faces.first { $0.focusAction == action }.map { focus(&state, $0.name) } ?? []
        case .pane(let pane): return module(of: pane)?.perform(&state, pane, action) ?? []
        }
    }

    static func perform(_ state: inout WorkbenchState, _ action: ShellAction) -> [Effect] {
        switch action {
        case .nextPane: return focus(&state, neighbour(of: state.focus, 1))
        case .previousPane: return focus(&state, neighbour(of: state.focus, -1))
        case .zoom: state.isZoomed = true
        case .unzoom: state.isZoomed = false
        case .back: return back(&state)
        case .help: state.overlay = .help(Overlay.ListState())
        case .command: state.overlay = .prompt(Overlay.PromptState(command: ""))
        case .palette:
            state.overlay = .palette(Palette.opened(state))
            return modules.flatMap { $0.paletteOpened(&state) }
        case .notices: state.overlay = .notices(Overlay.ListState())
        case .undo: return undo(&state)
        case .chooseTheme:
            let current = state.themeNames.firstIndex(of: state.themeName) ?? 0
            state.overlay = .themes(
                Overlay.ThemeChoice(cursor: current, before: state.themeName))
        case .interrupt: return interrupt(&state)
        case .repaint: return [.repaint]
        case .suspend: return [.suspend]
        case .backOrQuit:
            return state.focus == faces[0].name && !state.isZoomed ? quit(&state) : back(&state)
        case .quit: return quit(&state)
        }
        return []
    }

    static func focus(_ state: inout WorkbenchState, _ pane: PaneName) -> [Effect] {
        guard module(of: pane) != nil else { return [] }
        state.focus = pane
        return settleSizes(&state)
    }

    /// The next pane of the desk; beyond its last one, the first of the next desk.
    private static func neighbour(of pane: PaneName, _ step: Int) -> PaneName {
        let index = faces.firstIndex { $0.name == pane } ?? 0
        return faces[(index + step + faces.count) % faces.count].name
    }

    /// One level up: inside the pane, out of the zoom, to the pane before on the desk, at last to
    /// the list of runs; never further.
    private static func back(_ state: inout WorkbenchState) -> [Effect] {
        if state.isZoomed {
            state.isZoomed = false
            return []
        }
        if let effects = module(of: state.focus)?.back(&state, state.focus) { return effects }
        let desk = Desk.of(state.focus).panes.filter { module(of: $0) != nil }
        guard let index = desk.firstIndex(of: state.focus) else { return [] }
        return focus(&state, index > 0 ? desk[index - 1] : faces[0].name)
    }

    /// ^C ends what runs under the eye; with nothing to end, twice within a second leaves.
    private static func interrupt(_ state: inout WorkbenchState) -> [Effect] {
        let focused = module(of: state.focus)
        if let effects = focused?.interrupt(&state) { return effects }
        for module in modules {
            if let effects = module.interrupt(&state) { return effects }
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
        let unfinished = modules.compactMap { $0.unfinishedWork(state) }
        guard let what = unfinished.first else {
            return [.quit]
        }
        // All of it: leaving ends all of it.
        let others = unfinished.dropFirst().map { $0.prefix(1).lowercased() + $0.dropFirst() }
        let all = ([what] + others).joined(separator: ", ")
        var question = Overlay.Question(
            text: "\(all). Leave, and end what runs?", effects: [.quit])
        if Monitor.unfinishedWork(state.monitor) != nil {
            question.other = .init(
                key: "k", words: unfinished.count == 1 ? "keep it running" : "keep runs only",
                effects: [.quitKeepingRuns])
        }
        state.overlay = .question(question)
        return []
    }

    static func ask(_ state: inout WorkbenchState, _ text: String, _ effects: [Effect]) {
        state.overlay = .question(Overlay.Question(text: text, effects: effects))
    }

    private static func click(_ state: inout WorkbenchState, _ event: MouseEvent) -> [Effect] {
        let layout = WorkbenchLayout(state)
        if let held = state.heldDivider {
            switch event.action {
            case .drag(.left): state.movedDividers[layout.name(of: held)] = held.share(at: event.at)
            case .release: state.heldDivider = nil
            default: break
            }
            return []
        }
        if event.action == .press(.left) {
            state.heldDivider = layout.dividers.first { $0.area.contains(event.at) }
        }
        guard let (pane, area) = layout.panes.first(where: { $0.value.contains(event.at) }) else {
            return []
        }
        var effects: [Effect] = []
        if event.action == .press(.left), state.focus != pane { effects = focus(&state, pane) }
        let inside = area.inset(by: 1)
        let isWheel =
            switch event.action {
            case .wheelUp, .wheelDown, .wheelLeft, .wheelRight: true
            default: false
            }
        guard isWheel || inside.contains(event.at) else { return effects }
        var moved = event
        moved.at = Point(x: event.at.x - inside.x, y: event.at.y - inside.y)
        return effects + (module(of: pane)?.mouse(&state, pane, moved) ?? [])
    }
}
