/// Rewrites syntax of PostgreSQL, DuckDB and Snowflake that SQLite does not know: §3.
///
/// Works on words, texts and brackets, not on a grammar: what it does not recognise stays as it is.
public struct SQLRewriter: Sendable {
    /// The SQL for SQLite.
    public private(set) var sql: String
    /// What was rewritten how often, by a name such as `cast` or `interval`.
    public private(set) var counts: [String: Int] = [:]

    /// Rewrites `sql`; linear in its length but for chains of casts over long brackets.
    ///
    /// - Parameter isForeign: whether it was written for another engine: then every cast means what it
    ///   means there. `cast(x as date)`, of which SQLite makes the number of the year, is always a date.
    /// - Parameter dividesReally: whether `1 / 2` is a half there.
    /// - Parameter columns: tells the columns of a query; without it `qualify`, `* exclude` and the use of
    ///   an alias in its own list stay as they are.
    public init(
        _ sql: String, isForeign: Bool = false, dividesReally: Bool = false,
        columns: ((String) -> [String]?)? = nil
    ) {
        self.sql = sql
        var pieces = Self.pieces(of: sql)
        guard pieces.count < 2_000_000 else { return }
        orderConcatenations(&pieces)
        rename(&pieces)
        quoteParts(&pieces)
        rewriteExtracts(&pieces)
        if dividesReally { counts["division"] = Self.divideReally(&pieces) }
        if counts["division"] == 0 { counts["division"] = nil }
        rewriteCasts(&pieces)
        rewriteWrittenCasts(&pieces, timesOnly: !isForeign)
        if isForeign { dropLiteralTypes(&pieces) }
        rewriteIntervals(&pieces)
        dropTrailingCommas(&pieces)
        openBracketedSelects(&pieces)
        if isForeign { rewriteSelects(&pieces, columns) }
        if !counts.isEmpty { self.sql = pieces.map(\.text).joined() }
    }

    enum Kind { case space, word, number, text, symbol }

    struct Piece {
        var kind: Kind
        var text: String
        func isWord(_ word: String) -> Bool { kind == .word && text.lowercased() == word }
    }

    mutating func count(_ name: String) { counts[name, default: 0] += 1 }

    // MARK: Cutting

    static func pieces(of sql: String) -> [Piece] {
        let bytes = Array(sql.utf8)
        var result: [Piece] = []
        var index = 0
        while index < bytes.count {
            let start = index
            let kind: Kind
            let space = SQLScanner.skipSpace(bytes, index)
            if space > index {
                (kind, index) = (.space, space)
            } else if [39, 34, 96].contains(bytes[index]) {
                kind = bytes[index] == 39 ? .text : .word
                index = endOfQuoted(bytes, index)
            } else if (48...57).contains(bytes[index]) {
                kind = .number
                while index < bytes.count, SQLScanner.isWordByte(bytes[index]) || bytes[index] == 46
                {
                    index += 1
                }
            } else if SQLScanner.isWordByte(bytes[index]) {
                kind = .word
                while index < bytes.count, SQLScanner.isWordByte(bytes[index]) { index += 1 }
            } else {
                kind = .symbol
                let isCast = bytes[index] == 58 && index + 1 < bytes.count && bytes[index + 1] == 58
                index += isCast ? 2 : 1
            }
            result.append(
                Piece(kind: kind, text: String(decoding: bytes[start..<index], as: UTF8.self)))
        }
        return result
    }

    private static func endOfQuoted(_ bytes: [UInt8], _ start: Int) -> Int {
        var index = start + 1
        while index < bytes.count {
            if bytes[index] == bytes[start] {
                guard index + 1 < bytes.count, bytes[index + 1] == bytes[start] else {
                    return index + 1
                }
                index += 1
            }
            index += 1
        }
        return bytes.count
    }

