public import SQLText

/// One statement of a text, with the words that tell what it does.
struct StatementText {
    /// Its bytes in the text: from its first word to before the semicolon.
    var range: Range<Int>
    /// Without blanks and comments.
    var tokens: [SQLToken]
    /// Whether a quote or a comment in it is not closed.
    var isUnterminated: Bool { tokens.last?.isTerminated == false }

    /// The statements of `bytes`; empty ones are left out.
    ///
    /// Semicolons within quotes, comments, dollar quotes and the bodies of triggers
    /// (`BEGIN … END`) and of PostgreSQL's `BEGIN ATOMIC … END` do not end a statement.
    static func split(_ bytes: [UInt8], _ engine: DatabaseEngine) -> [StatementText] {
        let script = SQLScript(bytes: bytes, engine.dialect)
        return script.statements.map { statement in
            StatementText(
                range: statement.range,
                tokens: script.tokens[statement.tokens].filter { $0.means(in: engine.dialect) })
        }
    }

    /// The words at the beginning, in capitals; empty for what is no word, or is longer than any
    /// keyword.
    func firstWords(_ count: Int, _ bytes: [UInt8]) -> [String] {
        tokens.prefix(count).map { token in
            guard token.kind == .word, token.range.count <= 32 else { return "" }
            return String(decoding: bytes[token.range], as: UTF8.self).uppercased()
        }
    }

    /// The names of the parameters in a text; `?` takes its place's number.
    static func parameterNames(_ bytes: [UInt8], _ engine: DatabaseEngine) -> [String] {
        var names: [String] = []
        for token in SQLLexer(engine.dialect).tokens(of: bytes) where token.kind == .parameter {
            let name = String(decoding: bytes[token.range].dropFirst(), as: UTF8.self)
            let isNew = !names.contains(name)
            if name.isEmpty {
                names.append("\(names.count + 1)")
            } else if isNew {
                names.append(name)
            }
        }
        return names
    }
}

extension DatabaseEngine {
    /// How the engine's SQL is cut into words.
    public var dialect: SQLDialect {
        switch self {
        case .sqlite: .sqlite
        case .postgresql: .postgresql
        case .duckdb: .duckdb
        }
    }
}
