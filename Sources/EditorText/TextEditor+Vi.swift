import Screen

// Normal and visual mode.
extension TextEditor {
    private var isVisual: Bool { mode == .viVisual || mode == .viVisualLine }

    mutating func handleNormal(_ key: Key) -> Outcome {
        if case .paste(let text) = key {
            vi.pending = []
            guard !isVisual else { return .refused("Leave the selection before you paste.") }
            pasteInNormal(text)
            return .handled
        }
        if key == .escape || key == .control("c") {
            if !vi.pending.isEmpty {
                vi.pending = []
                return .handled
            }
            guard isVisual else { return .ignored }
            leaveVisual()
            return .handled
        }
        vi.pending.append(key)
        switch ViParser.parse(vi.pending, isVisual: isVisual) {
        case .incomplete: return .handled
        case .unknown:
            let wasFirst = vi.pending.count == 1
            vi.pending = []
            return wasFirst ? .ignored : .handled
        case .complete(let command):
            vi.pending = []
            return run(command)
        }
    }

    private mutating func pasteInNormal(_ text: String) {
        breakGrowing()
        buffer.beginStep(cursor: cursor)
        cursor = buffer.insert(text, at: cursor)
        if cursor.column > 0 { cursor.column -= 1 }
        buffer.endStep(cursor: cursor)
        goal = nil
        clampCursor()
    }

    mutating func run(_ command: ViCommand) -> Outcome {
        switch command.kind {
        case .motion(let motion):
            guard let span = span(of: motion, count: command.count) else { return .handled }
            let keepsGoal = motion == .up || motion == .down
            if !keepsGoal { goal = motion == .lineEnd ? Int.max : nil }
            cursor = span.target
            // A selection may take the end of the line along.
            if isVisual, motion == .lineEnd { cursor.column = lineLength(cursor.line) }
            clampCursor()
            return .handled
        case .object(let object): return select(object, count: command.count ?? 1)
        case .operate(let operation, let target): return operate(operation, target, command)
        case .action(let action): return perform(action, command)
        }
    }

    private mutating func select(_ object: ViObject, count: Int) -> Outcome {
        guard let range = range(of: object, count: count) else { return .handled }
        if range.isLinewise { mode = .viVisualLine }
        anchor = range.start
        cursor = TextPosition(range.end.line, max(0, range.end.column - 1))
        goal = nil
        clampCursor()
        return .handled
    }

    private mutating func leaveVisual() {
        if let anchor = anchor.map({ buffer.clamped($0) }) {
            vi.lastVisual = (anchor, cursor, mode == .viVisualLine)
            let (low, high) = (min(anchor, cursor), max(anchor, cursor))
            vi.marks["<"] = low
            vi.marks[">"] = high
        }
        (mode, anchor) = (.viNormal, nil)
        clampCursor()
    }

    // MARK: Operators

    private mutating func operate(
        _ operation: ViOperator, _ target: ViTarget, _ command: ViCommand
    ) -> Outcome {
        if case .search(let forward) = target {
            searchLine = SearchLine(
                text: "", isForward: forward, origin: cursor, command: command)
            return .handled
        }
        var change = ViChange(command: command)
        guard var range = operand(operation, target, command, &change) else {
            goal = nil
            return .handled
        }
        if isVisual {
            leaveVisual()
            if operation == .yank || operation == .delete || operation == .change {
                // A selection has no indentation of its own to keep.
                cursor = range.start
            }
        }
        goal = nil
        if operation != .yank { vi.lastChange = vi.isRepeating ? vi.lastChange : change }
        switch operation {
        case .yank:
            return yank(range, command.register, target)
        case .delete:
            // Taken from the indentation to the end of a later line, whole lines go.
            if !range.isLinewise, range.end.line > range.start.line, isCharMotion(target),
                range.start.column <= indentLength(range.start.line),
                buffer.lines[range.end.line][range.end.column...].allSatisfy({
                    $0 == " " || $0 == "\t"
                })
            {
                range = ObjectRange(
                    start: TextPosition(range.start.line, 0),
                    end: TextPosition(range.end.line, lineLength(range.end.line)),
                    isLinewise: true)
            }
            return stepped { $0.delete(range, command.register) }
        case .change:
            beginInsert(change)
            return self.change(range, command.register)
        case .indent, .outdent:
            let sign = operation == .indent ? 1 : -1
            let steps = target == .visual ? command.count ?? 1 : 1
            return stepped { editor in
                editor.shiftLines(
                    editor.lineRange(range.start.line, range.lastLine), by: sign * steps)
                editor.cursor = editor.firstNonBlank(range.start.line)
                return .handled
            }
        case .lower, .upper, .toggle:
            return stepped { editor in
                editor.recase(range, operation)
                editor.cursor =
                    range.isLinewise && target == .lines
                    ? min(editor.cursor, editor.firstNonBlank(range.start.line)) : range.start
                return .handled
            }
        }
    }

