/// Follows the columns of a query back to the tables.
public struct LineageResolver {
    /// The columns of a table by its name, last part, in their order; nil where they are not known.
    public typealias Catalogue = (String) -> [String]?

    private let parser: SQLQueryParser
    private let catalogue: Catalogue
    private let isOpaque: (String) -> Bool
    private var result = QueryLineage()
    private var seen: Set<ColumnOrigin> = []

    /// The lineage of `sql`; nil where it is no query that we understand.
    ///
    /// - Parameters:
    ///   - isOpaque: names of common table expressions that count as tables.
    public static func lineage(
        of sql: String, isOpaque: @escaping (String) -> Bool = { _ in false },
        catalogue: @escaping Catalogue
    ) -> QueryLineage? {
        var resolver = LineageResolver(
            parser: SQLQueryParser(sql), catalogue: catalogue, isOpaque: isOpaque)
        guard let query = resolver.parser.query() else { return nil }
        resolver.result.columns = resolver.columns(of: query, tables: [:], outer: nil, depth: 0)
        return resolver.result
    }

    private init(
        parser: SQLQueryParser, catalogue: @escaping Catalogue,
        isOpaque: @escaping (String) -> Bool
    ) {
        self.parser = parser
        self.catalogue = catalogue
        self.isOpaque = isOpaque
    }

    typealias Tables = [String: [LineageColumn]]

    /// The names that an expression can see.
    final class Scope {
        struct Source {
            var alias: String
            var columns: [LineageColumn]
            var using: Set<String>
        }
        var sources: [Source] = []
        /// The select list's own names; SQLite sees them in WHERE, GROUP BY and ORDER BY.
        var aliases: [String: LineageColumn] = [:]
        let tables: Tables
        let outer: Scope?

        init(tables: Tables, outer: Scope?) {
            self.tables = tables
            self.outer = outer
        }

        /// Whether the columns of every source are known.
        var isClosed: Bool {
            sources.allSatisfy { !$0.columns.contains { $0.name == "*" } }
                && (outer?.isClosed ?? true)
        }

        var names: [String] { sources.flatMap { $0.columns.map(\.name) } + (outer?.names ?? []) }

        func find(_ column: String, table: String?) -> LineageColumn? {
            let wanted = column.lowercased()
            let among = sources.filter { table == nil || $0.alias == table?.lowercased() }
            for source in among {
                if let found = source.columns.first(where: { $0.name.lowercased() == wanted }) {
                    return found
                }
            }
            for source in among {
                // A table whose columns nobody knows may well have it.
                guard let open = source.columns.first(where: { $0.name == "*" }) else { continue }
                return LineageColumn(
                    name: column,
                    origins: open.origins.map {
                        ColumnOrigin(
                            table: $0.table, column: $0.column == "*" ? column : $0.column,
                            kind: $0.kind)
                    })
            }
            if table == nil, let found = aliases[wanted] { return found }
            return outer?.find(column, table: table)
        }
    }

    // MARK: Queries

    private mutating func columns(
        of query: SQLQuery, tables: Tables, outer: Scope?, depth: Int
    ) -> [LineageColumn] {
        guard depth < 60 else { return [] }
        var tables = tables
        for table in query.commonTables {
            let key = table.name.lowercased()
            if isOpaque(key) {
                tables[key] = base(table.name)
                continue
            }
            // A recursive one sees its own columns: those of its first part.
            if let first = query.commonTables.first(where: { $0.name == table.name })?.query {
                var start = first
                start.bodies = Array(first.bodies.prefix(1))
                if first.bodies.count > 1 {
                    let saved = (result, seen)
                    tables[key] = named(
                        columns(of: start, tables: tables, outer: outer, depth: depth + 1),
                        table.columns)
                    (result, seen) = saved
                }
            }
            tables[key] = named(
                columns(of: table.query, tables: tables, outer: outer, depth: depth + 1),
                table.columns)
        }
        var whole: [LineageColumn] = []
        for (number, body) in query.bodies.enumerated() {
            let part: [LineageColumn]
            switch body {
            case .select(let select):
                part = columns(of: select, tables: tables, outer: outer, depth: depth + 1)
            case .query(let inner):
                part = columns(of: inner, tables: tables, outer: outer, depth: depth + 1)
            case .values(let count):
                part = (1...max(1, count)).map { LineageColumn(name: "column\($0)", origins: []) }
            }
            guard number > 0 else {
                whole = part
                continue
            }
            // The parts of a union go together by place.
            for (place, column) in part.enumerated() where place < whole.count {
                for origin in column.origins where !whole[place].origins.contains(origin) {
                    whole[place].origins.append(origin)
                }
            }
        }
        return whole
    }

    private func named(_ columns: [LineageColumn], _ names: [String]) -> [LineageColumn] {
        columns.enumerated().map { place, column in
            place < names.count
                ? LineageColumn(name: names[place], origins: column.origins) : column
        }
    }

    private func base(_ table: String) -> [LineageColumn] {
        (catalogue(table) ?? ["*"]).map {
            LineageColumn(
                name: $0, origins: [ColumnOrigin(table: table, column: $0, kind: .identity)])
        }
    }

