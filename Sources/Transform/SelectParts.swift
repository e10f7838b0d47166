/// One `select`: its list and where its clauses begin.
struct SelectParts {
    struct Item {
        var range: Range<Int>
        /// The expression without its alias.
        var body: Range<Int>
        var alias: String?
    }

    let start: Int
    /// Behind its last piece.
    private(set) var end: Int
    private(set) var clauses: [String: Int] = [:]
    private(set) var items: [Item] = []

    private static let order = [
        "from", "where", "group", "having", "window", "qualify", "order", "limit", "offset",
    ]

    init?(_ pieces: [SQLRewriter.Piece], at index: Int) {
        (start, end) = (index, pieces.count)
        var depth = 0
        for place in (index + 1)..<max(index + 1, pieces.count) {
            let piece = pieces[place]
            if piece.text.hasSuffix("(") { depth += 1 }
            if piece.text == ")" { depth -= 1 }
            if depth < 0 || depth == 0 && piece.text == ";" {
                end = place
                break
            }
            guard depth == 0, piece.kind == .word else { continue }
            let word = piece.text.lowercased()
            if ["union", "intersect"].contains(word)
                || word == "except" && !Self.isStarExcept(pieces, place)
            {
                end = place
                break
            }
            if Self.order.contains(word), clauses[word] == nil { clauses[word] = place }
        }
        var first = index + 1
        while first < end, pieces[first].kind == .space || pieces[first].isWord("distinct") {
            first += 1
        }
        let last = Self.order.compactMap { clauses[$0] }.min() ?? end
        guard first < last else { return nil }
        items = Self.split(pieces, first..<last)
    }

    private static func isStarExcept(_ pieces: [SQLRewriter.Piece], _ place: Int) -> Bool {
        var before = place - 1
        while before >= 0, pieces[before].kind == .space { before -= 1 }
        return before >= 0 && pieces[before].text == "*"
    }

    /// `from …` up to the clause that follows it; nil without one.
    func source(_ pieces: [SQLRewriter.Piece]) -> String? {
        clauses["from"].map { pieces[$0..<end(after: "from")].map(\.text).joined() }
    }

    /// Where the clause ends.
    func end(after name: String) -> Int {
        guard let start = clauses[name] else { return end }
        return clauses.values.filter { $0 > start }.min() ?? end
    }

    /// A list by its commas.
    static func split(_ pieces: [SQLRewriter.Piece], _ range: Range<Int>) -> [Item] {
        var items: [Item] = []
        var (depth, first) = (0, range.lowerBound)
        func add(_ end: Int) {
            guard first < end else { return }
            var item = Item(range: first..<end, body: first..<end)
            let words = (first..<end).filter { pieces[$0].kind != .space }
            if words.count >= 3, pieces[words[words.count - 2]].isWord("as"),
                pieces[words[words.count - 1]].kind == .word
            {
                item.alias = bare(pieces[words[words.count - 1]].text)
                item.body = first..<words[words.count - 2]
            }
            if !words.isEmpty { items.append(item) }
        }
        for place in range {
            if pieces[place].text.hasSuffix("(") { depth += 1 }
            if pieces[place].text == ")" { depth -= 1 }
            if depth == 0, pieces[place].text == "," {
                add(place)
                first = place + 1
            }
        }
        add(range.upperBound)
        return items
    }

    /// A name without its quotes.
    static func bare(_ name: String) -> String {
        guard name.count > 1, let first = name.first, "\"`".contains(first), name.last == first
        else {
            return name
        }
        return String(name.dropFirst().dropLast())
    }
}
