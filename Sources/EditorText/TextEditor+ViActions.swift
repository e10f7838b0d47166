import Screen

// What the keys of normal mode do that are neither motions nor operators.
extension TextEditor {
    mutating func perform(_ action: ViAction, _ command: ViCommand) -> Outcome {
        let count = command.count ?? 1
        switch action {
        case .insert, .append, .insertAtStart, .appendAtEnd, .openBelow, .openAbove, .replaceMode:
            startInsert(action, command)
        case .deleteUnder, .deleteBefore: return deleteCharacters(action, command)
        case .substitute:
            guard lineLength(cursor.line) > 0 else {
                startInsert(.insert, command)
                return .handled
            }
            let end = min(cursor.column + count, lineLength(cursor.line))
            return run(
                ViCommand(
                    register: command.register, count: max(1, end - cursor.column),
                    kind: .operate(.change, .motion(.right, count: nil))))
        case .joinLines(let spaced): return change(command) { $0.join(count, spaced: spaced) }
        case .put(let after):
            if mode == .viVisual || mode == .viVisualLine {
                return putOverSelection(command.register, count: count)
            }
            recordChange(command)
            return put(command.register, after: after, count: count)
        case .replace(let character): return replaceCharacters(character, command)
        case .toggleCase:
            guard lineLength(cursor.line) > 0 else { return .handled }
            return change(command) { editor in
                let end = min(editor.cursor.column + count, editor.lineLength(editor.cursor.line))
                editor.recaseTo(end)
            }
        case .undo, .redo: return undoOrRedo(action, count)
        case .repeat: return repeatChange(command.count)
        case .visual, .visualLine: toggleVisual(action)
        case .swapEnds:
            if let anchor { (self.anchor, cursor) = (cursor, anchor) }
        case .reselect:
            guard let last = vi.lastVisual else { return .handled }
            mode = last.isLinewise ? .viVisualLine : .viVisual
            anchor = buffer.clamped(last.anchor)
            cursor = buffer.clamped(last.cursor)
        case .leave: return .ignored
        case .setMark(let name): vi.marks[name] = cursor
        case .search(let forward):
            searchLine = SearchLine(text: "", isForward: forward, origin: cursor)
        case .scrollLine(let step): scroll(by: step * count)
        case .halfPage(let step): moveLines(by: step * max(1, pageHeight / 2))
        case .page(let step): moveLines(by: step * max(1, pageHeight - 2) * count)
        }
        return .handled
    }

    private mutating func recordChange(_ command: ViCommand) {
        if !vi.isRepeating { vi.lastChange = ViChange(command: command) }
        goal = nil
    }

    private mutating func change(
        _ command: ViCommand, _ body: (inout TextEditor) -> Void
    ) -> Outcome {
        recordChange(command)
        buffer.beginStep(cursor: cursor)
        body(&self)
        clampCursor()
        buffer.endStep(cursor: cursor)
        return .handled
    }

    private mutating func recaseTo(_ end: Int) {
        let line = buffer.lines[cursor.line][cursor.column..<end]
        let stop = TextPosition(cursor.line, end)
        buffer.replace(cursor, stop, with: [line.map { Self.recased($0, .toggle) }])
        cursor = stop
    }

    private mutating func deleteCharacters(_ action: ViAction, _ command: ViCommand) -> Outcome {
        let motion: ViMotion = action == .deleteUnder ? .right : .left
        guard lineLength(cursor.line) > 0 else { return .handled }
        return run(
            ViCommand(
                register: command.register, count: command.count,
                kind: .operate(.delete, .motion(motion, count: nil))))
    }

    private mutating func replaceCharacters(
        _ character: Character, _ command: ViCommand
    ) -> Outcome {
        if mode == .viVisual || mode == .viVisualLine {
            guard let (start, end) = selection else { return .handled }
            (mode, anchor) = (.viNormal, nil)
            return change(command) { editor in
                let lines = editor.buffer.slice(start, end).map { $0.map { _ in character } }
                editor.buffer.replace(start, end, with: lines)
                editor.cursor = start
            }
        }
        let count = command.count ?? 1
        guard cursor.column + count <= lineLength(cursor.line) else { return .handled }
        return change(command) { editor in
            let end = TextPosition(editor.cursor.line, editor.cursor.column + count)
            if character == "\n" {
                let indent = Array(
                    editor.buffer.lines[editor.cursor.line].prefix(
                        min(editor.indentLength(editor.cursor.line), editor.cursor.column)))
                editor.cursor = editor.buffer.replace(editor.cursor, end, with: [[], indent])
                return
            }
            editor.buffer.replace(
                editor.cursor, end, with: [[Character](repeating: character, count: count)])
            editor.cursor.column = end.column - 1
        }
    }

