/// Reads queries out of tokens; gives up with nil on what is none.
///
/// Not a grammar of expressions: it knows clauses, sources and brackets, which is all that
/// lineage needs, and so it reads the dialects of SQLite, PostgreSQL, DuckDB and others alike.
struct SQLQueryParser {
    let sql: [UInt8]
    let tokens: [SQLToken]
    private static let deepest = 60

    init(_ sql: String) {
        self.sql = Array(sql.utf8)
        tokens = SQLLexer.tokens(of: sql)
    }

    func query() -> SQLQuery? {
        var end = tokens.count
        while end > 0, tokens[end - 1].isSymbol(";") { end -= 1 }
        return query(0..<end, depth: 0)
    }

    /// Whether a bracket at `index` holds a query.
    func isQuery(at index: Int) -> Bool {
        guard tokens[index].isSymbol("("), tokens[index].match != nil, index + 1 < tokens.count
        else { return false }
        let next = tokens[index + 1]
        if next.isSymbol("(") { return isQuery(at: index + 1) }
        return ["select", "with", "values"].contains { next.isWord($0) }
    }

    func query(_ range: Range<Int>, depth: Int) -> SQLQuery? {
        guard depth < Self.deepest, !range.isEmpty else { return nil }
        var result = SQLQuery()
        var index = range.lowerBound
        if tokens[index].isWord("with") {
            index += 1
            if index < range.upperBound, tokens[index].isWord("recursive") { index += 1 }
            while index < range.upperBound {
                guard tokens[index].isName else { return nil }
                let name = tokens[index].text
                index += 1
                var columns: [String] = []
                if index < range.upperBound, tokens[index].isSymbol("("),
                    let close = tokens[index].match
                {
                    columns = names(in: index + 1..<close)
                    index = close + 1
                }
                while index < range.upperBound, !tokens[index].isSymbol("(") { index += 1 }
                guard index < range.upperBound, let close = tokens[index].match,
                    let inner = query(index + 1..<close, depth: depth + 1)
                else { return nil }
                result.commonTables.append(
                    SQLQuery.CommonTable(name: name, columns: columns, query: inner))
                index = close + 1
                guard index < range.upperBound, tokens[index].isSymbol(",") else { break }
                index += 1
            }
        }
        for part in parts(index..<range.upperBound, at: ["union", "intersect", "except"]) {
            guard let body = body(part, depth: depth) else { return nil }
            result.bodies.append(body)
        }
        return result.bodies.isEmpty ? nil : result
    }

    private func body(_ range: Range<Int>, depth: Int) -> SQLQuery.Body? {
        var start = range.lowerBound
        while start < range.upperBound,
            tokens[start].isWord("all") || tokens[start].isWord("distinct")
                || tokens[start].isWord("by") || tokens[start].isWord("name")
        {
            start += 1
        }
        guard start < range.upperBound else { return nil }
        let first = tokens[start]
        if first.isSymbol("("), let close = first.match {
            return query(start + 1..<close, depth: depth + 1).map { .query($0) }
        }
        if first.isWord("values") {
            guard start + 1 < range.upperBound, let close = tokens[start + 1].match else {
                return nil
            }
            return .values(count: split(start + 2..<close).count)
        }
        guard first.isWord("select") else { return nil }
        return select(start + 1..<range.upperBound, depth: depth).map { .select($0) }
    }

    // MARK: Cutting

    /// The ranges between the words of `words` that stand in no bracket.
    private func parts(_ range: Range<Int>, at words: Set<String>) -> [Range<Int>] {
        var result: [Range<Int>] = []
        var start = range.lowerBound
        forEachOuter(range) { index in
            guard tokens[index].kind == .word, words.contains(tokens[index].lower) else { return }
            result.append(start..<index)
            start = index + 1
        }
        return result + [start..<range.upperBound]
    }

    /// The ranges between commas that stand in no bracket.
    func split(_ range: Range<Int>) -> [Range<Int>] {
        guard !range.isEmpty else { return [] }
        var result: [Range<Int>] = []
        var start = range.lowerBound
        forEachOuter(range) { index in
            guard tokens[index].isSymbol(",") else { return }
            result.append(start..<index)
            start = index + 1
        }
        return result + [start..<range.upperBound]
    }

    /// Calls `work` for the tokens outside of all brackets, and for the brackets themselves.
    func forEachOuter(_ range: Range<Int>, _ work: (Int) -> Void) {
        var index = range.lowerBound
        while index < range.upperBound {
            work(index)
            if tokens[index].isSymbol("("), let close = tokens[index].match, close > index {
                index = close
            }
            index += 1
        }
    }

    func names(in range: Range<Int>) -> [String] {
        split(range).compactMap { part in
            part.last.flatMap { tokens[$0].isName ? tokens[$0].text : nil }
        }
    }

    // MARK: SELECT

    private static let clauseWords: Set<String> = [
        "from", "where", "group", "having", "window", "qualify", "order", "limit", "offset",
        "fetch",
    ]