    /// DuckDB, Snowflake and BigQuery allow a comma behind the last item of a list. All that may follow it
    /// are words that SQLite keeps for itself, so none of them is an item.
    private mutating func dropTrailingCommas(_ pieces: inout [Piece]) {
        let ends: Set = [
            "from", "where", "group", "having", "order", "limit", "union", "except", "intersect",
        ]
        for index in pieces.indices where pieces[index].text == "," {
            guard let following = next(pieces, after: index),
                let before = previous(pieces, before: index),
                pieces[before].text != "(", pieces[before].text != ",",
                pieces[following].text == ")"
                    || pieces[following].kind == .word
                        && ends.contains(pieces[following].text.lowercased())
            else { continue }
            pieces[index].text = ""
            count("trailing comma")
        }
    }

    /// `(select …) union all (select …)`: SQLite takes no brackets around the parts of a compound query,
    /// nor around a whole one, but `select * from (…)`.
    private mutating func openBracketedSelects(_ pieces: inout [Piece]) {
        let joints: Set = ["union", "except", "intersect"]
        for index in pieces.indices where pieces[index].text == "(" {
            guard let first = next(pieces, after: index),
                pieces[first].isWord("select") || pieces[first].isWord("with")
                    || pieces[first].text == "(" || pieces[first].text.hasPrefix("select * from (")
            else { continue }
            var isPart = true
            if let before = previous(pieces, before: index) {
                let word = pieces[before].text.lowercased()
                if word == "all" || word == "distinct" {
                    isPart =
                        previous(pieces, before: before).map { pieces[$0].isWord("union") } ?? false
                } else if word == "(" {
                    isPart =
                        closing(pieces, of: index).flatMap { next(pieces, after: $0) }
                        .map { joints.contains(pieces[$0].text.lowercased()) } ?? false
                } else {
                    isPart = joints.contains(word) || word == ";" || word == ")"
                }
            }
            guard isPart else { continue }
            pieces[index].text = "select * from ("
            count("bracketed select")
        }
    }

    func closing(_ pieces: [Piece], of open: Int) -> Int? {
        var (depth, place) = (0, open)
        while place < pieces.count {
            if pieces[place].text.hasSuffix("(") { depth += 1 }
            if pieces[place].text == ")" { depth -= 1 }
            if depth == 0 { return place }
            place += 1
        }
        return nil
    }

    func next(_ pieces: [Piece], after index: Int) -> Int? {
        var place = index + 1
        while place < pieces.count, pieces[place].kind == .space { place += 1 }
        return place < pieces.count ? place : nil
    }

    func previous(_ pieces: [Piece], before index: Int) -> Int? {
        var place = index - 1
        while place >= 0, pieces[place].kind == .space { place -= 1 }
        return place >= 0 ? place : nil
    }

    // MARK: Functions

    private static let renamed = [
        "string_agg": "group_concat", "listagg": "group_concat", "bool_or": "max",
        "bool_and": "min", "any_value": "max", "left": "\"left\"", "right": "\"right\"",
        "ilike": "like",
    ]

    private mutating func rename(_ pieces: inout [Piece]) {
        for index in pieces.indices where pieces[index].kind == .word {
            let word = pieces[index].text.lowercased()
            if word == "ilike" {
                // SQLite's `like` does not mind the case of ASCII letters.
                pieces[index].text = "like"
                count("ilike")
                continue
            }
            guard let other = Self.renamed[word] ?? (word == "now" ? "datetime" : nil),
                let open = next(pieces, after: index), pieces[open].text == "("
            else { continue }
            if word == "now" {
                guard let close = next(pieces, after: open), pieces[close].text == ")" else {
                    continue
                }
                pieces[open].text = "('now'"
            }
            pieces[index].text = other
            count(word)
        }
    }

    private static let parts: Set<String> = [
        "second", "minute", "hour", "day", "week", "month", "quarter", "year", "seconds",
        "minutes", "hours", "days", "weeks", "months", "quarters", "years", "dow", "doy",
        "dayofweek", "dayofyear", "epoch", "isodow",
    ]
    private static let partFunctions: Set<String> = [
        "dateadd", "date_add", "datediff", "date_diff", "date_trunc", "date_part", "datepart",
    ]

