/// What a cursor in SQL stands in: which word is being typed, and which tables are in scope there.
public struct SQLScope: Hashable, Sendable {
    /// What can stand at the cursor.
    public enum Wanted: Hashable, Sendable {
        case table
        /// Columns, functions and keywords.
        case expression
        /// What follows a dot: columns of a table or its alias, or tables of a schema.
        case member(of: [String])
        /// A name that the user invents: nothing is to be offered.
        case newName
        /// Inside a text or comment.
        case nothing
        /// The beginning of a statement.
        case statement
    }

    /// A table that columns may come from.
    public struct Source: Hashable, Sendable {
        /// What it is called in this query: its alias or its own name.
        public var name: String
        /// Its own name with the schema; empty where it is a subquery or CTE.
        public var table: [String]
        /// Its columns, where the text itself tells them.
        public var columns: [String]
        /// Tables all of whose columns it has besides: of `SELECT *` and `SELECT t.*`.
        public var origins: [[String]] = []
    }

    public var wanted: Wanted
    /// Bytes of the text that a completion replaces, up to the cursor.
    public var replaced: Range<Int>
    /// What has been typed of the word, without quotes.
    public var prefix: String
    /// Innermost query first.
    public var sources: [Source]
    /// Names of the CTEs in scope.
    public var commonTables: [Source]

    /// Looks at the statement around a cursor. O(length of the script).
    public init(_ script: SQLScript, cursor: Int) {
        let comment = script.tokens.first { token in
            let touches = token.kind == .lineComment || !token.isTerminated
            return token.isBlank && token.kind != .space && token.range.lowerBound < cursor
                && (cursor < token.range.upperBound || touches && cursor == token.range.upperBound)
        }
        let statement = script.statements.last { $0.range.lowerBound <= cursor }
        // Behind a semicolon another statement begins.
        let isOpen = statement.map {
            cursor <= $0.range.upperBound || $0.end == $0.range.upperBound
        }
        guard let statement, isOpen == true, comment == nil else {
            self.init(
                wanted: comment == nil ? .statement : .nothing, replaced: cursor..<cursor,
                prefix: "", sources: [], commonTables: [])
            return
        }
        var reader = SQLScopeReader(script, statement, cursor: cursor)
        self = reader.scope()
    }

    init(
        wanted: Wanted, replaced: Range<Int>, prefix: String, sources: [Source],
        commonTables: [Source]
    ) {
        self.wanted = wanted
        self.replaced = replaced
        self.prefix = prefix
        self.sources = sources
        self.commonTables = commonTables
    }
}

/// Reads one statement by its words and brackets; it need not be complete.
struct SQLScopeReader {
    private let script: SQLScript
    private let cursor: Int
    private let pieces: [SQLScript.Piece]
    private let token: SQLToken?

    init(_ script: SQLScript, _ statement: SQLStatement, cursor: Int) {
        self.script = script
        self.cursor = cursor
        let all = script.significant(statement)
        let inside = script.tokens[statement.tokens].first {
            $0.range.lowerBound < cursor && cursor <= $0.range.upperBound
                && !($0.kind == .space)
        }
        token = inside
        pieces = all
    }

    mutating func scope() -> SQLScope {
        var replaced = cursor..<cursor
        var prefix = ""
        if let token {
            switch token.kind {
            case .text, .lineComment, .blockComment, .number:
                let isBehind = token.isTerminated && cursor == token.range.upperBound
                if !isBehind || token.kind == .number || token.kind == .lineComment {
                    return SQLScope(
                        wanted: .nothing, replaced: replaced, prefix: "", sources: [],
                        commonTables: [])
                }
            case .word, .parameter:
                replaced = token.range.lowerBound..<cursor
                prefix = script.text(replaced)
            case .quotedName:
                replaced = token.range.lowerBound..<cursor
                prefix = String(script.text(replaced).dropFirst())
            default: break
            }
        }
        let before = pieces.lastIndex { $0.token.range.upperBound <= replaced.lowerBound }
        let (sources, common) = visible(at: before ?? -1)
        return SQLScope(
            wanted: wanted(before), replaced: replaced, prefix: prefix, sources: sources,
            commonTables: common)
    }