    private mutating func columns(
        of select: SQLSelect, tables: Tables, outer: Scope?, depth: Int
    ) -> [LineageColumn] {
        let scope = Scope(tables: tables, outer: outer)
        for source in select.sources {
            let columns: [LineageColumn]
            switch source.rows {
            case .table(let parts):
                let name = parts.last ?? ""
                columns =
                    parts.count == 1 ? tables[name.lowercased()] ?? base(name) : base(name)
            case .query(let query):
                columns = self.columns(of: query, tables: tables, outer: scope, depth: depth + 1)
            case .function(let range):
                let inner = direct(range, in: scope, depth: depth)
                columns = [
                    LineageColumn(
                        name: "*",
                        origins: inner.map {
                            ColumnOrigin(
                                table: $0.table, column: $0.column,
                                kind: ColumnOrigin.Kind.transformation.after($0.kind))
                        })
                ]
            }
            scope.sources.append(
                Scope.Source(
                    alias: (source.alias ?? "").lowercased(),
                    columns: named(columns, source.columns),
                    using: Set(source.using.map { $0.lowercased() })))
            for column in source.using { note(.join, scope.find(column, table: nil)) }
        }
        var output: [LineageColumn] = []
        for item in select.items {
            switch item {
            case .star(let table, let without):
                for source in scope.sources
                where table == nil || source.alias == table?.lowercased() {
                    output += source.columns.filter { column in
                        let key = column.name.lowercased()
                        return !without.contains(key)
                            && !(table == nil && source.using.contains(key))
                    }
                }
            case .expression(let range, let name):
                let column = LineageColumn(
                    name: name, origins: direct(range, in: scope, depth: depth))
                output.append(column)
                scope.aliases[name.lowercased()] = column
            }
        }
        for clause in select.clauses {
            for origin in direct(clause.range, in: scope, depth: depth) { add(clause.kind, origin) }
        }
        return output
    }

    private mutating func note(_ kind: ColumnOrigin.Kind, _ column: LineageColumn?) {
        for origin in column?.origins ?? [] { add(kind, origin) }
    }

    private mutating func add(_ kind: ColumnOrigin.Kind, _ origin: ColumnOrigin) {
        let entry = ColumnOrigin(table: origin.table, column: origin.column, kind: kind)
        if seen.insert(entry).inserted { result.indirect.append(entry) }
    }

    // MARK: Expressions

    private static let aggregates: Set<String> = [
        "sum", "count", "avg", "min", "max", "total", "group_concat", "string_agg", "median",
        "stddev", "stddev_samp", "stddev_pop", "variance", "var_samp", "var_pop", "bool_or",
        "bool_and", "any_value", "array_agg", "listagg", "json_group_array", "json_group_object",
        "approx_count_distinct", "mode", "quantile", "percentile_cont", "percentile_disc",
    ]

    /// The columns whose values an expression takes; conditions and windows go to the indirect ones.
    private mutating func direct(
        _ range: Range<Int>, in scope: Scope, depth: Int
    ) -> [ColumnOrigin] {
        var found: [ColumnOrigin] = []
        walk(range, in: scope, kind: .identity, depth: depth, into: &found)
        let isPlain = parser.isReference(range)
        var result: [ColumnOrigin] = []
        var known: Set<ColumnOrigin> = []
        for var origin in found {
            if !isPlain, origin.kind == .identity { origin.kind = .transformation }
            if known.insert(origin).inserted { result.append(origin) }
        }
        return result
    }

    private mutating func walk(
        _ range: Range<Int>, in scope: Scope, kind: ColumnOrigin.Kind, depth: Int,
        into found: inout [ColumnOrigin]
    ) {
        guard depth < 60 else { return }
        let tokens = parser.tokens
        var index = range.lowerBound
        while index < range.upperBound {
            let token = tokens[index]
            if token.isSymbol("("), let close = token.match, parser.isQuery(at: index) {
                if let query = parser.query(index + 1..<close, depth: depth + 1) {
                    for column in columns(
                        of: query, tables: scope.tables, outer: scope, depth: depth + 1)
                    {
                        found += column.origins.map { through(kind, $0) }
                    }
                }
                index = close + 1
                continue
            }
            if token.isWord("over"), index + 1 < range.upperBound {
                index = window(index + 1, in: scope, depth: depth)
                continue
            }
            if token.isWord("case") {
                index = cases(index, range.upperBound, scope, kind, depth, &found)
                continue
            }
            guard token.isName else {
                index += 1
                continue
            }
            if index + 1 < range.upperBound, tokens[index + 1].isSymbol("("),
                token.kind == .word, let close = tokens[index + 1].match
            {
                let isWindow = close + 1 < tokens.count && tokens[close + 1].isWord("over")
                let isAggregate =
                    Self.aggregates.contains(token.lower) && !isWindow
                    && !(["min", "max"].contains(token.lower)
                        && parser.split(index + 2..<close).count > 1)
                if Self.keywords.contains(token.lower) {
                    index += 1
                    continue
                }
                if parser.isQuery(at: index + 1) {
                    index += 1
                    continue
                }
                let inner: ColumnOrigin.Kind = isAggregate ? .aggregation : .transformation
                walk(
                    index + 2..<close, in: scope, kind: inner.after(kind), depth: depth + 1,
                    into: &found)
                index = close + 1
                continue
            }
            index = reference(index, range.upperBound, scope, kind, &found)
        }
    }

