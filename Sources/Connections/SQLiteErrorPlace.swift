import SQLText

/// Where in a statement the name stands that an error of SQLite is about.
///
/// SQLite tells the place of most errors of syntax, but not of a name that it does not find in ON,
/// USING or FROM; there the name of its message is looked for.
enum SQLiteErrorPlace {
    private static let beginnings = [
        "no such column: ", "no such table: ", "no such function: ", "no such index: ",
        "no such view: ", "no such trigger: ", "no such savepoint: ", "no such module: ",
        "no such collation sequence: ", "ambiguous column name: ", "unknown database ",
        "cannot join using column ", "misuse of aggregate: ", "duplicate column name: ",
        "wrong number of arguments to function ", "misuse of aggregate function ",
        "misuse of window function ", "no such window: ", "duplicate WITH table name: ",
        "circular reference: ",
    ]

    /// The byte of `statement` where the name begins; nil where the message names none.
    static func offset(of message: String, in statement: [UInt8]) -> Int? {
        guard let name = name(in: message) else { return nil }
        let tokens = SQLLexer(.sqlite).tokens(of: statement).filter { !$0.isBlank }
        // With its qualifier, else its last part alone.
        let parts = name.split(separator: ".").map { String($0).lowercased() }
        return place(of: parts, tokens, statement)
            ?? parts.last.flatMap { place(of: [$0], tokens, statement) }
    }

    private static func name(in message: String) -> String? {
        if let beginning = beginnings.first(where: { message.hasPrefix($0) }) {
            let rest = message.dropFirst(beginning.count)
            // Newer versions go on with a hint behind a dash, or with other words.
            let words = rest.prefix { $0 != " " && $0 != "(" }
            return words.filter { $0 != "\"" }
        }
        // `table t has no column named c`
        if message.hasPrefix("table "), let found = message.firstRange(of: " has no column named ")
        {
            return String(message[found.upperBound...])
        }
        if message.hasPrefix("table ") || message.hasPrefix("index "),
            message.hasSuffix(" already exists")
        {
            return String(message.dropFirst(6).dropLast(" already exists".count))
                .filter { $0 != "\"" }
        }
        return nil
    }

    private static func place(
        of parts: [String], _ tokens: [SQLToken], _ bytes: [UInt8]
    ) -> Int? {
        guard !parts.isEmpty else { return nil }
        // Names and the dots between them.
        let length = parts.count * 2 - 1
        guard tokens.count >= length else { return nil }
        for start in 0...(tokens.count - length) {
            let part = tokens[start..<start + length]
            if fits(part, parts, bytes) { return tokens[start].range.lowerBound }
        }
        return nil
    }

    private static func fits(
        _ tokens: ArraySlice<SQLToken>, _ parts: [String], _ bytes: [UInt8]
    ) -> Bool {
        for (index, token) in tokens.enumerated() {
            if index % 2 == 1 {
                let first: UInt8 = bytes[token.range.lowerBound]
                guard token.kind == .punctuation, first == UInt8(ascii: ".") else { return false }
            } else {
                guard text(token, bytes) == parts[index / 2] else { return false }
            }
        }
        return true
    }

    /// A name in small letters, without its quotes; nil for what is none.
    private static func text(_ token: SQLToken, _ bytes: [UInt8]) -> String? {
        switch token.kind {
        case .word: String(decoding: bytes[token.range], as: UTF8.self).lowercased()
        case .quotedName, .text:
            String(decoding: bytes[token.range].dropFirst().dropLast(), as: UTF8.self).lowercased()
        default: nil
        }
    }
}
