import Connections

/// Which columns of which tables a query compares, found in its text.
///
/// The text is not parsed: names are looked up in the catalogue, so what is a column of no table in
/// the query is none here. Good enough to propose what is then tried.
struct ColumnUses {
    struct Use: Hashable {
        var column: String
        /// Compared with `=`, IN or IS; false for ranges and LIKE.
        var isEquality: Bool
    }

    /// The tables that stand in the query, with the columns that it compares, in its order.
    let tables: [(table: Catalogue.Table, uses: [Use])]
    let tokens: [String]

    init(_ query: String, _ catalogue: Catalogue) {
        let tokens = Self.tokens(query)
        self.tokens = tokens
        var found: [(table: Catalogue.Table, names: Set<String>)] = []
        for table in catalogue.tables where table.kind == .table {
            let name = table.name.lowercased()
            var names: Set<String> = []
            for place in tokens.indices where tokens[place] == name {
                let isSource =
                    place > 0
                    && ["from", "join", ",", "update", "into", ".", "only"].contains(
                        tokens[place - 1])
                guard isSource else { continue }
                names.insert(name)
                let after = place + 1 < tokens.count && tokens[place + 1] == "as" ? 2 : 1
                if place + after < tokens.count, Self.isName(tokens[place + after]) {
                    names.insert(tokens[place + after])
                }
            }
            if !names.isEmpty { found.append((table, names)) }
        }
        let all = found
        tables = found.map { table, names in
            let others = all.filter { $0.table != table }.flatMap { $0.table.columns }
            let shared = Set(others.map { $0.name.lowercased() })
            var uses: [Use] = []
            for place in tokens.indices {
                guard let use = Self.use(tokens, place, table, names, shared) else { continue }
                if let known = uses.firstIndex(where: { $0.column == use.column }) {
                    uses[known].isEquality = uses[known].isEquality || use.isEquality
                } else {
                    uses.append(use)
                }
            }
            return (table, uses)
        }
    }

    /// The column at `place`, where it belongs to the table and is compared with something.
    private static func use(
        _ tokens: [String], _ place: Int, _ table: Catalogue.Table, _ names: Set<String>,
        _ shared: Set<String>
    ) -> Use? {
        let word = tokens[place]
        guard let column = table.columns.first(where: { $0.name.lowercased() == word }) else {
            return nil
        }
        var before = place - 1
        if before >= 1, tokens[before] == "." {
            guard names.contains(tokens[before - 1]) else { return nil }
            before -= 2
        } else if shared.contains(word) {
            return nil
        }
        let next = place + 1 < tokens.count ? tokens[place + 1] : ""
        let last = before >= 0 ? tokens[before] : ""
        let equal: Set = ["=", "==", "in", "is"]
        let range: Set = ["<", ">", "<=", ">=", "between", "like"]
        if equal.contains(next) || equal.contains(last) && last != "in" && last != "is" {
            return Use(column: column.name, isEquality: true)
        }
        if range.contains(next) || range.contains(last) && last != "like" && last != "between" {
            return Use(column: column.name, isEquality: false)
        }
        return nil
    }

    private static let keywords: Set<String> = [
        "where", "on", "join", "left", "right", "inner", "cross", "full", "natural", "group",
        "order",
        "limit", "union", "using", "set", "having", "values", "select", "intersect", "except",
        "window", "outer", "offset", "returning", "for",
    ]

    private static func isName(_ token: String) -> Bool {
        guard let first = token.first, first.isLetter || first == "_" else { return false }
        return !keywords.contains(token)
    }

    /// Words in small letters without their quotes, operators, and `'` for a text.
    private static func tokens(_ query: String) -> [String] {
        let characters = Array(query)
        var tokens: [String] = []
        var place = 0
        func isWord(_ character: Character) -> Bool {
            character.isLetter || character.isNumber || character == "_"
        }
        while place < characters.count {
            let start = place
            let character = characters[place]
            place += 1
            if character.isWhitespace { continue }
            let next = place < characters.count ? characters[place] : " "
            if character == "-", next == "-" {
                while place < characters.count, !characters[place].isNewline { place += 1 }
            } else if character == "/", next == "*" {
                place += 1
                while place < characters.count,
                    !(characters[place - 1] == "*" && characters[place] == "/")
                { place += 1 }
                place += 1
            } else if character == "'" || character == "\"" || character == "`" {
                while place < characters.count, characters[place] != character { place += 1 }
                let inside = String(characters[(start + 1)..<min(place, characters.count)])
                tokens.append(character == "'" ? "'" + inside : inside.lowercased())
                place += 1
            } else if isWord(character) {
                while place < characters.count, isWord(characters[place]) { place += 1 }
                tokens.append(String(characters[start..<place]).lowercased())
            } else if "<>=!".contains(character), next == "=" || next == ">" {
                place += 1
                tokens.append(String(characters[start..<place]))
            } else {
                tokens.append(String(character))
            }
        }
        return tokens
    }
}
