import Screen

// The keys of readline and of ordinary editors: no modes.
extension TextEditor {
    mutating func handleReadline(_ key: Key) -> Outcome {
        if let outcome = edit(readline: key) { return outcome }
        let extends: Bool
        let target: TextPosition?
        (target, extends) = move(readline: key)
        guard let target else { return moveUpOrDown(key) }
        setAnchor(extends: extends)
        (cursor, goal) = (target, nil)
        breakGrowing()
        return .handled
    }

    private mutating func setAnchor(extends: Bool) {
        if extends {
            if anchor == nil { anchor = cursor }
        } else {
            anchor = nil
        }
    }

    private func move(readline key: Key) -> (TextPosition?, extends: Bool) {
        let line = cursor.line
        switch key {
        case .left, .control("b"): return (before(cursor), false)
        case .right, .control("f"): return (after(cursor), false)
        case .shiftLeft: return (before(cursor), true)
        case .shiftRight: return (after(cursor), true)
        case .home: return (homeColumn, false)
        case .control("a"): return (TextPosition(line, 0), false)
        case .end: return (TextPosition(line, lineLength(line)), false)
        case .controlLeft, .alt("b"): return (wordLeft, false)
        case .controlRight, .alt("f"): return (wordRight, false)
        case .alt("<"), .controlUp: return (TextPosition(0, 0), false)
        case .alt(">"), .controlDown: return (buffer.end, false)
        default: return (nil, false)
        }
    }

    /// Home goes to the first character, and from there to the line's beginning.
    private var homeColumn: TextPosition {
        let indent = indentLength(cursor.line)
        return TextPosition(cursor.line, cursor.column == indent ? 0 : indent)
    }

    private func before(_ place: TextPosition) -> TextPosition {
        var place = place
        _ = stepBack(&place)
        return place
    }

    private func after(_ place: TextPosition) -> TextPosition {
        var place = place
        _ = stepForward(&place)
        return place
    }

    private var wordLeft: TextPosition {
        var place = cursor
        while stepBack(&place) != .none {
            if wordClass(place, isBig: false) == 2 { break }
        }
        while place.column > 0,
            wordClass(TextPosition(place.line, place.column - 1), isBig: false) == 2
        {
            place.column -= 1
        }
        return place
    }

    private var wordRight: TextPosition {
        var place = cursor
        while wordClass(place, isBig: false) != 2 {
            if stepForward(&place) == .none { return place }
        }
        while wordClass(place, isBig: false) == 2 { _ = stepForward(&place) }
        return place
    }

    private mutating func moveUpOrDown(_ key: Key) -> Outcome {
        let step: Int
        var extends = false
        switch key {
        case .up: step = -1
        case .down, .control("n"): step = 1
        case .shiftUp: (step, extends) = (-1, true)
        case .shiftDown: (step, extends) = (1, true)
        case .pageUp: step = -max(1, pageHeight - 1)
        case .pageDown, .control("v"): step = max(1, pageHeight - 1)
        default: return .ignored
        }
        setAnchor(extends: extends)
        let wanted = goal ?? cursor.column
        let line = cursor.line + step
        if line < 0 {
            cursor = TextPosition(0, 0)
        } else if line >= buffer.lineCount, abs(step) == 1 {
            cursor = buffer.end
        } else {
            cursor = buffer.clamped(TextPosition(line, wanted))
        }
        goal = wanted
        breakGrowing()
        return .handled
    }

    // MARK: Editing

