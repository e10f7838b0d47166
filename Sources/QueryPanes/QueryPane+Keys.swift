import EditorText
import PaneKit
import Screen

extension QueryPane {
    /// Every key comes here first: the list above the editor, the completion, then the editor.
    static func press(
        _ state: inout QueryDesk.State, _ key: Key, _ context: PaneContext
    ) -> QueryDesk.Requests? {
        if state.picker != nil { return press(&state, picker: key) }
        if let requests = press(&state, completion: key) { return requests }
        if key == .alt("\r") || key == .alt("\n") {
            return update(&state, .run, context)
        }
        if case .alt(let digit) = key, let name = paneNames[digit] { return [.focus(name)] }
        let editor = state.buffer.editor
        if editor.searchLine == nil {
            // Keys with a meaning of their own in every mode are the keymap's.
            let isEscape = key == .escape
            if !isEscape, case .matched = keymap.match([key]) { return nil }
            if key == .tab, editor.isTyping, editor.selection == nil {
                return tab(&state)
            }
            if editor.mode == .viNormal, editor.pendingKeys.isEmpty {
                switch key {
                case .enter: return update(&state, .run, context)
                case .character("["): return update(&state, .previousBuffer, context)
                case .character("]"): return update(&state, .nextBuffer, context)
                default: break
                }
            }
        }
        let revision = editor.buffer.revision
        let outcome = state.buffers[state.bufferIndex].editor.handle(key)
        settle(&state)
        let hasChanged = state.buffer.editor.buffer.revision != revision
        // A key that the editor has no use for takes nothing with it.
        if case .ignored = outcome { return nil }
        var requests = QueryDesk.loadSchema(&state)
        if hasChanged {
            state.unsavedChanges += 1
            // Now and then, so that a lost link loses a few words at most.
            if state.unsavedChanges >= 20 || key == .enter { requests.append(keep(&state)) }
        }
        switch outcome {
        case .ignored: return nil
        case .handled:
            // A dot behind a name offers what it holds.
            if key == .character("."), hasChanged { complete(&state, takesOnlyOne: false) }
            return requests
        case .copied(let text): return requests + [.copy(text)]
        case .refused(let words): return requests + [.notice(Notice(.info, words))]
        }
    }

    private static let paneNames: [Character: PaneName] = [
        "0": "runs", "1": "graph", "2": "log", "4": "results", "5": "plan", "6": "profile",
        "7": "quality", "8": "models",
    ]

    private static func tab(_ state: inout QueryDesk.State) -> QueryDesk.Requests {
        let editor = state.buffer.editor
        let before = TextPosition(editor.cursor.line, editor.cursor.column - 1)
        let isWord = editor.buffer.character(at: before).map {
            $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." || $0 == "\""
        }
        if isWord == true {
            complete(&state)
        } else {
            let blanks = 4 - editor.cursor.column % 4
            let text = String(repeating: " ", count: blanks)
            state.buffers[state.bufferIndex].editor.replace(
                editor.cursor, editor.cursor, with: text)
        }
        settle(&state)
        return []
    }

    // MARK: Completion

    private static func press(
        _ state: inout QueryDesk.State, completion key: Key
    ) -> QueryDesk.Requests? {
        guard var completion = state.completion else { return nil }
        switch key {
        case .down, .control("n"):
            completion.cursor = (completion.cursor + 1) % completion.items.count
        case .up, .backTab:
            let count = completion.items.count
            completion.cursor = (completion.cursor + count - 1) % count
        case .enter where completion.isTyped:
            // The word is whole: the line is ended.
            state.completion = nil
            return nil
        case .tab, .enter:
            accept(&state)
            settle(&state)
            return []
        case .escape:
            state.completion = nil
            return []
        case .character(let character)
        where character.isLetter || character.isNumber || character == "_":
            _ = state.buffers[state.bufferIndex].editor.handle(key)
            narrow(&state)
            return []
        case .backspace where completion.prefixLength > 0:
            _ = state.buffers[state.bufferIndex].editor.handle(key)
            narrow(&state)
            return []
        default:
            state.completion = nil
            return nil
        }
        state.completion = completion
        return []
    }