    private func through(_ kind: ColumnOrigin.Kind, _ origin: ColumnOrigin) -> ColumnOrigin {
        ColumnOrigin(
            table: origin.table, column: origin.column, kind: kind.after(origin.kind))
    }

    /// A name, perhaps with dots; gives the index after it.
    private mutating func reference(
        _ start: Int, _ end: Int, _ scope: Scope, _ kind: ColumnOrigin.Kind,
        _ found: inout [ColumnOrigin]
    ) -> Int {
        let tokens = parser.tokens
        var parts = [tokens[start].text]
        var index = start + 1
        while index + 1 < end, tokens[index].isSymbol("."), tokens[index + 1].isName {
            parts.append(tokens[index + 1].text)
            index += 2
        }
        let token = tokens[start]
        if parts.count == 1, token.kind == .word {
            let word = token.lower
            let isSoft = Self.softKeywords.contains(word)
            if Self.keywords.contains(word) || (isSoft && scope.find(word, table: nil) == nil) {
                return index
            }
        }
        // The type of a cast: `as integer`, `:: date`.
        if parts.count == 1, start > 0,
            tokens[start - 1].isWord("as") || tokens[start - 1].isSymbol("::")
                || tokens[start - 1].isWord("collate")
        {
            return index
        }
        if let column = scope.find(parts[parts.count - 1], table: parts.dropLast().last) {
            found += column.origins.map { through(kind, $0) }
        } else if scope.isClosed, !scope.sources.isEmpty,
            !(start + 1 < tokens.count && tokens[start + 1].kind == .string)
        {
            result.unknown.append(
                UnknownColumn(
                    name: parts.joined(separator: "."), offset: token.range.lowerBound,
                    known: scope.names))
        }
        return index
    }

    /// `(partition by … order by …)` or a window's name; gives the index after it.
    private mutating func window(_ start: Int, in scope: Scope, depth: Int) -> Int {
        let tokens = parser.tokens
        guard tokens[start].isSymbol("("), let close = tokens[start].match else { return start + 1 }
        var inner: [ColumnOrigin] = []
        walk(start + 1..<close, in: scope, kind: .transformation, depth: depth + 1, into: &inner)
        for origin in inner { add(.window, origin) }
        return close + 1
    }

    /// `case … end`: what stands behind `when` decides, what stands behind `then` and `else` goes
    /// over. Gives the index after `end`.
    private mutating func cases(
        _ start: Int, _ end: Int, _ scope: Scope, _ kind: ColumnOrigin.Kind, _ depth: Int,
        _ found: inout [ColumnOrigin]
    ) -> Int {
        let tokens = parser.tokens
        var level = 1
        var index = start + 1
        var part = index
        var isCondition = true
        func flush(_ resolver: inout LineageResolver, _ stop: Int, _ found: inout [ColumnOrigin]) {
            guard part < stop else { return }
            var inner: [ColumnOrigin] = []
            resolver.walk(
                part..<stop, in: scope, kind: ColumnOrigin.Kind.transformation.after(kind),
                depth: depth + 1, into: &inner)
            if isCondition {
                for origin in inner { resolver.add(.conditional, origin) }
            } else {
                found += inner
            }
        }
        while index < end {
            let token = tokens[index]
            if token.isSymbol("("), let close = token.match {
                index = close + 1
                continue
            }
            if token.isWord("case") { level += 1 }
            if token.isWord("end") {
                level -= 1
                if level == 0 {
                    flush(&self, index, &found)
                    return index + 1
                }
            }
            if level == 1, token.isWord("when") || token.isWord("then") || token.isWord("else") {
                flush(&self, index, &found)
                isCondition = token.isWord("when")
                part = index + 1
            }
            index += 1
        }
        return end
    }

    private static let keywords: Set<String> = [
        "and", "or", "not", "is", "in", "like", "ilike", "glob", "regexp", "between", "null",
        "true",
        "false", "distinct", "as", "asc", "desc", "nulls", "collate", "escape", "exists", "case",
        "when", "then", "else", "end", "filter", "within", "over", "partition", "by", "order",
        "where", "from", "isnull", "notnull", "current_date", "current_time", "current_timestamp",
        "interval", "limit", "offset", "using", "having", "group",
    ]

    /// Words that mean something in places and are names of columns in others.
    private static let softKeywords: Set<String> = [
        "first", "last", "nocase", "binary", "rtrim", "all", "any", "some", "for", "rows", "range",
        "groups", "preceding", "following", "unbounded", "current", "row", "rollup", "cube", "sets",
        "grouping", "date", "timestamp", "exclude", "ties", "others", "no", "respect", "ignore",
        "year", "month", "day", "hour", "minute", "second", "week", "quarter", "rowid", "time",
        "epoch", "dow", "doy",
    ]
}