    private func isCharMotion(_ target: ViTarget) -> Bool {
        switch target {
        case .motion, .object: true
        default: false
        }
    }

    /// Does a change as one step of undo.
    private mutating func stepped(_ body: (inout TextEditor) -> Outcome) -> Outcome {
        breakGrowing()
        buffer.beginStep(cursor: cursor)
        let outcome = body(&self)
        clampCursor()
        buffer.endStep(cursor: cursor)
        return outcome
    }

    /// What an operator works on.
    private mutating func operand(
        _ operation: ViOperator, _ target: ViTarget, _ command: ViCommand, _ change: inout ViChange
    ) -> ObjectRange? {
        switch target {
        case .lines:
            let last = cursor.line + (command.count ?? 1) - 1
            guard last < buffer.lineCount || command.count == nil else {
                guard operation != .delete || cursor.line == 0 else { return nil }
                return nil
            }
            return lines(cursor.line, last)
        case .object(let object, let count):
            let times = (command.count ?? 1) * (count ?? 1)
            guard var range = range(of: object, count: times) else { return nil }
            if range.isLinewise { range = lines(range.start.line, range.end.line) }
            return range
        case .visual:
            guard let (start, end) = selection else { return nil }
            let isLinewise = mode == .viVisualLine
            change.visual = (
                end.line - start.line,
                end.line == start.line ? end.column - start.column : end.column, isLinewise
            )
            if isLinewise || operation == .indent || operation == .outdent {
                return lines(start.line, end.line)
            }
            return visualRange
        case .motion(let motion, let inner):
            let count: Int? =
                command.count == nil && inner == nil ? nil : (command.count ?? 1) * (inner ?? 1)
            guard let span = span(of: motion, count: count, forOperator: operation) else {
                return nil
            }
            vi.led = span.target
            return exact(span)
        case .search: return nil
        }
    }

    private func lines(_ first: Int, _ last: Int) -> ObjectRange {
        ObjectRange(
            start: TextPosition(first, 0), end: TextPosition(last, lineLength(last)),
            isLinewise: true)
    }

    /// The range between the cursor and where a motion leads.
    private func exact(_ span: ViSpan) -> ObjectRange? {
        let (low, high) = (min(cursor, span.target), max(cursor, span.target))
        if span.isLinewise { return lines(low.line, high.line) }
        var end = high
        if span.isInclusive {
            end.column = min(end.column + 1, lineLength(end.line))
        } else if end.column == 0, end.line > low.line {
            // An exclusive motion to the beginning of a line ends at the end of the one before.
            end = TextPosition(end.line - 1, lineLength(end.line - 1))
            if low.column <= indentLength(low.line) { return lines(low.line, end.line) }
        }
        return ObjectRange(start: low, end: end)
    }

    // MARK: Registers

    private mutating func store(
        _ range: ObjectRange, _ name: Character?, isYank: Bool
    ) -> Outcome {
        let text = Register(
            lines: buffer.slice(range.start, range.end), isLinewise: range.isLinewise)
        if name == "_" { return .handled }
        if let name, name.isLetter, name.isUppercase {
            let lower = Character(name.lowercased())
            var old = registers[lower] ?? Register(lines: [], isLinewise: text.isLinewise)
            if old.isLinewise || text.isLinewise {
                old.lines += text.lines
                old.isLinewise = true
            } else if let last = old.lines.popLast() {
                old.lines += [last + text.lines[0]] + text.lines.dropFirst()
            } else {
                old.lines = text.lines
            }
            registers[lower] = old
            registers["\""] = old
            return .handled
        }
        registers["\""] = text
        if let name { registers[name] = text }
        if isYank {
            if name == nil { registers["0"] = text }
        } else if text.isLinewise || text.lines.count > 1 {
            for number in stride(from: 9, to: 1, by: -1) {
                registers[Character(String(number))] = registers[Character(String(number - 1))]
            }
            registers["1"] = text
        } else if name == nil {
            registers["-"] = text
        }
        guard name == "+" || name == "*" else { return .handled }
        return .copied(TextBuffer.text(of: text.lines) + (text.isLinewise ? "\n" : ""))
    }

    private mutating func yank(
        _ range: ObjectRange, _ name: Character?, _ target: ViTarget
    ) -> Outcome {
        let outcome = store(range, name, isYank: true)
        switch target {
        case .lines: break
        case .motion where range.isLinewise:
            // The cursor goes to where the motion led, if that is before it.
            if let led = vi.led, led < cursor { cursor = led }
        default: cursor = range.start
        }
        clampCursor()
        return outcome
    }

    private mutating func delete(_ range: ObjectRange, _ name: Character?) -> Outcome {
        let outcome = store(range, name, isYank: false)
        guard range.isLinewise else {
            cursor = range.start
            buffer.replace(range.start, range.end, with: [[]])
            clampCursor()
            return outcome
        }
        removeLines(range.start.line, range.end.line)
        cursor = firstNonBlank(min(range.start.line, buffer.lineCount - 1))
        return outcome
    }