    /// Looks again after a letter more or less, without taking the only one that is left.
    private static func narrow(_ state: inout QueryDesk.State) {
        settle(&state)
        state.unsavedChanges += 1
        let (text, cursor, _) = state.buffer.surroundings()
        let schema = state.connection.flatMap { state.schemas[$0] }
        let completion = Completion(
            text: text, cursor: cursor, dialect: state.dialect, schema: schema)
        state.completion = completion.items.isEmpty ? nil : completion
    }

    // MARK: Lists

    private static func press(
        _ state: inout QueryDesk.State, picker key: Key
    ) -> QueryDesk.Requests {
        guard var picker = state.picker else { return [] }
        let items = picker.items(state)
        switch key {
        case .escape, .control("c"):
            state.picker = nil
            return []
        case .down, .control("n"): picker.cursor = min(picker.cursor + 1, max(0, items.count - 1))
        case .up, .control("p"): picker.cursor = max(0, picker.cursor - 1)
        case .pageDown: picker.cursor = min(picker.cursor + 10, max(0, items.count - 1))
        case .pageUp: picker.cursor = max(0, picker.cursor - 10)
        case .right, .left:
            guard picker.kind == .tables, items.indices.contains(picker.cursor) else { break }
            let value = items[picker.cursor].value
            if key == .right {
                picker.expanded.insert(value)
            } else {
                picker.expanded.remove(value)
            }
        case .enter, .tab:
            state.picker = nil
            guard items.indices.contains(picker.cursor) else { return [] }
            return take(&state, picker.kind, items[picker.cursor])
        default: if picker.line.handle(key) { picker.cursor = 0 }
        }
        state.picker = picker
        return []
    }

    private static func take(
        _ state: inout QueryDesk.State, _ kind: Picker.Kind, _ item: Picker.Item
    ) -> QueryDesk.Requests {
        switch kind {
        case .connections: return choose(&state, connection: item.value)
        case .history:
            // Behind what there is, so that nothing is lost.
            let editor = state.buffer.editor
            let end = editor.buffer.end
            let glue = editor.buffer.isEmpty ? "" : end.column == 0 ? "\n" : "\n\n"
            let text = glue + item.value + (item.value.last == ";" ? "" : ";")
            state.buffers[state.bufferIndex].editor.replace(end, end, with: text)
        case .snippets: insert(&state, item.value)
        case .tables: insert(&state, lexer(state).quoted(item.title))
        }
        settle(&state)
        return [keep(&state)]
    }

    /// Inserts at the cursor; the cursor goes to `▮`, which is left out.
    private static func insert(_ state: inout QueryDesk.State, _ text: String) {
        let parts = text.split(separator: "▮", maxSplits: 1, omittingEmptySubsequences: false)
        let cursor = state.buffer.editor.cursor
        let head = String(parts[0])
        state.buffers[state.bufferIndex].editor.replace(cursor, cursor, with: parts.joined())
        guard parts.count == 2 else { return }
        let lines = TextBuffer.lines(of: head)
        let column = lines[lines.count - 1].count + (lines.count == 1 ? cursor.column : 0)
        state.buffers[state.bufferIndex].editor.moveCursor(
            to: TextPosition(cursor.line + lines.count - 1, column))
    }

    // MARK: Mouse

    static func mouse(
        _ state: inout QueryDesk.State, _ event: MouseEvent, _ context: PaneContext
    ) -> QueryDesk.Requests {
        switch event.action {
        case .press(.left):
            let buffer = state.buffer
            let line = buffer.editor.topLine + event.at.y
            guard buffer.editor.buffer.lines.indices.contains(line) else { return [] }
            let wanted = event.at.x - gutterWidth(buffer) + buffer.leftColumn
            let column = EditorLine(buffer.editor.buffer.lines[line]).column(atCell: wanted)
            state.buffers[state.bufferIndex].editor.moveCursor(to: TextPosition(line, column))
        case .wheelDown, .wheelUp:
            let step = event.action == .wheelDown ? 3 : -3
            let editor = state.buffer.editor
            let line = min(max(0, editor.cursor.line + step), editor.buffer.lineCount - 1)
            state.buffers[state.bufferIndex].editor.moveCursor(
                to: TextPosition(line, editor.cursor.column))
        default: return []
        }
        state.completion = nil
        settle(&state)
        return []
    }
}