    /// What may follow the piece at `index`.
    private func wanted(_ index: Int?) -> SQLScope.Wanted {
        guard let index else { return .statement }
        let piece = pieces[index]
        if piece.byte == UInt8(ascii: ".") { return .member(of: qualifier(endingAt: index)) }
        switch piece.word {
        case "from", "join", "into", "update", "table", "truncate", "describe", "desc", "view",
            "summarize", "references":
            return .table
        case "as", "with": return .newName
        case "explain": return .statement
        case "only" where index > 0 && pieces[index - 1].word == "from": return .table
        case "exists" where index > 1 && pieces[index - 1].word == "if": return .table
        default: break
        }
        // A comma in a FROM list asks for another table.
        if piece.byte == UInt8(ascii: ","), clause(before: index) == "from" { return .table }
        return .expression
    }

    /// The word that began the clause that the piece at `index` stands in, in its brackets.
    private func clause(before index: Int) -> String? {
        let depth = pieces[index].depth
        let words: Set<String> = [
            "select", "from", "where", "group", "order", "having", "set", "values", "on", "using",
            "limit", "returning", "join", "with", "window",
        ]
        for piece in pieces[..<index].reversed() {
            if piece.depth < depth { return nil }
            if piece.depth == depth, let word = piece.word, words.contains(word) { return word }
        }
        return nil
    }

    private func qualifier(endingAt dot: Int) -> [String] {
        var parts: [String] = []
        var index = dot - 1
        while index >= 0, let name = name(index) {
            parts.insert(name, at: 0)
            guard index >= 2, pieces[index - 1].byte == UInt8(ascii: ".") else { break }
            index -= 2
        }
        return parts
    }

    /// The name that a piece is, without its quotes.
    private func name(_ index: Int) -> String? {
        guard pieces.indices.contains(index) else { return nil }
        let token = pieces[index].token
        let text = script.text(token.range)
        switch token.kind {
        case .word: return text
        case .quotedName:
            guard let quote = text.first, text.count >= 2 else { return nil }
            let inside = String(text.dropFirst().dropLast(token.isTerminated ? 1 : 0))
            return quote == "["
                ? inside
                : inside.split(separator: "\(quote)\(quote)", omittingEmptySubsequences: false)
                    .joined(separator: String(quote))
        default: return nil
        }
    }

    // MARK: Tables in scope

    /// The sources of the query block around the piece at `index` and of those around it.
    private func visible(at index: Int) -> ([SQLScope.Source], [SQLScope.Source]) {
        var sources: [SQLScope.Source] = []
        var common: [SQLScope.Source] = []
        var inner = index
        var depth = index >= 0 ? innerDepth(index) : 0
        while true {
            let block = block(around: inner, depth: depth)
            sources += tables(in: block, depth: depth)
            common += commonTables(in: block, depth: depth)
            guard depth > 0, block.lowerBound > 0 else { break }
            inner = block.lowerBound - 1
            depth -= 1
        }
        // One CTE may take all columns of one before it.
        for index in common.indices { resolve(&common[index], with: common[..<index]) }
        for index in sources.indices {
            // A source that names a CTE has its columns.
            if sources[index].table.count == 1, let match = named(sources[index].table, common[...])
            {
                sources[index].columns = match.columns
                sources[index].origins = match.origins
                sources[index].table = []
            }
            resolve(&sources[index], with: common[...])
        }
        return (sources, common)
    }

    private func named(
        _ path: [String], _ common: ArraySlice<SQLScope.Source>
    ) -> SQLScope.Source? {
        path.count == 1 ? common.first { $0.name.lowercased() == path[0].lowercased() } : nil
    }

    /// Puts the columns of CTEs in place of those that are among the origins.
    private func resolve(
        _ source: inout SQLScope.Source, with common: ArraySlice<SQLScope.Source>
    ) {
        let origins = source.origins
        source.origins = []
        for origin in origins {
            if let match = named(origin, common) {
                source.columns += match.columns
                source.origins += match.origins
            } else {
                source.origins.append(origin)
            }
        }
    }