    private mutating func join(_ count: Int, spaced: Bool) {
        var lines = max(1, count - 1)
        if let (start, end) = selection, mode == .viVisual || mode == .viVisualLine {
            lines = max(1, end.line - start.line)
            cursor = start
            (mode, anchor) = (.viNormal, nil)
        }
        for _ in 0..<lines {
            let line = cursor.line
            guard line + 1 < buffer.lineCount else { return }
            let length = lineLength(line)
            let next = buffer.lines[line + 1]
            let skipped = spaced ? indentLength(line + 1) : 0
            let rest = next.dropFirst(skipped)
            let needsBlank =
                spaced && !rest.isEmpty && rest.first != ")" && length > 0
                && buffer.lines[line].last != " " && buffer.lines[line].last != "\t"
            buffer.replace(
                TextPosition(line, length), TextPosition(line + 1, skipped),
                with: [needsBlank ? [" "] : []])
            cursor = TextPosition(line, needsBlank || rest.isEmpty ? length : max(0, length))
            if spaced, rest.isEmpty { cursor.column = max(0, length - 1) }
        }
    }

    private mutating func undoOrRedo(_ action: ViAction, _ count: Int) -> Outcome {
        var didSomething = false
        for _ in 0..<count {
            guard let restored = action == .undo ? buffer.undo() : buffer.redo() else { break }
            didSomething = true
            let line = min(restored.top, buffer.lineCount - 1)
            cursor =
                restored.cursor.line == line && action == .undo
                ? restored.cursor : firstNonBlank(line)
        }
        (goal, anchor) = (nil, nil)
        clampCursor()
        if didSomething { return .handled }
        return .refused(action == .undo ? "Nothing to undo." : "Nothing to redo.")
    }

    private mutating func toggleVisual(_ action: ViAction) {
        let wanted: Mode = action == .visual ? .viVisual : .viVisualLine
        if mode == wanted {
            vi.lastVisual = anchor.map { ($0, cursor, mode == .viVisualLine) }
            (mode, anchor) = (.viNormal, nil)
        } else {
            if mode == .viNormal { anchor = cursor }
            mode = wanted
        }
    }

    private mutating func scroll(by step: Int) {
        topLine = min(max(0, topLine + step), buffer.lineCount - 1)
        let line = min(max(cursor.line, topLine), topLine + max(0, pageHeight - 1))
        cursor = buffer.clamped(TextPosition(line, cursor.column))
        clampCursor()
    }

    private mutating func moveLines(by step: Int) {
        let line = min(max(0, cursor.line + step), buffer.lineCount - 1)
        topLine = min(max(0, topLine + step), max(0, buffer.lineCount - 1))
        cursor = firstNonBlank(line)
        goal = nil
    }

    // MARK: `.`

    private mutating func repeatChange(_ count: Int?) -> Outcome {
        guard var change = vi.lastChange else { return .refused("Nothing to repeat yet.") }
        if let count {
            change.command.count = count
            if case .operate(let operation, .motion(let motion, _)) = change.command.kind {
                change.command.kind = .operate(operation, .motion(motion, count: nil))
            }
            vi.lastChange = change
        }
        vi.isRepeating = true
        defer { vi.isRepeating = false }
        buffer.beginStep(cursor: cursor)
        if let visual = change.visual {
            anchor = cursor
            mode = visual.isLinewise ? .viVisualLine : .viVisual
            let line = min(cursor.line + visual.lines, buffer.lineCount - 1)
            let column =
                visual.lines == 0 ? cursor.column + visual.columns - 1 : visual.columns - 1
            cursor = buffer.clamped(TextPosition(line, max(0, column)))
            clampCursor()
        }
        let outcome = run(change.command)
        if mode == .viInsert || mode == .viReplace {
            for key in change.typed { _ = handleInsert(key) }
            _ = handleInsert(.escape)
        }
        clampCursor()
        buffer.endStep(cursor: cursor)
        return outcome
    }

    // MARK: `/`

    mutating func handleSearch(_ key: Key) -> Outcome {
        guard var line = searchLine else { return .ignored }
        switch key {
        case .character(let character): line.text.append(character)
        case .paste(let text): line.text += text.prefix { !$0.isNewline }
        case .backspace:
            guard !line.text.isEmpty else {
                searchLine = nil
                cursor = line.origin
                return .handled
            }
            line.text.removeLast()
        case .control("u"): line.text = ""
        case .escape, .control("c"):
            searchLine = nil
            cursor = line.origin
            return .handled
        case .enter:
            searchLine = nil
            cursor = line.origin
            let text = line.text.isEmpty ? lastSearch?.text ?? "" : line.text
            guard !text.isEmpty else { return .handled }
            let search = Search(text: text, isForward: line.isForward)
            lastSearch = search
            if var command = line.command, case .operate(let operation, _) = command.kind {
                command.kind = .operate(
                    operation, .motion(.searchAgain(reversed: false), count: nil))
                return run(command)
            }
            guard let hit = nextHit(of: search, from: cursor) else {
                return .refused("'\(text)' is not here.")
            }
            cursor = hit
            goal = nil
            clampCursor()
            return .handled
        default: return .handled
        }
        searchLine = line
        // Shows the first hit while it is typed.
        let search = Search(text: line.text, isForward: line.isForward)
        cursor = nextHit(of: search, from: line.origin) ?? line.origin
        return .handled
    }
}
