/// One statement of a text, with the words that tell what it does.
struct StatementText {
    /// Its bytes in the text: from its first word to before the semicolon.
    var range: Range<Int>
    /// Without blanks and comments.
    var tokens: [SQLScanner.Token]
    /// Whether a quote or a comment in it is not closed.
    var isUnterminated: Bool { tokens.last?.kind == .unterminated }

    /// The statements of `bytes`; empty ones are left out.
    ///
    /// Semicolons within quotes, comments, dollar quotes and the bodies of triggers
    /// (`BEGIN … END`) and of PostgreSQL's `BEGIN ATOMIC … END` do not end a statement.
    static func split(_ bytes: [UInt8], _ engine: DatabaseEngine) -> [StatementText] {
        var statements: [StatementText] = []
        var body = BodyDepth()
        var tokens: [SQLScanner.Token] = []
        func finish() {
            if let first = tokens.first, let last = tokens.last {
                statements.append(
                    StatementText(
                        range: first.range.lowerBound..<last.range.upperBound, tokens: tokens))
            }
            tokens = []
            body = BodyDepth()
        }
        var scanner = SQLScanner(bytes, engine)
        while let token = scanner.next() {
            switch token.kind {
            case .blank, .comment: continue
            case .semicolon where !body.isInside: finish()
            default:
                tokens.append(token)
                if token.kind == .word { body.see(word(token, bytes), before: tokens.count - 1) }
            }
        }
        finish()
        return statements
    }

    /// A word in capitals; empty for one of more than 32 bytes, which no keyword is.
    static func word(_ token: SQLScanner.Token, _ bytes: [UInt8]) -> String {
        guard token.kind == .word, token.range.count <= 32 else { return "" }
        return String(decoding: bytes[token.range], as: UTF8.self).uppercased()
    }

    /// The words at the beginning, in capitals.
    func firstWords(_ count: Int, _ bytes: [UInt8]) -> [String] {
        tokens.prefix(count).map { Self.word($0, bytes) }
    }
}

/// How deep a statement is in `BEGIN … END` of a trigger or of a function's body.
private struct BodyDepth {
    private var depth = 0
    private var isTrigger = false
    private var isCreate = false
    private var last = ""

    var isInside: Bool { depth > 0 }

    mutating func see(_ word: String, before index: Int) {
        if index == 0 { isCreate = word == "CREATE" }
        if isCreate, index <= 4, word == "TRIGGER" { isTrigger = true }
        switch word {
        case "BEGIN" where isTrigger && depth == 0: depth = 1
        case "ATOMIC" where isCreate && last == "BEGIN" && depth == 0: depth = 1
        case "CASE" where depth > 0: depth += 1
        case "END" where depth > 0: depth -= 1
        default: break
        }
        last = word
    }
}
