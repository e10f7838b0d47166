import Domain
import Screen
import TextSearch

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
        case nil: return []
        }
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
        _ state: inout WorkbenchState, _ key: Key, prompt: Overlay.Prompt
    ) -> [Effect] {
        var prompt = prompt
        switch key {
        case .escape, .control("c"):
            state.overlay = nil
            return []
        case .enter:
            state.overlay = nil
            return accept(&state, prompt)
        case .backspace where prompt.line.text.isEmpty:
            state.overlay = nil
            return []
        case .tab:
            if prompt.purpose == .command {
                prompt.line = CommandLine.completed(prompt.line, state)
            }
        case .up: recall(&prompt, state.commandHistory, step: -1)
        case .down: recall(&prompt, state.commandHistory, step: 1)
        default: _ = prompt.line.handle(key)
        }
        state.overlay = .prompt(prompt)
        return []
    }

    private static func recall(_ prompt: inout Overlay.Prompt, _ history: [String], step: Int) {
        guard prompt.purpose == .command, !history.isEmpty else { return }
        let current = history.lastIndex(of: prompt.line.text)
        let index = (current ?? (step < 0 ? history.count : -1)) + step
        prompt.line = LineEditor(history.indices.contains(index) ? history[index] : "")
    }

    private static func accept(_ state: inout WorkbenchState, _ prompt: Overlay.Prompt) -> [Effect]
    {
        let text = prompt.line.text
        switch prompt.purpose {
        case .command:
            guard !text.allSatisfy({ $0 == " " }) else { return [] }
            state.commandHistory.removeAll { $0 == text }
            state.commandHistory.append(text)
            return CommandLine.run(&state, text)
        case .search(.log):
            guard !text.isEmpty else {
                state.log.search = nil
                return []
            }
            state.log.search = LogPane.Search(pattern: text)
            return LogPane.find(&state.log, .forward)
        case .search(.graph):
            if !GraphPane.find(&state.graph, text, state.model, step: 1) {
                state.notices.add(Notice(.info, "No task matches '\(text)'."), at: state.now)
            }
            return Workbench.settleTask(&state)
        case .search(.runs): return []
        case .filter:
            if let filter = LineFilter(typed: text) {
                do {
                    _ = try TextPattern(filter.pattern)
                } catch {
                    state.notices.add(Notice(.error, error.problem), at: state.now)
                    return []
                }
            }
            return LogPane.setFilter(&state.log, LineFilter(typed: text))
        }
    }
}