    private mutating func edit(readline key: Key) -> Outcome? {
        switch key {
        case .character(let character): type([character])
        case .enter: breakLine()
        case .paste(let text): change { $0.insertOverSelection(text) }
        case .backspace: deleteBack()
        case .delete, .control("d"): deleteForward()
        case .control("w"): kill(from: bigWordLeft, to: cursor, isBackward: true)
        case .alt("\u{7F}"), .alt("\u{8}"): kill(from: wordLeft, to: cursor, isBackward: true)
        case .alt("d"): kill(from: cursor, to: wordRight, isBackward: false)
        case .control("u"):
            kill(from: TextPosition(cursor.line, 0), to: cursor, isBackward: true)
        case .control("k"):
            let end = TextPosition(cursor.line, lineLength(cursor.line))
            kill(from: cursor, to: cursor == end ? after(end) : end, isBackward: false)
        case .control("y"):
            guard let text = registers["k"] else { return .refused("Nothing was cut yet.") }
            change { $0.insertOverSelection(TextBuffer.text(of: text.lines)) }
        case .control("t"): transpose()
        case .alt("u"): recase { $0.uppercased() }
        case .alt("l"): recase { $0.lowercased() }
        case .alt("c"): recase { $0.prefix(1).uppercased() + $0.dropFirst().lowercased() }
        case .backTab:
            guard let selection, selection.start.line != selection.end.line else { return nil }
            shiftSelectedLines(by: -1)
        case .tab:
            guard let selection, selection.start.line != selection.end.line else { return nil }
            shiftSelectedLines(by: 1)
        case .control("_"), .alt("z"): return undoOnce() ? .handled : .refused("Nothing to undo.")
        case .alt("_"), .alt("Z"), .alt("r"):
            return redoOnce() ? .handled : .refused("Nothing to redo.")
        case .alt("w"):
            guard let text = selectedText else { return .refused("Nothing is selected.") }
            return .copied(text)
        case .escape:
            guard anchor != nil else { return nil }
            anchor = nil
        default: return nil
        }
        goal = nil
        return .handled
    }

    /// Changes as one step, and ends what was growing.
    private mutating func change(_ body: (inout TextEditor) -> Void) {
        breakGrowing()
        buffer.beginStep(cursor: cursor)
        body(&self)
        buffer.endStep(cursor: cursor)
    }

    mutating func insertOverSelection(_ text: some StringProtocol) {
        let range = selection ?? (cursor, cursor)
        cursor = buffer.replace(range.start, range.end, with: TextBuffer.lines(of: text))
        anchor = nil
    }

    /// What is typed without a pause is one step of undo a word.
    private mutating func type(_ text: TextBuffer.Line) {
        let joins = typedIsGrowing && selection == nil && text != [" "]
        let start = mergedStart(of: text)
        buffer.beginStep(cursor: cursor)
        if let start {
            // The mark belongs to the character before.
            let joined = Character(String(buffer.lines[cursor.line][start.column]) + String(text))
            cursor = buffer.replace(start, cursor, with: [[joined]])
        } else {
            insertOverSelection(String(text))
        }
        buffer.endStep(cursor: cursor)
        if joins { buffer.joinLastSteps() }
        killIsGrowing = false
        typedIsGrowing = true
    }

    /// Where the character begins that `text` only adds to; nil where it is one of its own.
    func mergedStart(of text: TextBuffer.Line) -> TextPosition? {
        guard selection == nil, cursor.column > 0, text.count == 1,
            let first = text[0].unicodeScalars.first, !first.isASCII
        else { return nil }
        let place = TextPosition(cursor.line, cursor.column - 1)
        guard let before = buffer.character(at: place),
            (String(before) + String(text)).count == 1
        else { return nil }
        return place
    }

    private mutating func breakLine() {
        change { editor in
            let indent = editor.buffer.lines[editor.cursor.line]
                .prefix(min(editor.indentLength(editor.cursor.line), editor.cursor.column))
            editor.insertOverSelection("\n" + String(indent))
        }
    }

    private mutating func deleteBack() {
        guard selection == nil else { return change { $0.insertOverSelection("") } }
        let joins = typedIsGrowing
        let indent = indentLength(cursor.line)
        var start = before(cursor)
        // In the indentation, back to the step before.
        if cursor.column > 0, cursor.column <= indent, cursor.column % 4 == 0,
            buffer.lines[cursor.line][cursor.column - 4..<cursor.column].allSatisfy({ $0 == " " })
        {
            start = TextPosition(cursor.line, cursor.column - 4)
        }
        guard start != cursor else { return }
        buffer.beginStep(cursor: cursor)
        cursor = buffer.replace(start, cursor, with: [[]])
        buffer.endStep(cursor: cursor)
        if joins { buffer.joinLastSteps() }
    }