    /// `dateadd(month, 1, x)`: the bare word becomes a text.
    private mutating func quoteParts(_ pieces: inout [Piece]) {
        for index in pieces.indices where pieces[index].kind == .word {
            guard Self.partFunctions.contains(pieces[index].text.lowercased()),
                let open = next(pieces, after: index), pieces[open].text == "(",
                let word = next(pieces, after: open), pieces[word].kind == .word,
                Self.parts.contains(pieces[word].text.lowercased()),
                let comma = next(pieces, after: word), pieces[comma].text == ","
            else { continue }
            pieces[word] = Piece(kind: .text, text: "'\(pieces[word].text.lowercased())'")
            count("date part")
        }
    }

    /// `extract(year from x)` becomes `date_part('year', x)`.
    private mutating func rewriteExtracts(_ pieces: inout [Piece]) {
        for index in pieces.indices where pieces[index].isWord("extract") {
            guard let open = next(pieces, after: index), pieces[open].text == "(",
                let part = next(pieces, after: open), pieces[part].kind != .symbol,
                let from = next(pieces, after: part), pieces[from].isWord("from")
            else { continue }
            let name = pieces[part].text.lowercased().split(separator: "'").joined()
            guard Self.parts.contains(name) else { continue }
            pieces[index].text = "date_part"
            pieces[part] = Piece(kind: .text, text: "'\(name)'")
            pieces[from].text = ","
            count("extract")
        }
    }

    /// `string_agg(x, ',' order by y desc)`: SQLite orders no aggregate by itself.
    private mutating func orderConcatenations(_ pieces: inout [Piece]) {
        for index in pieces.indices
        where ["string_agg", "group_concat", "listagg"].contains(pieces[index].text.lowercased()) {
            guard let open = next(pieces, after: index), pieces[open].text == "(",
                let close = closing(pieces, of: open)
            else { continue }
            var (depth, order, comma) = (0, nil as Int?, nil as Int?)
            for place in open..<close {
                if pieces[place].text == "(" { depth += 1 }
                if pieces[place].text == ")" { depth -= 1 }
                guard depth == 1 else { continue }
                if pieces[place].text == ",", comma == nil { comma = place }
                if pieces[place].isWord("order"), order == nil { order = place }
            }
            // `listagg(x, ',') within group (order by y)` is the same.
            var (end, keys) = (close, order.map { $0..<close })
            if order == nil, let within = next(pieces, after: close),
                pieces[within].isWord("within"),
                let group = next(pieces, after: within), pieces[group].isWord("group"),
                let bracket = next(pieces, after: group), pieces[bracket].text == "(",
                let last = closing(pieces, of: bracket), let first = next(pieces, after: bracket),
                pieces[first].isWord("order")
            {
                (end, keys) = (last, first..<last)
            }
            guard let keys, let by = next(pieces, after: keys.lowerBound), pieces[by].isWord("by")
            else { continue }
            var key = pieces[(by + 1)..<keys.upperBound].map(\.text).joined()[...].trimmingSpace
            var direction = "asc"
            for word in ["asc", "desc"] where key.lowercased().hasSuffix(" " + word) {
                (key, direction) = (String(key.dropLast(word.count + 1)), word)
            }
            let stop = order ?? close
            let value = pieces[(open + 1)..<(comma ?? stop)].map(\.text).joined()
            guard !value[...].trimmingSpace.lowercased().hasPrefix("distinct ") else { continue }
            let mark = comma.map { pieces[($0 + 1)..<stop].map(\.text).joined() } ?? "','"
            let text =
                "ordered_concat(\(value[...].trimmingSpace), \(mark[...].trimmingSpace), \(key), "
                + "'\(direction)', null)"
            // As many pieces as before: the loop goes on over the same places.
            pieces.replaceSubrange(
                index...end,
                with: [Piece(kind: .word, text: text)]
                    + Array(repeating: Piece(kind: .space, text: ""), count: end - index))
            count("ordered aggregate")
        }
    }

