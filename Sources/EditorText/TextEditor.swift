public import Screen

/// An editor of one text: readline keys by default, vi's on demand.
public struct TextEditor: Sendable {
    public enum Mode: Hashable, Sendable {
        /// Every character is typed.
        case readline
        case viNormal, viInsert, viReplace
        case viVisual, viVisualLine
    }

    /// A text that was cut or copied.
    public struct Register: Hashable, Sendable {
        public var lines: [TextBuffer.Line]
        public var isLinewise: Bool
    }

    /// What became of a key.
    public enum Outcome: Hashable, Sendable {
        case handled
        /// The key means nothing here: whoever is around may take it.
        case ignored
        /// Handled, and this text is for the terminal's clipboard.
        case copied(String)
        /// Handled, but not possible; why is worth a line.
        case refused(String)
    }

    public internal(set) var buffer: TextBuffer
    public internal(set) var cursor = TextPosition(0, 0)
    /// The other end of the selection; nil while nothing is selected.
    public internal(set) var anchor: TextPosition?
    public internal(set) var mode = Mode.readline
    /// The column that moves up and down aim at; `Int.max` after `$`.
    var goal: Int?
    /// Lines in sight, for moves by pages.
    public var pageHeight = 20
    /// Index of the first line in sight, for `H`, `M` and `L`; the one who draws keeps it.
    public var topLine = 0
    /// A search that is being typed.
    public internal(set) var searchLine: SearchLine?
    public internal(set) var lastSearch: Search?
    var registers: [Character: Register] = [:]
    var killIsGrowing = false
    var typedIsGrowing = false
    var vi = ViState()

    public struct SearchLine: Hashable, Sendable {
        public var text: String
        public var isForward: Bool
        var origin: TextPosition
        /// The operator that waits for where the search leads.
        var command: ViCommand?
    }

    public struct Search: Hashable, Sendable {
        /// Found as it stands; case matters only if it has capitals.
        public var text: String
        public var isForward: Bool
        var isWholeWord = false

        public init(text: String, isForward: Bool) {
            (self.text, self.isForward) = (text, isForward)
        }

        init(text: String, isForward: Bool, isWholeWord: Bool) {
            (self.text, self.isForward, self.isWholeWord) = (text, isForward, isWholeWord)
        }
    }

    /// What one step of indentation is.
    static let indent: TextBuffer.Line = Array("    ")

    public init(_ text: String = "", usesVi: Bool = false) {
        buffer = TextBuffer(text)
        mode = usesVi ? .viNormal : .readline
    }

    public var text: String { buffer.text }
    public var usesVi: Bool { mode != .readline }

    /// Turns vi's keys on or off.
    public mutating func setVi(_ isOn: Bool) {
        guard isOn != usesVi else { return }
        finishInsert()
        mode = isOn ? .viNormal : .readline
        (anchor, vi.pending, goal) = (nil, [], nil)
        clampCursor()
    }

    /// Whether keys that are letters are typed into the text.
    public var isTyping: Bool { mode == .readline || mode == .viInsert || mode == .viReplace }

    /// Keys of a vi command that is not complete yet.
    public var pendingKeys: [Key] { vi.pending }

    /// Applies a key.
    public mutating func handle(_ key: Key) -> Outcome {
        let outcome: Outcome
        if searchLine != nil {
            outcome = handleSearch(key)
        } else {
            switch mode {
            case .readline: outcome = handleReadline(key)
            case .viInsert, .viReplace: outcome = handleInsert(key)
            case .viNormal, .viVisual, .viVisualLine: outcome = handleNormal(key)
            }
        }
        return outcome
    }

    // MARK: Whole-text changes from outside

    /// The selection as places in order; the second is behind the last character.
    public var selection: (start: TextPosition, end: TextPosition)? {
        guard let anchor = anchor.map({ buffer.clamped($0) }) else { return nil }
        let (low, high) = (min(anchor, cursor), max(anchor, cursor))
        switch mode {
        case .viVisualLine:
            return (TextPosition(low.line, 0), TextPosition(high.line, lineLength(high.line)))
        case .viVisual:
            return (low, TextPosition(high.line, min(high.column + 1, lineLength(high.line))))
        default: return low < high ? (low, high) : nil
        }
    }

    public var selectedText: String? {
        selection.map { TextBuffer.text(of: buffer.slice($0.start, $0.end)) }
    }

    /// Puts a text in place of another, as one step; the cursor goes behind it.
    public mutating func replace(
        _ start: TextPosition, _ end: TextPosition, with text: some StringProtocol
    ) {
        let (start, end) = (buffer.clamped(start), buffer.clamped(end))
        buffer.beginStep(cursor: cursor)
        cursor = buffer.replace(start, max(start, end), with: TextBuffer.lines(of: text))
        (anchor, goal) = (nil, nil)
        buffer.endStep(cursor: cursor)
        breakGrowing()
        clampCursor()
    }

    /// Exchanges the whole text as one step that can be undone; the cursor stays where it can.
    public mutating func setText(_ text: some StringProtocol) {
        let old = cursor
        replace(TextPosition(0, 0), buffer.end, with: text)
        cursor = buffer.clamped(old)
        clampCursor()
    }

    /// Moves the cursor and drops the selection.
    public mutating func moveCursor(to position: TextPosition) {
        cursor = buffer.clamped(position)
        (anchor, goal) = (nil, nil)
        if mode == .viVisual || mode == .viVisualLine { mode = .viNormal }
        breakGrowing()
        clampCursor()
    }

    /// The first line changed since the last call; nil where none was.
    public mutating func takeDirtyLine() -> Int? { buffer.takeDirtyLine() }

    func lineLength(_ line: Int) -> Int { buffer.lines[line].count }

    /// Ends what would otherwise be taken together: a kill, a typed word.
    mutating func breakGrowing() {
        killIsGrowing = false
        typedIsGrowing = false
    }

    /// Keeps the cursor in the text, and in vi's normal mode on a character.
    mutating func clampCursor() {
        cursor = buffer.clamped(cursor)
        if mode == .viNormal {
            let last = max(0, lineLength(cursor.line) - 1)
            cursor.column = min(cursor.column, last)
        }
    }
}

extension Character {
    /// How a character counts for moves by words: 0 blank, 1 punctuation, 2 word.
    func wordClass(isBig: Bool) -> Int {
        if self == " " || self == "\t" || (isWhitespace && self != "\u{A0}") { return 0 }
        if isBig { return 1 }
        return isLetter || isNumber || self == "_" ? 2 : 1
    }
}