    private func innerDepth(_ index: Int) -> Int {
        pieces[index].depth + (pieces[index].byte == UInt8(ascii: "(") ? 1 : 0)
    }

    /// The pieces inside the brackets of `depth` around `index`, cut at UNION and its like.
    private func block(around index: Int, depth: Int) -> Range<Int> {
        var start = min(max(0, index), pieces.count)
        if index >= 0, pieces[index].byte == UInt8(ascii: "("), innerDepth(index) == depth {
            start = index + 1
        } else {
            while start > 0, pieces[start - 1].depth >= depth,
                !(pieces[start - 1].depth == depth && isSetOperator(start - 1))
            {
                start -= 1
            }
        }
        var end = max(start, index + 1)
        while end < pieces.count, pieces[end].depth >= depth,
            !(pieces[end].depth == depth && isSetOperator(end))
        {
            end += 1
        }
        return start..<max(start, end)
    }

    private func isSetOperator(_ index: Int) -> Bool {
        ["union", "intersect", "except"].contains(pieces[index].word)
    }

    private static let notAliases: Set<String> = [
        "on", "where", "group", "order", "having", "limit", "join", "left", "right", "inner",
        "outer", "full", "cross", "natural", "using", "union", "intersect", "except", "set",
        "values", "select", "returning", "window", "offset", "fetch", "for", "tablesample",
        "default", "lateral", "asof", "qualify", "when", "do", "as", "from", "indexed", "not",
    ]

    private func tables(in block: Range<Int>, depth: Int) -> [SQLScope.Source] {
        var sources: [SQLScope.Source] = []
        var index = block.lowerBound
        while index < block.upperBound {
            let piece = pieces[index]
            guard piece.depth == depth, let word = piece.word else {
                index += 1
                continue
            }
            let previous = index > 0 ? pieces[index - 1].word : nil
            let introduces: Bool =
                switch word {
                case "from": previous != "distinct"
                case "join", "into": true
                case "update": previous != "for" && previous != "do"
                default: false
                }
            index += 1
            guard introduces else { continue }
            var isFirst = true
            // A list: FROM a x, (SELECT …) y.
            while index < block.upperBound,
                isFirst || pieces[index].byte == UInt8(ascii: ",") && word == "from"
            {
                if !isFirst { index += 1 }
                isFirst = false
                guard let source = source(&index, block.upperBound, depth) else { break }
                sources.append(source)
            }
        }
        return sources
    }

    /// Reads `name [AS] alias` or `(SELECT …) [AS] alias`.
    private func source(_ index: inout Int, _ end: Int, _ depth: Int) -> SQLScope.Source? {
        while index < end, ["only", "lateral"].contains(pieces[index].word) { index += 1 }
        guard index < end else { return nil }
        var source = SQLScope.Source(name: "", table: [], columns: [])
        if pieces[index].byte == UInt8(ascii: "(") {
            let start = index + 1
            index = closing(of: index, end)
            read(columnsOfQuery: start..<index, depth: depth + 1, into: &source)
            if index < end { index += 1 }
        } else if !holdsCursor(index), let first = name(index),
            !Self.notAliases.contains(first.lowercased()) || pieces[index].word == nil
        {
            source.table = [first]
            index += 1
            while index + 1 < end, pieces[index].byte == UInt8(ascii: "."),
                let part = name(index + 1)
            {
                source.table.append(part)
                index += 2
            }
            // A table function has no columns that we know.
            if index < end, pieces[index].byte == UInt8(ascii: "(") {
                index = min(end, closing(of: index, end) + 1)
            }
        } else {
            return nil
        }
        source.name = source.table.last ?? ""
        let hasAs = index < end && pieces[index].word == "as"
        let aliasIndex = hasAs ? index + 1 : index
        if aliasIndex < end, let alias = name(aliasIndex), !holdsCursor(aliasIndex),
            pieces[aliasIndex].word.map({ !Self.notAliases.contains($0) }) ?? true
        {
            source.name = alias
            index = aliasIndex + 1
        } else if hasAs {
            index += 1
        }
        return source.name.isEmpty && source.columns.isEmpty && source.origins.isEmpty
            ? nil : source
    }