    /// `date '2024-01-01'` is the text alone.
    private mutating func dropLiteralTypes(_ pieces: inout [Piece]) {
        for index in pieces.indices
        where ["date", "timestamp", "timestamptz", "datetime"].contains(
            pieces[index].text.lowercased())
        {
            guard let literal = next(pieces, after: index), pieces[literal].kind == .text,
                previous(pieces, before: index).map({ pieces[$0].text != "." }) ?? true
            else { continue }
            pieces[index].text = ""
            count("typed literal")
        }
    }

    // MARK: Casts and intervals

    /// Where the operand that ends at `end` begins: a name with dots, a literal, a call, brackets.
    private func operandStart(_ pieces: [Piece], endingAt end: Int) -> Int? {
        var start = end
        if pieces[end].text == ")" {
            var depth = 0
            while start >= 0 {
                if pieces[start].text == ")" { depth += 1 }
                if pieces[start].text == "(" { depth -= 1 }
                if depth == 0 { break }
                start -= 1
            }
            guard start >= 0 else { return nil }
            if let name = previous(pieces, before: start), pieces[name].kind == .word,
                name == start - 1,
                ![
                    "and", "or", "not", "in", "on", "when", "then", "else", "select", "where",
                    "case",
                ]
                .contains(pieces[name].text.lowercased())
            {
                start = name
            }
        } else if pieces[end].kind == .symbol {
            return nil
        }
        while start >= 2, pieces[start - 1].text == ".", pieces[start - 2].kind == .word {
            start -= 2
        }
        return start
    }

    private mutating func rewriteCasts(_ pieces: inout [Piece]) {
        var index = 0
        while index < pieces.count {
            guard pieces[index].text == "::", let end = previous(pieces, before: index),
                let start = operandStart(pieces, endingAt: end),
                let type = next(pieces, after: index), pieces[type].kind == .word
            else {
                index += 1
                continue
            }
            let (name, arguments, last) = typeName(pieces, from: type)
            let operand = pieces[start...end].map(\.text).joined()
            let text = Self.cast(operand, to: name, arguments)
            // One word with brackets of its own: a further cast takes it as a whole.
            pieces.replaceSubrange(start...last, with: [Piece(kind: .word, text: text)])
            count("cast")
            index = start + 1
        }
    }

    private static func cast(_ operand: String, to name: String, _ arguments: [String]) -> String {
        let lower = name.lowercased()
        switch lower {
        case "date": return "date(\(operand))"
        case "numeric" where arguments.count == 2, "decimal" where arguments.count == 2:
            return "round(\(withRealDivision(operand)), \(arguments[1]))"
        default: return "cast(\(operand) as \(types[lower] ?? name))"
        }
    }

    /// `a / b` with whole numbers gives a fraction: most engines divide so, and who casts the quotient to
    /// a number with decimals means it.
    private static func withRealDivision(_ sql: String) -> String {
        guard sql.contains("/") else { return sql }
        var pieces = pieces(of: sql)
        _ = divideReally(&pieces)
        return pieces.map(\.text).joined()
    }

    /// How many divisions there were. `//` of DuckDB is the division of whole numbers.
    static func divideReally(_ pieces: inout [Piece]) -> Int {
        var count = 0
        for index in pieces.indices where pieces[index].text == "/" {
            if index + 1 < pieces.count, pieces[index + 1].text == "/" {
                pieces[index + 1].text = ""
                count += 1
            } else if pieces[..<index].last(where: { $0.kind != .space })?.text != "1.0" {
                pieces[index].text = "* 1.0 /"
                count += 1
            }
        }
        return count
    }

