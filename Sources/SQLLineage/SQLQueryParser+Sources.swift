extension SQLQueryParser {
    private static let joinWords: Set<String> = [
        "join", "left", "right", "full", "inner", "cross", "natural", "outer", "lateral", "asof",
        "semi", "anti", "positional",
    ]

    private func isJoin(_ index: Int, before end: Int) -> Bool {
        guard tokens[index].kind == .word, Self.joinWords.contains(tokens[index].lower) else {
            return false
        }
        // `left(x, 2)` is a call.
        return
            !(index + 1 < end && tokens[index + 1].isSymbol("(")
            && tokens[index].lower != "join" && tokens[index].lower != "lateral")
    }

    /// Reads a FROM clause; false where it is not understood.
    func readSources(_ range: Range<Int>, into select: inout SQLSelect, depth: Int) -> Bool {
        var index = range.lowerBound
        while index < range.upperBound {
            while index < range.upperBound,
                tokens[index].isSymbol(",") || isJoin(index, before: range.upperBound)
            {
                index += 1
            }
            guard index < range.upperBound else { break }
            guard let next = readFactor(index, range.upperBound, &select, depth) else {
                return false
            }
            index = readCondition(next, range.upperBound, &select)
        }
        return true
    }

    /// One table, subquery or function with its alias; gives where it ends.
    private func readFactor(
        _ start: Int, _ end: Int, _ select: inout SQLSelect, _ depth: Int
    ) -> Int? {
        var index = start
        var source: SQLSelect.Source
        if tokens[index].isSymbol("(") {
            guard let close = tokens[index].match, close < end + 1 else { return nil }
            guard isQuery(at: index) else {
                // Joins in brackets: their sources are ours.
                guard readSources(index + 1..<close, into: &select, depth: depth + 1) else {
                    return nil
                }
                return skipAlias(close + 1, end)
            }
            guard let query = query(index + 1..<close, depth: depth + 1) else { return nil }
            source = SQLSelect.Source(rows: .query(query))
            index = close + 1
        } else {
            guard tokens[index].isName else { return nil }
            var parts = [tokens[index].text]
            index += 1
            while index + 1 < end, tokens[index].isSymbol("."), tokens[index + 1].isName {
                parts.append(tokens[index + 1].text)
                index += 2
            }
            if index < end, tokens[index].isSymbol("("), let close = tokens[index].match {
                source = SQLSelect.Source(rows: .function(index + 1..<close))
                source.alias = parts.last
                index = close + 1
            } else {
                source = SQLSelect.Source(rows: .table(parts))
                source.alias = parts.last
            }
        }
        if index < end, tokens[index].isWord("as") { index += 1 }
        if index < end, isAlias(index, end) {
            source.alias = tokens[index].text
            index += 1
            if index < end, tokens[index].isSymbol("("), let close = tokens[index].match {
                source.columns = names(in: index + 1..<close)
                index = close + 1
            }
        }
        select.sources.append(source)
        return index
    }

    private func isAlias(_ index: Int, _ end: Int) -> Bool {
        guard tokens[index].isName else { return false }
        if tokens[index].kind == .quoted { return true }
        return !isJoin(index, before: end)
            && !["on", "using", "indexed", "not", "tablesample"].contains(tokens[index].lower)
    }

    private func skipAlias(_ start: Int, _ end: Int) -> Int {
        var index = start
        if index < end, tokens[index].isWord("as") { index += 1 }
        return index < end && isAlias(index, end) ? index + 1 : index
    }

    /// `on …` or `using (…)`; gives where it ends.
    private func readCondition(_ start: Int, _ end: Int, _ select: inout SQLSelect) -> Int {
        guard start < end else { return start }
        if tokens[start].isWord("using"), start + 1 < end, let close = tokens[start + 1].match {
            if !select.sources.isEmpty {
                select.sources[select.sources.count - 1].using = names(in: start + 2..<close)
            }
            return close + 1
        }
        guard tokens[start].isWord("on") else {
            var index = start
            // Hints such as `indexed by x`.
            while index < end, !tokens[index].isSymbol(","), !isJoin(index, before: end),
                !tokens[index].isWord("on"), !tokens[index].isWord("using")
            {
                index += 1
            }
            return index > start ? readCondition(index, end, &select) : index
        }
        var index = start + 1
        while index < end, !tokens[index].isSymbol(","), !isJoin(index, before: end) {
            if tokens[index].isSymbol("("), let close = tokens[index].match { index = close }
            index += 1
        }
        select.clauses.append((.join, start + 1..<min(index, end)))
        return index
    }
}
