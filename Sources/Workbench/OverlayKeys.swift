import PaneKit
import Screen

/// The keys of what lies above the panes.
enum OverlayKeys {
    static func press(_ state: inout WorkbenchState, _ key: Key) -> [Effect] {
        switch state.overlay {
        case .help(let help): return press(&state, key, help: help)
        case .prompt(let prompt): return press(&state, key, prompt: prompt)
        case .question(let question):
            switch key {
            case .character("y"), .character("Y"), .enter:
                state.overlay = nil
                return question.effects
            case .character("n"), .character("N"), .character("q"), .escape, .control("c"):
                state.overlay = nil
            default: break
            }
            return []
        case .notices(let scroll):
            switch key {
            case .character("j"), .down: state.overlay = .notices(scroll: scroll + 1)
            case .character("k"), .up: state.overlay = .notices(scroll: max(0, scroll - 1))
            case .escape, .character("q"), .character("m"), .enter: state.overlay = nil
            default: break
            }
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
        switch key {
        case .enter:
            state.overlay = nil
            state.hasChosenTheme = true
            return []
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
        choice.cursor = min(max(0, choice.cursor), max(0, state.themeNames.count - 1))
        state.overlay = .themes(choice)
        guard state.themeNames.indices.contains(choice.cursor) else { return [] }
        return Workbench.show(&state, theme: state.themeNames[choice.cursor])
    }

    private static func press(
        _ state: inout WorkbenchState, _ key: Key, palette: Overlay.PaletteState
    ) -> [Effect] {
        var palette = palette
        let entries = Palette.entries(for: state, palette.line.text)
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
            palette.cursor = 0
        default: if palette.line.handle(key) { palette.cursor = 0 }
        }
        state.overlay = .palette(palette)
        return []
    }

    private static func press(
        _ state: inout WorkbenchState, _ key: Key, help: Overlay.HelpState
    ) -> [Effect] {
        var help = help
        if help.isFiltering {
            var line = LineEditor(help.filter)
            if key == .enter {
                help.isFiltering = false
            } else if key == .escape {
                (help.isFiltering, help.filter) = (false, "")
            } else if line.handle(key) {
                (help.filter, help.scroll) = (line.text, 0)
            }
            state.overlay = .help(help)
            return []
        }
        switch key {
        case .character("j"), .down: help.scroll += 1
        case .character("k"), .up: help.scroll = max(0, help.scroll - 1)
        case .pageDown, .character(" "): help.scroll += max(1, state.size.height - 6)
        case .pageUp: help.scroll = max(0, help.scroll - max(1, state.size.height - 6))
        case .character("/"): help.isFiltering = true
        case .escape, .character("q"), .character("?"), .function(1), .control("c"):
            state.overlay = nil
            return []
        default: break
        }
        help.scroll = min(help.scroll, max(0, HelpText.lines(for: state, help).count - 1))
        state.overlay = .help(help)
        return []
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
        case .up: recall(&prompt, state.commandHistory, step: -1)
        case .down: recall(&prompt, state.commandHistory, step: 1)
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

    private static func recall(
        _ prompt: inout Overlay.PromptState, _ history: [String], step: Int
    ) {
        guard prompt.owner == .command, !history.isEmpty else { return }
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
            let module = Workbench.module(of: pane)
            return module?.typed(&state, pane, asked.purpose, .accepted(text)) ?? []
        }
    }
}