    /// `cast(x as type)`, `try_cast` and `safe_cast`, the innermost first.
    ///
    /// - Parameter timesOnly: only those to times, of which SQLite makes the number of the year.
    private mutating func rewriteWrittenCasts(_ pieces: inout [Piece], timesOnly: Bool) {
        for index in pieces.indices.reversed() {
            guard pieces.indices.contains(index), pieces[index].kind == .word,
                ["cast", "try_cast", "safe_cast"].contains(pieces[index].text.lowercased()),
                let open = next(pieces, after: index), pieces[open].text == "("
            else { continue }
            var (depth, place, divider) = (0, open, nil as Int?)
            repeat {
                if pieces[place].text == "(" { depth += 1 }
                if pieces[place].text == ")" { depth -= 1 }
                if depth == 1, pieces[place].isWord("as") { divider = place }
                place += 1
            } while depth > 0 && place < pieces.count
            guard depth == 0, let divider, let type = next(pieces, after: divider),
                pieces[type].kind == .word
            else { continue }
            let (name, arguments, last) = typeName(pieces, from: type)
            guard next(pieces, after: last) == place - 1 else { continue }
            if timesOnly, !["date", "timestamp", "datetime"].contains(name.lowercased()) {
                continue
            }
            let operand = pieces[(open + 1)..<divider].map(\.text).joined()
            let trimmed = String(operand[...].trimmingSpace)
            let old = pieces[index..<place].map(\.text).joined()
            let new = Self.cast(trimmed, to: name, arguments)
            guard new.lowercased() != old.lowercased() else { continue }
            pieces.replaceSubrange(index..<place, with: [Piece(kind: .word, text: new)])
            count("cast")
        }
    }

    private static let types = [
        "varchar": "text", "string": "text", "char": "text", "character varying": "text",
        "timestamp": "text", "timestamptz": "text", "datetime": "text", "int": "integer",
        "int4": "integer", "int8": "integer", "bigint": "integer", "boolean": "integer",
        "bool": "integer", "float": "real", "float8": "real", "double": "real",
        "double precision": "real", "decimal": "numeric",
    ]

    private func typeName(
        _ pieces: [Piece], from start: Int
    ) -> (name: String, arguments: [String], last: Int) {
        var name = pieces[start].text
        var last = start
        if let second = next(pieces, after: start) {
            let pair = (name + " " + pieces[second].text).lowercased()
            if pair == "double precision" || pair == "character varying" {
                name = pair
                last = second
            }
        }
        var arguments: [String] = []
        if let open = next(pieces, after: last), pieces[open].text == "(", open == last + 1 {
            var place = open + 1
            while place < pieces.count, pieces[place].text != ")" {
                if pieces[place].kind == .number { arguments.append(pieces[place].text) }
                place += 1
            }
            if place < pieces.count { last = place }
        }
        return (name, arguments, last)
    }

    /// `x + interval '1 day'` becomes `dateadd('day', 1, x)`.
    private mutating func rewriteIntervals(_ pieces: inout [Piece]) {
        var index = 0
        while index < pieces.count {
            guard pieces[index].isWord("interval"), let sign = previous(pieces, before: index),
                pieces[sign].text == "+" || pieces[sign].text == "-",
                let end = previous(pieces, before: sign),
                let start = operandStart(pieces, endingAt: end),
                let amount = next(pieces, after: index)
            else {
                index += 1
                continue
            }
            var words = pieces[amount].text.split { $0 == "'" || $0 == " " }.map(String.init)
            var last = amount
            if words.count == 1, let unit = next(pieces, after: amount), pieces[unit].kind == .word
            {
                words.append(pieces[unit].text)
                last = unit
            }
            guard words.count == 2, let number = Int(words[0]),
                Self.parts.contains(words[1].lowercased())
            else {
                index += 1
                continue
            }
            let operand = pieces[start...end].map(\.text).joined()
            let signed = pieces[sign].text == "-" ? -number : number
            let text = "dateadd('\(words[1].lowercased())', \(signed), \(operand))"
            pieces.replaceSubrange(start...last, with: [Piece(kind: .word, text: text)])
            count("interval")
            index = start + 1
        }
    }
}
