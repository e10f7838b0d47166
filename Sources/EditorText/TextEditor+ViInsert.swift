import Screen

// Insert and Replace mode.
extension TextEditor {
    /// Opens the step of undo that lasts until Escape.
    mutating func beginInsert(_ change: ViChange) {
        breakGrowing()
        goal = nil
        if !vi.isRepeating { vi.lastChange = change }
        vi.insertion = ViState.Insertion(change: change, start: cursor)
        buffer.beginStep(cursor: cursor)
    }

    mutating func startInsert(_ action: ViAction, _ command: ViCommand) {
        anchor = nil
        mode = .viNormal
        beginInsert(ViChange(command: command))
        let line = cursor.line
        switch action {
        case .append where lineLength(line) > 0: cursor.column += 1
        case .insertAtStart: cursor.column = indentLength(line)
        case .appendAtEnd: cursor.column = lineLength(line)
        case .openBelow:
            let indent = Array(buffer.lines[line].prefix(indentLength(line)))
            let end = TextPosition(line, lineLength(line))
            cursor = buffer.replace(end, end, with: [[], indent])
            vi.insertion?.hasOnlyIndent = !indent.isEmpty
        case .openAbove:
            let indent = Array(buffer.lines[line].prefix(indentLength(line)))
            let start = TextPosition(line, 0)
            buffer.replace(start, start, with: [indent, []])
            cursor = TextPosition(line, indent.count)
            vi.insertion?.hasOnlyIndent = !indent.isEmpty
        default: break
        }
        vi.insertion?.start = cursor
        mode = action == .replaceMode ? .viReplace : .viInsert
    }

    mutating func handleInsert(_ key: Key) -> Outcome {
        switch key {
        case .escape, .control("c"), .control("["):
            finishInsert()
            return .handled
        case .left, .right, .up, .down, .home, .end, .pageUp, .pageDown, .controlLeft,
            .controlRight:
            moveInInsert(key)
            return .handled
        case .tab: return .ignored
        default: break
        }
        guard insert(key) else { return .ignored }
        if !vi.isRepeating { vi.insertion?.keys.append(key) }
        return .handled
    }

    private mutating func insert(_ key: Key) -> Bool {
        switch key {
        case .character(let character): typeInVi(character)
        case .paste(let text):
            cursor = buffer.insert(text, at: cursor)
            vi.insertion?.hasOnlyIndent = false
        case .enter: openLineInInsert()
        case .backspace, .control("h"): backspace()
        case .delete:
            var end = cursor
            if stepForward(&end) != .none { buffer.replace(cursor, end, with: [[]]) }
        case .control("w"): deleteWordInInsert()
        case .control("u"):
            let start = TextPosition(cursor.line, insertStartColumn)
            buffer.replace(min(start, cursor), cursor, with: [[]])
            cursor = min(start, cursor)
        case .control("t"): shiftLines(cursor.line...cursor.line, by: 1)
        case .control("d"): shiftLines(cursor.line...cursor.line, by: -1)
        default: return false
        }
        return true
    }

    private mutating func typeInVi(_ character: Character) {
        vi.insertion?.hasOnlyIndent = false
        if let start = mergedStart(of: [character]) {
            let joined = Character(
                String(buffer.lines[cursor.line][start.column]) + String(character))
            cursor = buffer.replace(start, cursor, with: [[joined]])
            return
        }
        if mode == .viReplace {
            let under = buffer.character(at: cursor)
            if var insertion = vi.insertion {
                insertion.covered.append(under)
                vi.insertion = insertion
            }
            let end = TextPosition(cursor.line, cursor.column + (under == nil ? 0 : 1))
            buffer.replace(cursor, end, with: [[character]])
            cursor.column += 1
            return
        }
        cursor = buffer.replace(cursor, cursor, with: [[character]])
    }

    private mutating func openLineInInsert() {
        let line = cursor.line
        let indent = Array(buffer.lines[line].prefix(min(indentLength(line), cursor.column)))
        var start = cursor
        if vi.insertion?.hasOnlyIndent == true { start = TextPosition(line, 0) }
        var end = cursor
        while let next = buffer.character(at: end), next == " " || next == "\t" { end.column += 1 }
        cursor = buffer.replace(start, end, with: [[], indent])
        let isBare = !indent.isEmpty && cursor.column == lineLength(cursor.line)
        vi.insertion?.hasOnlyIndent = isBare
        vi.insertion?.covered = []
    }