    /// Whether the word at `index` is the one being typed, and so no name yet.
    private func holdsCursor(_ index: Int) -> Bool {
        let range = pieces[index].token.range
        return range.lowerBound < cursor && cursor <= range.upperBound
    }

    private func closing(of open: Int, _ end: Int) -> Int {
        let depth = pieces[open].depth
        var index = open + 1
        while index < end, pieces[index].depth > depth { index += 1 }
        return index
    }

    /// Brackets that an asterisk is followed into: each one is a call more.
    private static let deepestStar = 32

    /// Reads the names that a query gives its columns, as far as its text tells.
    private func read(
        columnsOfQuery range: Range<Int>, depth: Int, into source: inout SQLScope.Source
    ) {
        guard
            let select = range.first(where: {
                pieces[$0].word == "select" && pieces[$0].depth == depth
            })
        else { return }
        var last: String?
        // The tables of the query, once they are needed.
        var inners: [SQLScope.Source]?
        for index in select + 1..<max(select + 1, range.upperBound) {
            let piece = pieces[index]
            guard piece.depth == depth else {
                if piece.depth < depth { break }
                last = nil
                continue
            }
            if piece.word == "from" { break }
            if piece.byte == UInt8(ascii: ",") {
                if let last { source.columns.append(last) }
                last = nil
            } else if isStar(index), depth < Self.deepestStar {
                let table = pieces[index - 1].byte == UInt8(ascii: ".") ? name(index - 2) : nil
                let found = inners ?? tables(in: block(around: select, depth: depth), depth: depth)
                inners = found
                for inner in found
                where table == nil || inner.name.lowercased() == table?.lowercased() {
                    source.columns += inner.columns
                    source.origins += inner.origins + (inner.table.isEmpty ? [] : [inner.table])
                }
                last = nil
            } else if let word = piece.word, SQLWords.capitals.contains(word) {
                last = nil
            } else {
                last = name(index)
            }
        }
        if let last { source.columns.append(last) }
    }

    /// Whether the asterisk at `index` stands for columns, and multiplies nothing.
    private func isStar(_ index: Int) -> Bool {
        let token = pieces[index].token
        guard token.kind == .operation, script.text(token.range) == "*" else { return false }
        let before = pieces[index - 1]
        return [UInt8(ascii: ","), UInt8(ascii: ".")].contains(before.byte)
            || ["select", "distinct", "all"].contains(before.word)
    }

    private func commonTables(in block: Range<Int>, depth: Int) -> [SQLScope.Source] {
        var tables: [SQLScope.Source] = []
        // WITH stands at the beginning of the brackets, before any UNION.
        var start = block.lowerBound
        while start > 0, pieces[start - 1].depth >= depth { start -= 1 }
        guard start < pieces.count, pieces[start].word == "with" else { return [] }
        var index = start + 1
        if index < pieces.count, pieces[index].word == "recursive" { index += 1 }
        while index < pieces.count, let name = name(index), !holdsCursor(index) {
            var table = SQLScope.Source(name: name, table: [], columns: [])
            index += 1
            if index < pieces.count, pieces[index].byte == UInt8(ascii: "(") {
                let end = closing(of: index, pieces.count)
                table.columns = (index + 1..<max(index + 1, end)).compactMap { self.name($0) }
                index = min(pieces.count, end + 1)
            }
            while index < pieces.count, pieces[index].byte != UInt8(ascii: "(") {
                guard ["as", "not", "materialized"].contains(pieces[index].word) else {
                    return tables
                }
                index += 1
            }
            guard index < pieces.count else { break }
            let end = closing(of: index, pieces.count)
            if table.columns.isEmpty {
                read(
                    columnsOfQuery: index + 1..<max(index + 1, end), depth: depth + 1, into: &table)
            }
            tables.append(table)
            index = end + 1
            guard index < pieces.count, pieces[index].byte == UInt8(ascii: ",") else { break }
            index += 1
        }
        return tables
    }
}
