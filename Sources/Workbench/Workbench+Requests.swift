import PaneKit

// What panes ask of the shell.
extension Workbench {
    /// Does what a pane asks of the shell, in the order in which it asks.
    static func fulfil<E>(
        _ state: inout WorkbenchState, _ requests: [PaneRequest<E>], from pane: PaneName,
        _ wrap: (E) -> Effect
    ) -> [Effect] {
        var effects: [Effect] = []
        for request in requests {
            switch request {
            case .perform(let effect): effects.append(wrap(effect))
            case .notice(let notice): state.notices.add(notice, at: state.now)
            case .confirm(let text, let then): ask(&state, text, then.map(wrap))
            case .prompt(let prompt):
                state.overlay = .prompt(Overlay.PromptState(prompt, for: pane))
            case .command(let text): state.overlay = .prompt(Overlay.PromptState(command: text))
            case .copy(let text): effects += copy(&state, text)
            case .focus(let pane): effects += focus(&state, pane)
            case .open(let link): effects += open(&state, link)
            case .paletteGrew: Palette.refresh(&state)
            }
        }
        return effects
    }

    /// Shows what a link leads to, in the first module that knows it.
    static func open(_ state: inout WorkbenchState, _ link: Link) -> [Effect] {
        for module in modules {
            if let effects = module.open(&state, link) { return effects }
        }
        state.notices.add(Notice(.warning, "No pane shows this yet."), at: state.now)
        return []
    }

    /// The longest text that terminals take into the clipboard, in bytes (see `Clipboard`).
    static let clipboardLimit = 74_994

    /// Puts text into the register and, where terminals take so much, the clipboard.
    static func copy(_ state: inout WorkbenchState, _ text: String) -> [Effect] {
        state.register = text
        let size = text.utf8.count
        guard size <= clipboardLimit else {
            let words =
                "\(size) bytes are more than terminals take (\(clipboardLimit)): "
                + "^Y pastes them here, the clipboard is as it was."
            state.notices.add(Notice(.warning, words), at: state.now)
            return []
        }
        let short = text.count > 60 ? String(text.prefix(60)) + "…" : text
        state.notices.add(Notice(.info, "Copied: \(short)"), at: state.now)
        return [.copy(text)]
    }
}