    private mutating func backspace() {
        if mode == .viReplace {
            guard cursor.column > 0, let covered = vi.insertion?.covered.last else {
                cursor.column = max(0, cursor.column - 1)
                return
            }
            vi.insertion?.covered.removeLast()
            let start = TextPosition(cursor.line, cursor.column - 1)
            buffer.replace(start, cursor, with: [covered.map { [$0] } ?? []])
            cursor = start
            return
        }
        var start = cursor
        guard stepBack(&start) != .none else { return }
        buffer.replace(start, cursor, with: [[]])
        cursor = start
    }

    private var insertStartColumn: Int {
        guard let start = vi.insertion?.start, start.line == cursor.line,
            start.column < cursor.column
        else { return 0 }
        return start.column
    }

    private mutating func deleteWordInInsert() {
        guard cursor.column > 0 else { return backspace() }
        let line = buffer.lines[cursor.line]
        let floor = insertStartColumn
        var start = cursor.column
        while start > floor, line[start - 1].wordClass(isBig: false) == 0 { start -= 1 }
        if start > floor {
            let kind = line[start - 1].wordClass(isBig: false)
            while start > floor, line[start - 1].wordClass(isBig: false) == kind { start -= 1 }
        }
        let place = TextPosition(cursor.line, start)
        buffer.replace(place, cursor, with: [[]])
        cursor = place
    }

    private mutating func moveInInsert(_ key: Key) {
        // What follows is a new insertion, for undo as for `.`.
        buffer.endStep(cursor: cursor)
        let line = cursor.line
        switch key {
        case .left: cursor.column = max(0, cursor.column - 1)
        case .right: cursor.column = min(lineLength(line), cursor.column + 1)
        case .home: cursor.column = 0
        case .end: cursor.column = lineLength(line)
        case .controlLeft: cursor = wordBack(cursor, count: 1, isBig: false) ?? cursor
        case .controlRight:
            cursor =
                wordForward(cursor, count: 1, isBig: false, stopsAtLineEnd: false) ?? buffer.end
        default:
            let step: Int =
                switch key {
                case .up: -1
                case .down: 1
                case .pageUp: -max(1, pageHeight - 2)
                default: max(1, pageHeight - 2)
                }
            let wanted = goal ?? cursor.column
            let target = min(max(0, line + step), buffer.lineCount - 1)
            cursor = TextPosition(target, min(wanted, lineLength(target)))
            goal = wanted
        }
        buffer.beginStep(cursor: cursor)
        let plain = ViCommand(register: nil, count: nil, kind: .action(.insert))
        vi.insertion = ViState.Insertion(change: ViChange(command: plain), start: cursor)
    }

    /// Ends insert mode: does the typing again for a count, and closes the step of undo.
    mutating func finishInsert() {
        guard var insertion = vi.insertion else {
            if mode == .viInsert || mode == .viReplace { mode = .viNormal }
            return clampCursor()
        }
        let keys = vi.isRepeating ? vi.lastChange?.typed ?? [] : insertion.keys
        if let count = insertion.change.command.count, count > 1,
            case .action(let action) = insertion.change.command.kind
        {
            for _ in 1..<min(count, 10_000) {
                if action == .openBelow || action == .openAbove {
                    cursor.column = lineLength(cursor.line)
                    let indent = Array(
                        buffer.lines[cursor.line].prefix(indentLength(cursor.line)))
                    cursor = buffer.replace(cursor, cursor, with: [[], indent])
                }
                for key in keys { _ = insert(key) }
            }
        }
        insertion = vi.insertion ?? insertion
        if insertion.hasOnlyIndent, cursor.column == lineLength(cursor.line),
            indentLength(cursor.line) == cursor.column
        {
            let start = TextPosition(cursor.line, 0)
            buffer.replace(start, cursor, with: [[]])
            cursor = start
        }
        if !vi.isRepeating {
            insertion.change.typed = insertion.keys
            vi.lastChange = insertion.change
        }
        vi.insertion = nil
        mode = .viNormal
        if cursor.column > 0 { cursor.column -= 1 }
        goal = nil
        clampCursor()
        buffer.endStep(cursor: cursor)
    }
}
