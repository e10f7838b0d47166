/// Why a statement should be asked about before it is run.
public enum SQLHazard: Hashable, Sendable {
    /// DROP of what, and its name.
    case drop(kind: String, name: String)
    case deleteAll(table: String)
    case updateAll(table: String)
    case truncate(table: String)
    /// ALTER TABLE … DROP of a column or constraint.
    case alterDrop(table: String)

    /// What would happen, as the question says it.
    public var words: String {
        switch self {
        case .drop(let kind, let name): "drop \(kind) \(name)"
        case .deleteAll(let table): "delete every row of \(table): there is no WHERE"
        case .updateAll(let table): "change every row of \(table): there is no WHERE"
        case .truncate(let table): "empty \(table)"
        case .alterDrop(let table): "drop a part of \(table)"
        }
    }
}

extension SQLScript {
    /// What in a statement destroys more than a few rows. Definitions of triggers and functions are
    /// not run, so nothing in them counts; nor does what is only explained.
    public func hazards(of statement: SQLStatement) -> [SQLHazard] {
        let words = significant(statement)
        guard let first = words.first?.word else { return [] }
        if first == "create" { return [] }
        if first == "explain" {
            // PostgreSQL and DuckDB run what they analyze.
            guard dialect != .sqlite, words.prefix(12).contains(where: { $0.word == "analyze" })
            else { return [] }
        }
        var found: [SQLHazard] = []
        for (index, piece) in words.enumerated() {
            guard let word = piece.word else { continue }
            let before = index > 0 ? words[index - 1].word : nil
            switch word {
            case "drop" where index == 0:
                found.append(dropped(words))
            case "truncate" where index == 0:
                let skip = index + 1 < words.count && words[index + 1].word == "table" ? 2 : 1
                found.append(.truncate(table: name(words, at: index + skip)))
            case "drop" where first == "alter" && before != nil:
                found.append(.alterDrop(table: name(words, at: alterNameIndex(words))))
            case "delete" where index + 1 < words.count && words[index + 1].word == "from":
                if !hasWhere(words, from: index) {
                    found.append(.deleteAll(table: name(words, at: skipOnly(words, index + 2))))
                }
            case "update" where Self.beginsUpdate(before) && hasWord("set", words, from: index):
                if !hasWhere(words, from: index) {
                    found.append(.updateAll(table: name(words, at: updateName(words, index + 1))))
                }
            default: break
            }
        }
        return found
    }

    /// Whether the statement may change data or the schema; what is not known counts as a change.
    public func writes(_ statement: SQLStatement) -> Bool {
        let words = significant(statement)
        guard let first = words.first(where: { $0.word != nil })?.word else { return false }
        let changing: Set<String> = ["insert", "update", "delete", "merge", "into", "replace"]
        switch first {
        case "select", "values", "table", "with", "from":
            return words.enumerated().contains { index, piece in
                guard let word = piece.word, changing.contains(word) else { return false }
                let before = index > 0 ? words[index - 1].word : nil
                // FOR UPDATE locks, replace(…) is a function.
                let isCall = index + 1 < words.count && words[index + 1].byte == UInt8(ascii: "(")
                return before != "for" && before != "no" && !isCall
            }
        case "explain":
            let isAnalyzed =
                dialect != .sqlite && words.prefix(12).contains { $0.word == "analyze" }
            return isAnalyzed && words.contains { changing.contains($0.word ?? "") }
        case "show", "describe", "desc", "summarize", "begin", "commit", "rollback", "end",
            "start", "savepoint", "release", "use", "analyse":
            return false
        case "pragma":
            return words.contains { $0.isAssignment }
        default: return true
        }
    }

    /// Whether the statement may make, change or drop tables, columns or databases.
    public func changesSchema(_ statement: SQLStatement) -> Bool {
        let words = significant(statement)
        switch words.first(where: { $0.word != nil })?.word {
        case "create", "drop", "alter", "attach", "detach", "import", "install", "load", "use",
            "rollback", "do", "call":
            return true
        case "set": return words.contains { ["search_path", "schema"].contains($0.word) }
        case "select", "with": return dialect == .postgresql && words.contains { $0.word == "into" }
        default: return false
        }
    }

    // MARK: Pieces

    struct Piece {
        var token: SQLToken
        /// In lower case; nil where it is no word.
        var word: String?
        /// The byte of a punctuation.
        var byte: UInt8?
        var depth: Int
        var isAssignment: Bool
    }

    func significant(_ statement: SQLStatement) -> [Piece] {
        var depth = 0
        var pieces: [Piece] = []
        for token in tokens[statement.tokens] where !token.isBlank {
            let byte = token.kind == .punctuation ? bytes[token.range.lowerBound] : nil
            if byte == UInt8(ascii: ")") { depth -= 1 }
            let word = token.kind == .word ? text(token.range).lowercased() : nil
            pieces.append(
                Piece(
                    token: token, word: word, byte: byte, depth: depth,
                    isAssignment: token.kind == .operation && text(token.range) == "="))
            if byte == UInt8(ascii: "(") { depth += 1 }
        }
        return pieces
    }

    /// A dotted name from `index` on, as it is written.
    private func name(_ words: [Piece], at index: Int) -> String {
        var result = ""
        for piece in words[min(max(0, index), words.count)...] {
            let isName =
                piece.token.kind == .quotedName || piece.word != nil
                || piece.byte == UInt8(ascii: ".")
            let joins = result.isEmpty || result.hasSuffix(".") || piece.byte == UInt8(ascii: ".")
            guard isName, joins else { break }
            result += text(piece.token.range)
        }
        return result.isEmpty ? "?" : result
    }

    private func dropped(_ words: [Piece]) -> SQLHazard {
        var index = 1
        var kinds: [String] = []
        let known: Set<String> = [
            "table", "view", "index", "schema", "database", "materialized", "trigger", "function",
            "sequence", "type", "column", "role", "user", "extension", "macro", "temporary",
            "procedure", "policy", "owned",
        ]
        while index < words.count, let word = words[index].word, known.contains(word) {
            kinds.append(word)
            index += 1
        }
        if index + 1 < words.count, words[index].word == "concurrently" { index += 1 }
        if index + 1 < words.count, words[index].word == "if" { index += 2 }
        return .drop(
            kind: kinds.isEmpty ? "object" : kinds.joined(separator: " "),
            name: name(words, at: index))
    }

    private func alterNameIndex(_ words: [Piece]) -> Int {
        var index = 2
        if index + 1 < words.count, words[index].word == "if" { index += 2 }
        return skipOnly(words, index)
    }

    private func skipOnly(_ words: [Piece], _ index: Int) -> Int {
        index < words.count && words[index].word == "only" ? index + 1 : index
    }

    /// Behind `UPDATE OR IGNORE` and `UPDATE ONLY`.
    private func updateName(_ words: [Piece], _ index: Int) -> Int {
        index < words.count && words[index].word == "or" ? index + 2 : skipOnly(words, index)
    }

    private static func beginsUpdate(_ before: String?) -> Bool {
        guard let before else { return true }
        return !["for", "on", "do", "before", "after", "of", "or", "key"].contains(before)
    }

    private func hasWhere(_ words: [Piece], from index: Int) -> Bool {
        hasWord("where", words, from: index)
    }

    /// Whether `wanted` comes in the same brackets before they close.
    private func hasWord(_ wanted: String, _ words: [Piece], from index: Int) -> Bool {
        let depth = words[index].depth
        for piece in words[index...] {
            if piece.depth < depth { return false }
            if piece.depth == depth, piece.word == wanted { return true }
        }
        return false
    }
}
