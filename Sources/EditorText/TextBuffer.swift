/// A place in a text: line and grapheme cluster, both from 0.
public struct TextPosition: Hashable, Sendable, Comparable {
    public var line: Int
    public var column: Int

    public init(_ line: Int, _ column: Int) {
        self.line = line
        self.column = column
    }

    public static func < (left: TextPosition, right: TextPosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// A text as lines of grapheme clusters, with undo.
///
/// An array of lines rather than a rope: an edit costs its line, lines are what everything else
/// asks for, and moving 10,000 references is nothing. There is always at least one line.
public struct TextBuffer: Sendable {
    public typealias Line = [Character]

    public private(set) var lines: [Line]
    /// Counts edits; equal numbers mean equal text.
    public private(set) var revision = 0
    /// The first line that differs from when ``takeDirtyLine()`` was last called.
    private var dirtyLine: Int?
    private var undoSteps: [Step] = []
    private var redoSteps: [Step] = []
    private var openStep: Step?
    private var openDepth = 0

    /// One primitive change: at a place, lines joined by newlines go and others come.
    private struct Edit: Sendable {
        var at: TextPosition
        var removed: [Line]
        var inserted: [Line]
    }

    /// What one undo takes back.
    private struct Step: Sendable {
        var edits: [Edit] = []
        var before: TextPosition
        var after: TextPosition
    }

    /// The most steps that are kept.
    private static let stepLimit = 10_000

    public init(_ text: String = "") {
        lines = Self.lines(of: text)
    }

    /// Cuts a text at its line ends: LF, CR LF or CR.
    public static func lines(of text: some StringProtocol) -> [Line] {
        var lines: [Line] = [[]]
        for character in text {
            switch character {
            case "\n", "\r\n", "\r": lines.append([])
            default: lines[lines.count - 1].append(character)
            }
        }
        return lines
    }

    /// The whole text, lines joined by LF. O(length).
    public var text: String { Self.text(of: lines) }

    /// Lines joined by LF. O(length).
    public static func text(of lines: some Sequence<Line>) -> String {
        var text = ""
        var isFirst = true
        for line in lines {
            if !isFirst { text.append("\n") }
            isFirst = false
            text.append(contentsOf: line)
        }
        return text
    }

    public var lineCount: Int { lines.count }
    public var isEmpty: Bool { lines.count == 1 && lines[0].isEmpty }
    public var end: TextPosition { TextPosition(lines.count - 1, lines[lines.count - 1].count) }

    /// The nearest place that exists.
    public func clamped(_ position: TextPosition) -> TextPosition {
        let line = min(max(0, position.line), lines.count - 1)
        return TextPosition(line, min(max(0, position.column), lines[line].count))
    }

    /// The text between two places, the second not before the first.
    public func slice(_ start: TextPosition, _ end: TextPosition) -> [Line] {
        if start.line == end.line {
            return [Array(lines[start.line][start.column..<max(start.column, end.column)])]
        }
        var result = [Array(lines[start.line][start.column...])]
        result += lines[start.line + 1..<end.line]
        result.append(Array(lines[end.line][..<end.column]))
        return result
    }

    /// The character at a place; nil at the end of a line.
    public func character(at position: TextPosition) -> Character? {
        guard lines.indices.contains(position.line),
            lines[position.line].indices.contains(position.column)
        else { return nil }
        return lines[position.line][position.column]
    }

    /// The bytes before a place, lines joined by LF. O(text before it).
    public func byteOffset(of position: TextPosition) -> Int {
        let whole = lines[..<position.line].reduce(0) { sum, line in
            sum + line.reduce(1) { $0 + $1.utf8.count }
        }
        return lines[position.line][..<position.column].reduce(whole) { $0 + $1.utf8.count }
    }

    /// The place before which there are `offset` bytes; inside a character, the character's.
    public func position(ofByte offset: Int) -> TextPosition {
        var left = offset
        for (number, line) in lines.enumerated() {
            var column = 0
            for character in line {
                let count = character.utf8.count
                if left < count { return TextPosition(number, column) }
                left -= count
                column += 1
            }
            if left == 0 { return TextPosition(number, column) }
            left -= 1
        }
        return end
    }

    // MARK: Changing

    /// Puts lines in place of what lies between two places; returns where they end.
    ///
    /// Clusters that the change brings together (a letter and a mark) become one.
    @discardableResult
    public mutating func replace(
        _ start: TextPosition, _ end: TextPosition, with new: [Line]
    ) -> TextPosition {
        let removed = slice(start, end)
        let edit = Edit(at: start, removed: removed, inserted: new.isEmpty ? [[]] : new)
        guard edit.removed != edit.inserted else { return end }
        let stop = apply(edit)
        record(edit)
        return stop
    }

    @discardableResult
    public mutating func insert(_ text: some StringProtocol, at place: TextPosition) -> TextPosition
    {
        replace(place, place, with: Self.lines(of: text))
    }

    private mutating func apply(_ edit: Edit) -> TextPosition {
        let (start, count) = (edit.at, edit.removed.count)
        let last = start.line + count - 1
        let lastColumn =
            count == 1 ? start.column + edit.removed[0].count : edit.removed[count - 1].count
        var stop = TextPosition(
            start.line + edit.inserted.count - 1, edit.inserted[edit.inserted.count - 1].count)
        if edit.inserted.count == 1 { stop.column += start.column }
        if count == 1, edit.inserted.count == 1 {
            lines[start.line].replaceSubrange(start.column..<lastColumn, with: edit.inserted[0])
        } else {
            let tail = lines[last][lastColumn...]
            var new = edit.inserted
            new[0] = lines[start.line][..<start.column] + new[0]
            new[new.count - 1] += tail
            lines.replaceSubrange(start.line...last, with: new)
        }
        revision += 1
        dirtyLine = min(dirtyLine ?? start.line, start.line)
        return stop
    }

    private mutating func record(_ edit: Edit) {
        redoSteps = []
        if openStep == nil {
            undoSteps.append(Step(edits: [edit], before: edit.at, after: edit.at))
        } else {
            openStep?.edits.append(edit)
        }
    }

    /// Takes together what is changed until ``endStep(cursor:)``; calls may nest.
    public mutating func beginStep(cursor: TextPosition) {
        openDepth += 1
        if openStep == nil { openStep = Step(before: cursor, after: cursor) }
    }

    public mutating func endStep(cursor: TextPosition) {
        openDepth = max(0, openDepth - 1)
        guard openDepth == 0, var step = openStep else { return }
        openStep = nil
        guard !step.edits.isEmpty else { return }
        step.after = cursor
        undoSteps.append(step)
        if undoSteps.count > Self.stepLimit {
            undoSteps.removeFirst(undoSteps.count - Self.stepLimit)
        }
    }

    /// Makes the next step part of the one before: one undo for a word that was typed.
    public mutating func joinLastSteps() {
        guard undoSteps.count >= 2, let last = undoSteps.popLast() else { return }
        undoSteps[undoSteps.count - 1].edits += last.edits
        undoSteps[undoSteps.count - 1].after = last.after
    }

    public var undoCount: Int { undoSteps.count }

    /// What an undo or redo changed.
    public struct Restored: Hashable, Sendable {
        /// The uppermost line that changed.
        public var top: Int
        /// Where the cursor was before (undo) or after (redo) the change.
        public var cursor: TextPosition
    }

    /// Takes the last step back; nil where there is none.
    public mutating func undo() -> Restored? {
        guard openStep == nil, let step = undoSteps.popLast() else { return nil }
        var top = Int.max
        for edit in step.edits.reversed() {
            _ = apply(Edit(at: edit.at, removed: edit.inserted, inserted: edit.removed))
            top = min(top, edit.at.line)
        }
        redoSteps.append(step)
        return Restored(top: top, cursor: step.before)
    }

    /// Does again what was undone last; nil where nothing was.
    public mutating func redo() -> Restored? {
        guard openStep == nil, let step = redoSteps.popLast() else { return nil }
        var top = Int.max
        for edit in step.edits {
            _ = apply(edit)
            top = min(top, edit.at.line)
        }
        undoSteps.append(step)
        return Restored(top: top, cursor: step.after)
    }

    /// The first line changed since the last call; nil where none was.
    public mutating func takeDirtyLine() -> Int? {
        defer { dirtyLine = nil }
        return dirtyLine
    }
}
