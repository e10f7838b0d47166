import PaneKit
import Screen

/// The keys of what lies above the panes.
enum OverlayKeys {
    static func press(_ state: inout WorkbenchState, _ key: Key) -> [Effect] {
        switch state.overlay {
        case .help(let help):
            let next = scrolled(help, key, closedBy: [.character("?"), .function(1)]) {
                (HelpText.lines(for: state, $0).count, OverlayDrawing.roomForHelp(state, $0))
            }
            state.overlay = next.map { .help($0) }
            return []
        case .prompt(let prompt): return press(&state, key, prompt: prompt)
        case .question(let question):
            switch key {
            case .character("y"), .character("Y"), .enter:
                state.overlay = nil
                return question.effects
            case .character(let key) where key == question.other?.key:
                state.overlay = nil
                return question.other?.effects ?? []
            case .character("n"), .character("N"), .character("q"), .escape, .control("c"):
                state.overlay = nil
            default: break
            }
            return []
        case .notices(let notices):
            let next = scrolled(notices, key, closedBy: [.character("m"), .enter]) {
                OverlayDrawing.measureNotices(state, $0)
            }
            state.overlay = next.map { .notices($0) }
            return []
        case .palette(let palette): return press(&state, key, palette: palette)
        case .themes(let choice): return press(&state, key, themes: choice)
        case nil: return []
        }
    }

    /// Each theme is shown as the cursor comes to it; Esc brings the one before back.
    private static func press(
        _ state: inout WorkbenchState, _ key: Key, themes choice: Overlay.ThemeChoice
    ) -> [Effect] {
        var choice = choice
        if choice.filter.handle(key) {
            choice.cursor = 0
            state.overlay = .themes(choice)
            return []
        }
        let names = OverlayDrawing.shownThemes(state, choice)
        switch key {
        case .enter:
            state.overlay = nil
            guard names.indices.contains(choice.cursor) else {
                return Workbench.show(&state, theme: choice.before)
            }
            state.hasChosenTheme = true
            return Workbench.show(&state, theme: names[choice.cursor])
        case .escape, .control("c"), .character("q"):
            state.overlay = nil
            return Workbench.show(&state, theme: choice.before)
        case .down, .character("j"), .tab, .control("n"): choice.cursor += 1
        case .up, .character("k"), .backTab: choice.cursor -= 1
        case .character(let digit):
            guard let number = digit.wholeNumberValue, number > 0 else { return [] }
            choice.cursor = number - 1
        default: return []
        }
        choice.cursor = min(max(0, choice.cursor), max(0, names.count - 1))
        state.overlay = .themes(choice)
        guard names.indices.contains(choice.cursor) else { return [] }
        return Workbench.show(&state, theme: names[choice.cursor])
    }

    private static func press(
        _ state: inout WorkbenchState, _ key: Key, palette: Overlay.PaletteState
    ) -> [Effect] {
        var palette = palette
        let entries = palette.found
        switch key {
        case .escape, .control("c"), .control("p"):
            state.overlay = nil
            return []
        case .enter:
            state.overlay = nil
            guard entries.indices.contains(palette.cursor) else { return [] }
            return Palette.open(entries[palette.cursor], &state)
        case .down, .control("n"), .tab:
            palette.cursor = min(palette.cursor + 1, max(0, entries.count - 1))
        case .up, .backTab: palette.cursor = max(0, palette.cursor - 1)
        case .control("y"):
            _ = palette.line.handle(.paste(state.register))
            Palette.find(&palette)
        default:
            let before = palette.line.characters
            if palette.line.handle(key), palette.line.characters != before {
                Palette.find(&palette)
            }
        }
        state.overlay = .palette(palette)
        return []
    }

    /// The list of keys, or that of messages: nil where the key closes it.
    private static func scrolled(
        _ list: Overlay.ListState, _ key: Key, closedBy closing: Set<Key>,
        measure: (Overlay.ListState) -> (count: Int, room: Int)
    ) -> Overlay.ListState? {
        var list = list
        if list.filter.handle(key) {
            list.scroll = 0
            return list
        }
        if closing.union([.escape, .character("q"), .control("c")]).contains(key) { return nil }
        let (count, room) = measure(list)
        list.scroll = scrolled(list.scroll, key, room: room, count: count)
        return list
    }