    private mutating func removeLines(_ first: Int, _ last: Int) {
        if last + 1 < buffer.lineCount {
            buffer.replace(TextPosition(first, 0), TextPosition(last + 1, 0), with: [[]])
        } else if first > 0 {
            buffer.replace(
                TextPosition(first - 1, lineLength(first - 1)),
                TextPosition(last, lineLength(last)), with: [[]])
        } else {
            buffer.replace(TextPosition(0, 0), buffer.end, with: [[]])
        }
    }

    private mutating func change(_ range: ObjectRange, _ name: Character?) -> Outcome {
        let outcome = store(range, name, isYank: false)
        if range.isLinewise {
            let indent = Array(
                buffer.lines[range.start.line].prefix(indentLength(range.start.line)))
            cursor = buffer.replace(
                TextPosition(range.start.line, 0), range.end, with: [indent])
            vi.insertion?.hasOnlyIndent = !indent.isEmpty
        } else {
            cursor = range.start
            buffer.replace(range.start, range.end, with: [[]])
        }
        mode = .viInsert
        vi.insertion?.start = cursor
        return outcome
    }

    private mutating func recase(_ range: ObjectRange, _ operation: ViOperator) {
        let lines = buffer.slice(range.start, range.end).map { line in
            line.map { Self.recased($0, operation) }
        }
        buffer.replace(range.start, range.end, with: lines)
    }

    static func recased(_ character: Character, _ operation: ViOperator) -> Character {
        let text: String
        switch operation {
        case .lower: text = character.lowercased()
        case .upper: text = character.uppercased()
        default: text = character.isUppercase ? character.lowercased() : character.uppercased()
        }
        // What has no single capital (ß) stays.
        return text.count == 1 ? text.first ?? character : character
    }

    // MARK: Putting

    mutating func put(_ name: Character?, after: Bool, count: Int) -> Outcome {
        guard let register = registers[name.map { Character($0.lowercased()) } ?? "\""] else {
            return .refused("That register is empty.")
        }
        return stepped { editor in
            if register.isLinewise {
                editor.putLines(register.lines, after: after, count: count)
            } else {
                editor.putText(register.lines, after: after, count: count)
            }
            return .handled
        }
    }

    private mutating func putLines(_ lines: [TextBuffer.Line], after: Bool, count: Int) {
        let all = (0..<count).flatMap { _ in lines }
        let first: Int
        if after {
            first = cursor.line + 1
            let end = TextPosition(cursor.line, lineLength(cursor.line))
            buffer.replace(end, end, with: [[]] + all)
        } else {
            first = cursor.line
            let start = TextPosition(cursor.line, 0)
            buffer.replace(start, start, with: all + [[]])
        }
        cursor = firstNonBlank(first)
    }

    private mutating func putText(_ lines: [TextBuffer.Line], after: Bool, count: Int) {
        var place = cursor
        if after, lineLength(place.line) > 0 { place.column += 1 }
        var all = lines
        for _ in 1..<max(1, count) {
            all[all.count - 1] += lines[0]
            all += lines.dropFirst()
        }
        let end = buffer.replace(place, place, with: all)
        if all.count == 1 {
            cursor = TextPosition(end.line, max(0, end.column - 1))
        } else {
            cursor = place
        }
    }

    // MARK: Putting over a selection

    mutating func putOverSelection(_ name: Character?, count: Int) -> Outcome {
        guard let register = registers[name ?? "\""],
            let range = visualRange
        else { return .refused("That register is empty.") }
        leaveVisual()
        return stepped { editor in
            editor.cursor = range.start
            _ = editor.delete(range, nil)
            if range.isLinewise {
                let isAll = editor.buffer.isEmpty
                editor.putLines(
                    register.lines, after: range.start.line > editor.cursor.line, count: count)
                if isAll {
                    let last = editor.buffer.lineCount - 1
                    editor.removeLines(last, last)
                }
            } else if register.isLinewise {
                editor.cursor = range.start
                let lines = [[]] + (0..<count).flatMap { _ in register.lines } + [[]]
                editor.buffer.replace(range.start, range.start, with: lines)
                editor.cursor = editor.firstNonBlank(range.start.line + 1)
            } else {
                editor.cursor = range.start
                editor.putText(register.lines, after: false, count: count)
            }
            return .handled
        }
    }

    private var visualRange: ObjectRange? {
        guard let (start, end) = selection, let anchor else { return nil }
        if mode == .viVisualLine { return lines(start.line, end.line) }
        let high = max(anchor, cursor)
        let takesEnd = high.column >= lineLength(high.line) && high.line + 1 < buffer.lineCount
        return ObjectRange(start: start, end: takesEnd ? TextPosition(high.line + 1, 0) : end)
    }
}

extension TextEditor.ObjectRange {
    /// The last line that an operator on whole lines takes.
    fileprivate var lastLine: Int {
        end.column == 0 && end.line > start.line && !isLinewise ? end.line - 1 : end.line
    }
}