    private mutating func deleteForward() {
        guard selection == nil else { return change { $0.insertOverSelection("") } }
        let end = after(cursor)
        change { $0.buffer.replace($0.cursor, end, with: [[]]) }
    }

    private var bigWordLeft: TextPosition {
        var place = cursor
        guard place.column > 0 else { return before(place) }
        while place.column > 0,
            wordClass(TextPosition(place.line, place.column - 1), isBig: true) == 0
        {
            place.column -= 1
        }
        while place.column > 0,
            wordClass(TextPosition(place.line, place.column - 1), isBig: true) != 0
        {
            place.column -= 1
        }
        return place
    }

    /// Cuts into the kill register; cuts right after another are put together.
    private mutating func kill(from start: TextPosition, to end: TextPosition, isBackward: Bool) {
        let range = selection ?? (start, end)
        guard range.start < range.end else { return }
        let cut = TextBuffer.text(of: buffer.slice(range.start, range.end))
        let grows = killIsGrowing && selection == nil
        let old = grows ? TextBuffer.text(of: registers["k"]?.lines ?? [[]]) : ""
        let text = isBackward ? cut + old : old + cut
        registers["k"] = Register(lines: TextBuffer.lines(of: text), isLinewise: false)
        change { editor in
            editor.cursor = editor.buffer.replace(range.start, range.end, with: [[]])
            editor.anchor = nil
        }
        killIsGrowing = true
    }

    private mutating func transpose() {
        let line = buffer.lines[cursor.line]
        guard line.count >= 2, cursor.column > 0 else { return }
        let right = min(cursor.column, line.count - 1)
        let place = TextPosition(cursor.line, right - 1)
        change { editor in
            editor.cursor = editor.buffer.replace(
                place, TextPosition(place.line, right + 1), with: [[line[right], line[right - 1]]])
        }
    }

    private mutating func recase(_ body: (String) -> String) {
        let range = selection ?? (cursor, wordRight)
        let text = body(TextBuffer.text(of: buffer.slice(range.start, range.end)))
        change { editor in
            editor.cursor = editor.buffer.replace(
                range.start, range.end, with: TextBuffer.lines(of: text))
            editor.anchor = nil
        }
    }

    private mutating func shiftSelectedLines(by steps: Int) {
        let range = selection ?? (cursor, cursor)
        let isCut = range.end.column == 0 && range.end.line > range.start.line
        let last = isCut ? range.end.line - 1 : range.end.line
        change { $0.shiftLines($0.lineRange(range.start.line, last), by: steps) }
        cursor = buffer.clamped(cursor)
        anchor = anchor.map { buffer.clamped($0) }
    }

    func lineRange(_ first: Int, _ last: Int) -> ClosedRange<Int> { first...max(first, last) }

    /// Moves lines by steps of indentation; empty lines stay empty.
    mutating func shiftLines(_ lines: ClosedRange<Int>, by steps: Int) {
        for line in lines {
            guard lineLength(line) > 0 else { continue }
            let old = indentLength(line)
            let width = buffer.lines[line].prefix(old).reduce(0) {
                $1 == "\t" ? ($0 / 8 + 1) * 8 : $0 + 1
            }
            let new = max(0, width + steps * Self.indent.count)
            buffer.replace(
                TextPosition(line, 0), TextPosition(line, old),
                with: [TextBuffer.Line(repeating: " ", count: new)])
            if cursor.line == line { cursor.column = max(0, cursor.column + new - old) }
        }
    }

    /// Takes the last step back; false where there is none.
    public mutating func undoOnce() -> Bool {
        breakGrowing()
        guard let restored = buffer.undo() else { return false }
        (cursor, anchor, goal) = (buffer.clamped(restored.cursor), nil, nil)
        clampCursor()
        return true
    }

    public mutating func redoOnce() -> Bool {
        breakGrowing()
        guard let restored = buffer.redo() else { return false }
        (cursor, anchor, goal) = (buffer.clamped(restored.cursor), nil, nil)
        clampCursor()
        return true
    }
}