    /// Where a list begins after a key that scrolls it; the last line stops at the bottom.
    private static func scrolled(_ scroll: Int, _ key: Key, room: Int, count: Int) -> Int {
        let target =
            switch key {
            case .character("j"), .down: scroll + 1
            case .character("k"), .up: scroll - 1
            case .pageDown, .character(" "), .control("f"): scroll + max(1, room - 1)
            case .pageUp, .control("b"): scroll - max(1, room - 1)
            case .control("d"): scroll + max(1, room / 2)
            case .control("u"): scroll - max(1, room / 2)
            case .character("g"), .home: 0
            case .character("G"), .end: count
            default: scroll
            }
        return max(0, min(target, count - room))
    }

    private static func press(
        _ state: inout WorkbenchState, _ key: Key, prompt: Overlay.PromptState
    ) -> [Effect] {
        var prompt = prompt
        switch key {
        case .escape, .control("c"):
            state.overlay = nil
            return tell(&state, prompt, .dismissed)
        case .enter:
            state.overlay = nil
            return accept(&state, prompt)
        case .backspace where prompt.line.text.isEmpty:
            state.overlay = nil
            return tell(&state, prompt, .dismissed)
        case .tab:
            let candidates = CommandLine.candidates(for: prompt, state)
            prompt.line = CommandLine.completed(prompt.line, among: candidates)
        case .up: recall(&prompt, history(of: prompt, state), step: -1)
        case .down: recall(&prompt, history(of: prompt, state), step: 1)
        case .control("y"): _ = prompt.line.handle(.paste(state.register))
        default: _ = prompt.line.handle(key)
        }
        state.overlay = .prompt(prompt)
        return tell(&state, prompt, .changed(prompt.line.text))
    }

    /// Tells the pane that asked of a change, where it wants to know.
    private static func tell(
        _ state: inout WorkbenchState, _ prompt: Overlay.PromptState, _ event: PromptEvent
    ) -> [Effect] {
        guard case .pane(let pane, let asked) = prompt.owner, asked.isLive else { return [] }
        return Workbench.module(of: pane)?.typed(&state, pane, asked.purpose, event) ?? []
    }

    /// What was typed before for the same purpose, the newest last.
    private static func history(
        of prompt: Overlay.PromptState, _ state: WorkbenchState
    ) -> [String] {
        switch prompt.owner {
        case .command: state.commandHistory
        case .pane(let pane, let asked):
            state.lineHistory[Overlay.LineKind(pane: pane, purpose: asked.purpose)] ?? []
        }
    }

    /// Takes note of a search, a filter or a time for Up in the next such line of the session.
    private static func remember(
        _ state: inout WorkbenchState, _ text: String, of pane: PaneName, for asked: Prompt
    ) {
        guard ["/", "&", "@"].contains(asked.sign), !text.isEmpty else { return }
        let kind = Overlay.LineKind(pane: pane, purpose: asked.purpose)
        var history = state.lineHistory[kind] ?? []
        history.removeAll { $0 == text }
        history.append(text)
        state.lineHistory[kind] = history.suffix(100)
    }

    private static func recall(
        _ prompt: inout Overlay.PromptState, _ history: [String], step: Int
    ) {
        guard !history.isEmpty else { return }
        let current = history.lastIndex(of: prompt.line.text)
        let index = (current ?? (step < 0 ? history.count : -1)) + step
        prompt.line = LineEditor(history.indices.contains(index) ? history[index] : "")
    }

    private static func accept(
        _ state: inout WorkbenchState, _ prompt: Overlay.PromptState
    ) -> [Effect] {
        let text = prompt.line.text
        switch prompt.owner {
        case .command:
            guard !text.allSatisfy({ $0 == " " }) else { return [] }
            state.commandHistory.removeAll { $0 == text }
            state.commandHistory.append(text)
            return CommandLine.run(&state, text)
        case .pane(let pane, let asked):
            remember(&state, text, of: pane, for: asked)
            let module = Workbench.module(of: pane)
            return module?.typed(&state, pane, asked.purpose, .accepted(text)) ?? []
        }
    }
}
