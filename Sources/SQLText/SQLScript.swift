/// A text of statements, cut into tokens once.
public struct SQLScript: Sendable {
    public let dialect: SQLDialect
    public let bytes: [UInt8]
    public let tokens: [SQLToken]
    /// In order; pieces of nothing but blanks and comments are none.
    public let statements: [SQLStatement]

    /// Reads `text`. O(length).
    public init(_ text: some StringProtocol, _ dialect: SQLDialect) {
        self.init(bytes: Array(text.utf8), dialect)
    }

    /// Reads a text that should be UTF-8. O(length).
    public init(bytes: [UInt8], _ dialect: SQLDialect) {
        self.dialect = dialect
        self.bytes = bytes
        tokens = SQLLexer(dialect).tokens(of: bytes)
        statements = Self.split(tokens, bytes, dialect)
    }

    /// The text of some bytes.
    public func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    public func text(of statement: SQLStatement) -> String { text(statement.range) }

    /// The statement that a cursor at a byte offset means: the one it is in or touches the end of,
    /// otherwise the next, otherwise the last.
    public func statement(at offset: Int) -> SQLStatement? {
        for statement in statements where offset <= statement.end {
            if offset >= statement.range.lowerBound { return statement }
            // Between two: the one before where the cursor is still on its last line.
            let before = statements.last { $0.end < offset }
            guard let before else { return statement }
            let gap = bytes[before.end..<offset]
            return gap.contains(0x0A) ? statement : before
        }
        return statements.last
    }

    private static func split(
        _ tokens: [SQLToken], _ bytes: [UInt8], _ dialect: SQLDialect
    ) -> [SQLStatement] {
        var statements: [SQLStatement] = []
        var first: Int?
        var last = 0
        var body = SQLBody()
        func close(end: Int) {
            guard let start = first else { return }
            let range = tokens[start].range.lowerBound..<tokens[last].range.upperBound
            statements.append(
                SQLStatement(range: range, end: max(end, range.upperBound), tokens: start...last))
        }
        for (index, token) in tokens.enumerated() where token.means(in: dialect) {
            if SQLLexer.isByte(token, UInt8(ascii: ";"), bytes), !body.isOpen {
                close(end: token.range.upperBound)
                first = nil
                body = SQLBody()
                continue
            }
            if first == nil { first = index }
            last = index
            if token.kind == .word { body.take(bytes[token.range]) }
        }
        close(end: 0)
        return statements
    }
}

/// A statement of a script.
public struct SQLStatement: Hashable, Sendable {
    /// Its bytes from the first to the last token, without the semicolon.
    public let range: Range<Int>
    /// The offset behind its semicolon, or where its text ends.
    public let end: Int
    /// Its tokens in the script.
    public let tokens: ClosedRange<Int>
}

/// Follows `BEGIN … END` of triggers and of `BEGIN ATOMIC` functions, in which a semicolon does not
/// end the statement.
struct SQLBody {
    private var words = 0
    private var isCreate = false
    private var mayHaveBody = false
    private var lastWasBegin = false
    private var depth = 0

    var isOpen: Bool { depth > 0 }

    mutating func take(_ bytes: ArraySlice<UInt8>) {
        words += 1
        guard bytes.count <= 9 else {
            lastWasBegin = false
            return
        }
        let word = String(decoding: bytes, as: UTF8.self).lowercased()
        if words == 1 { isCreate = word == "create" }
        guard isCreate else { return }
        if words <= 5, word == "trigger" || word == "function" || word == "procedure" {
            // A trigger has a body at once, the others only where it is ATOMIC.
            mayHaveBody = true
            needsAtomic = word != "trigger"
        }
        guard mayHaveBody else { return }
        switch word {
        case "begin" where depth == 0:
            if !needsAtomic { depth = 1 }
            lastWasBegin = true
            return
        case "atomic" where lastWasBegin && depth == 0: depth = 1
        case "case" where depth > 0: depth += 1
        case "end" where depth > 0: depth -= 1
        default: break
        }
        lastWasBegin = false
    }

    private var needsAtomic = false
}