    private func select(_ range: Range<Int>, depth: Int) -> SQLSelect? {
        var marks: [(word: String, index: Int)] = []
        forEachOuter(range) { index in
            guard tokens[index].kind == .word, Self.clauseWords.contains(tokens[index].lower)
            else { return }
            let word = tokens[index].lower
            // `a is distinct from b` has no clause in it.
            if word == "from", index > range.lowerBound, tokens[index - 1].isWord("distinct") {
                return
            }
            if marks.contains(where: { $0.word == word }) { return }
            marks.append((word, index))
        }
        func clause(_ word: String) -> Range<Int>? {
            guard let place = marks.firstIndex(where: { $0.word == word }) else { return nil }
            let end = place + 1 < marks.count ? marks[place + 1].index : range.upperBound
            var start = marks[place].index + 1
            if ["group", "order"].contains(word), start < end, tokens[start].isWord("by") {
                start += 1
            }
            return start..<max(start, end)
        }
        var result = SQLSelect()
        var start = range.lowerBound
        if start < range.upperBound, tokens[start].isWord("distinct") || tokens[start].isWord("all")
        {
            start += 1
            if start + 1 < range.upperBound, tokens[start].isWord("on"),
                let close = tokens[start + 1].match
            {
                start = close + 1
            }
        }
        let end = marks.first?.index ?? range.upperBound
        for part in split(start..<max(start, end)) {
            guard let item = item(part) else { return nil }
            result.items.append(item)
        }
        if let from = clause("from") {
            guard readSources(from, into: &result, depth: depth) else { return nil }
        }
        for (word, kind) in [
            ("where", ColumnOrigin.Kind.filter), ("having", .filter), ("qualify", .window),
            ("group", .groupBy), ("order", .sort), ("window", .window),
        ] {
            if let found = clause(word), !found.isEmpty { result.clauses.append((kind, found)) }
        }
        return result
    }

    private func item(_ range: Range<Int>) -> SQLSelect.Item? {
        guard let first = range.first else { return nil }
        if tokens[first].isSymbol("*") {
            return .star(table: nil, without: excluded(first + 1..<range.upperBound))
        }
        let dot = first + 1
        if tokens[first].isName, dot + 1 < range.upperBound, tokens[dot].isSymbol(".") {
            // `t.*` and `schema.t.*`
            var place = first
            while place + 2 < range.upperBound, tokens[place + 1].isSymbol("."),
                tokens[place + 2].isName
            {
                place += 2
            }
            if place + 2 < range.upperBound, tokens[place + 1].isSymbol("."),
                tokens[place + 2].isSymbol("*")
            {
                return .star(
                    table: tokens[place].text, without: excluded(place + 3..<range.upperBound))
            }
        }
        if range.count >= 3, tokens[range.upperBound - 2].isWord("as"),
            tokens[range.upperBound - 1].isName || tokens[range.upperBound - 1].kind == .string
        {
            return .expression(
                range.dropLast(2), name: title(tokens[range.upperBound - 1]))
        }
        let last = tokens[range.upperBound - 1]
        if range.count >= 2, last.isName, !Self.endings.contains(last.lower) || last.kind == .quoted
        {
            let before = tokens[range.upperBound - 2]
            let ends =
                before.isSymbol(")") || before.kind == .number || before.kind == .string
                || before.kind == .quoted
                || (before.kind == .word && !Self.operators.contains(before.lower))
            if ends { return .expression(range.dropLast(1), name: last.text) }
        }
        // Without an alias a column keeps its name; an expression is named by its text.
        if last.isName, isReference(range) { return .expression(range, name: last.text) }
        let bytes = sql[tokens[first].range.lowerBound..<last.range.upperBound]
        return .expression(range, name: String(decoding: bytes, as: UTF8.self))
    }

    private func title(_ token: SQLToken) -> String {
        token.kind == .string ? String(token.text.dropFirst().dropLast()) : token.text
    }

    /// `a`, `t.a`, `s.t.a`.
    func isReference(_ range: Range<Int>) -> Bool {
        range.count % 2 == 1
            && range.allSatisfy { index in
                (index - range.lowerBound) % 2 == 0
                    ? tokens[index].isName : tokens[index].isSymbol(".")
            }
    }

    private func excluded(_ range: Range<Int>) -> Set<String> {
        guard let first = range.first,
            tokens[first].isWord("exclude") || tokens[first].isWord("except"),
            first + 1 < range.upperBound
        else { return [] }
        guard let close = tokens[first + 1].match else { return [tokens[first + 1].lower] }
        return Set(names(in: first + 2..<close).map { $0.lowercased() })
    }

    private static let endings: Set<String> = [
        "end", "null", "true", "false", "current_date", "current_timestamp", "current_time",
    ]
    private static let operators: Set<String> = [
        "and", "or", "not", "is", "in", "like", "ilike", "glob", "between", "then", "else", "when",
        "case", "collate", "distinct", "regexp", "interval", "escape", "isnull", "notnull",
    ]
}
