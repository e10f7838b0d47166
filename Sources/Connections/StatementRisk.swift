/// A statement that destroys more than a few rows, found in a text before it is run.
public struct StatementRisk: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        case drop, truncate
        case deleteWithoutWhere, updateWithoutWhere
    }

    public var kind: Kind
    public var place: StatementPlace
    /// The beginning of the statement; not yet made safe for a terminal.
    public var excerpt: String

    /// The risky statements of `text`, in their order.
    ///
    /// Found are DROP and TRUNCATE, ALTER … DROP, and DELETE and UPDATE without WHERE, also where
    /// they stand in a WITH or behind EXPLAIN ANALYZE. What a function or a DO block does is not
    /// seen.
    public static func all(in text: String, for engine: DatabaseEngine) -> [StatementRisk] {
        let bytes = Array(text.utf8)
        return StatementText.split(bytes, engine).enumerated().compactMap { index, statement in
            kind(of: statement, bytes).map {
                let excerpt = String(decoding: bytes[statement.range].prefix(300), as: UTF8.self)
                return StatementRisk(
                    kind: $0, place: StatementPlace(index: index, range: statement.range),
                    excerpt: excerpt)
            }
        }
    }

    private static func kind(of statement: StatementText, _ bytes: [UInt8]) -> Kind? {
        let words = statement.tokens.map { StatementText.word($0, bytes) }
        switch words.first {
        case "DROP": return .drop
        case "TRUNCATE": return .truncate
        case "ALTER": return words.contains("DROP") ? .drop : nil
        case "EXPLAIN" where !words.prefix(12).contains("ANALYZE"): return nil
        case "CREATE": return nil
        default: break
        }
        return change(in: statement.tokens, words)
    }

    /// DELETE or UPDATE where a query may begin, without a WHERE of its own depth.
    private static func change(in tokens: [SQLScanner.Token], _ words: [String]) -> Kind? {
        var depth = 0
        var open: [(kind: Kind, depth: Int)] = []
        var mayBegin = true
        for (token, word) in zip(tokens, words) {
            switch token.kind {
            case .open:
                depth += 1
                mayBegin = true
                continue
            case .close:
                if let last = open.last, last.depth == depth { return last.kind }
                depth -= 1
                mayBegin = true
                continue
            default: break
            }
            if mayBegin, word == "DELETE" {
                open.append((.deleteWithoutWhere, depth))
            } else if mayBegin, word == "UPDATE" {
                open.append((.updateWithoutWhere, depth))
            } else if word == "WHERE", let last = open.last, last.depth == depth {
                open.removeLast()
            }
            let passes = ["EXPLAIN", "ANALYZE", "VERBOSE", "QUERY", "PLAN"]
            mayBegin = mayBegin && passes.contains(word)
        }
        return open.last?.kind
    }
}
