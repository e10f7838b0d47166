public import EditorText
import SQLText

/// A text being edited, with what drawing it needs.
public struct QueryBuffer: Sendable {
    public var name: String
    public var editor: TextEditor
    /// What the last run failed of.
    struct Failure: Sendable {
        /// Where; nil where the engine does not say.
        var position: TextPosition?
        var message: String
        /// The text as it was then: once it changes the message makes room, the mark stays.
        var revision: Int
    }
    var error: Failure?
    /// What each line begins in, for as many lines as are known.
    private(set) var modes: [SQLMode] = [.plain]
    private var dialect = SQLDialect.sqlite
    var leftColumn = 0

    public init(name: String, text: String = "", usesVi: Bool = false) {
        self.name = name
        editor = TextEditor(text, usesVi: usesVi)
    }

    /// The message of the last error, while the text is still the one that failed.
    var message: String? { error?.revision == editor.buffer.revision ? error?.message : nil }

    /// Brings the cursor into sight and the colours of the lines in sight up to date.
    ///
    /// Only lines from the first changed one to the last in sight are read again.
    mutating func settle(height: Int, dialect: SQLDialect) {
        let height = max(1, height)
        editor.pageHeight = height
        let line = editor.cursor.line
        if line < editor.topLine { editor.topLine = line }
        if line >= editor.topLine + height { editor.topLine = line - height + 1 }
        editor.topLine = min(editor.topLine, max(0, editor.buffer.lineCount - 1))
        if dialect != self.dialect {
            self.dialect = dialect
            modes = [.plain]
        }
        if let dirty = editor.takeDirtyLine(), modes.count > dirty + 1 {
            modes.removeSubrange((dirty + 1)...)
        }
        let lexer = SQLLexer(dialect)
        let last = min(editor.buffer.lineCount, editor.topLine + height + 1)
        while modes.count < last {
            var mode = modes[modes.count - 1]
            _ = lexer.tokens(of: Self.bytes(editor.buffer.lines[modes.count - 1]), mode: &mode)
            modes.append(mode)
        }
    }

    static func bytes(_ line: TextBuffer.Line) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(line.count)
        for character in line { bytes.append(contentsOf: character.utf8) }
        return bytes
    }

    /// What each character of a line is to the eye.
    func colors(ofLine number: Int) -> [SQLColor] {
        let line = editor.buffer.lines[number]
        var mode = number < modes.count ? modes[number] : .plain
        let spans = SQLLexer(dialect).colors(of: Self.bytes(line), mode: &mode)
        var colors = [SQLColor](repeating: .plain, count: line.count)
        var (offset, span) = (0, 0)
        for (index, character) in line.enumerated() {
            while span < spans.count, spans[span].0.upperBound <= offset { span += 1 }
            if span < spans.count, spans[span].0.contains(offset) { colors[index] = spans[span].1 }
            offset += character.utf8.count
        }
        return colors
    }

    /// The text around the cursor that holds its statement, at most some hundred lines, and the
    /// cursor's byte in it: what completion looks at, so that its cost is not the buffer's.
    func surroundings() -> (text: String, cursor: Int, firstLine: Int) {
        let lines = editor.buffer.lines
        let line = editor.cursor.line
        var first = line
        while first > 0, line - first < 300, !endsStatement(lines[first - 1], first - 1) {
            first -= 1
        }
        var last = line
        while last + 1 < lines.count, last - line < 100, !lines[last].contains(";") { last += 1 }
        let text = lines[first...last].map { String($0) }.joined(separator: "\n")
        let before = lines[first..<line].reduce(0) { $0 + Self.bytes($1).count + 1 }
        let inLine = lines[line][..<editor.cursor.column].reduce(0) { $0 + $1.utf8.count }
        return (text, before + inLine, first)
    }

    private func endsStatement(_ line: TextBuffer.Line, _ number: Int) -> Bool {
        guard line.contains(";"), number < modes.count, modes[number] == .plain else {
            return false
        }
        return line.last { $0 != " " && $0 != "\t" } == ";"
    }
}
