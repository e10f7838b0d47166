/// What other engines allow around a select list: `group by all`, `* exclude (…)`, `qualify`, and aliases
/// that the same list uses again.
extension SQLRewriter {
    mutating func rewriteSelects(_ pieces: inout [Piece], _ columns: ((String) -> [String]?)?) {
        // Inner queries and earlier ones first: they are plain SQL when the columns of one are asked for.
        let found = pieces.indices.compactMap { index in
            pieces[index].isWord("select") ? SelectParts(pieces, at: index) : nil
        }
        for select in found.sorted(by: { ($0.end, $1.start) < ($1.end, $0.start) }) {
            groupByAll(&pieces, select)
            if let columns { ask(columns, &pieces, select.start) }
        }
    }

    private mutating func ask(
        _ columns: (String) -> [String]?, _ pieces: inout [Piece], _ index: Int
    ) {
        // What stands before the query has been rewritten by now and stays.
        let before = Self.definitions(pieces, before: index)
        let names = { (query: String) in columns(before + query) }
        if let select = SelectParts(pieces, at: index) { exclude(&pieces, select, names) }
        if let select = SelectParts(pieces, at: index) { expandAliases(&pieces, select, names) }
        if let select = SelectParts(pieces, at: index) { qualify(&pieces, select, names) }
    }

    /// `with a as (…), b as (…) ` with the common tables that are complete before a place.
    private static func definitions(_ pieces: [Piece], before index: Int) -> String {
        guard let first = pieces.firstIndex(where: { $0.kind != .space }),
            pieces[first].isWord("with")
        else { return "" }
        var (depth, end) = (0, nil as Int?)
        for place in first..<index {
            if pieces[place].text.hasSuffix("(") { depth += 1 }
            if pieces[place].text == ")" {
                depth -= 1
                if depth == 0 { end = place }
            }
            // Behind the last definition only a comma leads to another one.
            if depth == 0, pieces[place].isWord("select") { break }
        }
        return end.map { pieces[first...$0].map(\.text).joined() + " " } ?? ""
    }

    private static let aggregates: Set<String> = [
        "sum", "count", "min", "max", "avg", "total", "group_concat", "string_agg", "listagg",
        "median",
        "stddev", "stddev_samp", "stddev_pop", "variance", "var_samp", "var_pop", "any_value",
        "array_agg",
        "bool_or", "bool_and", "count_if", "countif", "approx_count_distinct", "arg_max", "arg_min",
        "max_by", "min_by", "mode", "corr", "quantile_cont", "json_group_array",
        "json_group_object",
    ]

    private mutating func groupByAll(_ pieces: inout [Piece], _ select: SelectParts) {
        guard let group = select.clauses["group"], let by = next(pieces, after: group),
            pieces[by].isWord("by"), let all = next(pieces, after: by), pieces[all].isWord("all")
        else { return }
        let items = select.items
        guard !items.contains(where: { pieces[$0.range].last?.text == "*" }) else { return }
        let plain = items.indices.filter { !isAggregate(pieces, items[$0].range) }
        let text =
            plain.isEmpty
            ? "" : "group by " + plain.map { String($0 + 1) }.joined(separator: ", ")
        pieces.replaceSubrange(group...all, with: Self.blank(text, group...all))
        count("group by all")
    }

    /// The same number of pieces, the first with the text, so that places stay.
    private static func blank(_ text: String, _ range: ClosedRange<Int>) -> [Piece] {
        [Piece(kind: .word, text: text)]
            + Array(repeating: Piece(kind: .space, text: ""), count: range.count - 1)
    }

    private func isAggregate(_ pieces: [Piece], _ range: Range<Int>) -> Bool {
        range.contains { index in
            guard pieces[index].kind == .word,
                Self.aggregates.contains(pieces[index].text.lowercased()),
                let open = next(pieces, after: index), pieces[open].text == "(",
                let close = closing(pieces, of: open)
            else { return false }
            guard let after = next(pieces, after: close), after < range.upperBound else {
                return true
            }
            return !pieces[after].isWord("over")
        }
    }

    /// `* exclude (a, b)`, BigQuery's `* except (a, b)`, and `* replace (x as a)`.
    private mutating func exclude(
        _ pieces: inout [Piece], _ select: SelectParts, _ columns: (String) -> [String]?
    ) {
        for item in select.items.reversed() {
            guard let star = pieces[item.range].firstIndex(where: { $0.text == "*" }),
                let word = next(pieces, after: star), word < item.range.upperBound,
                let open = next(pieces, after: word), open < item.range.upperBound
            else { continue }
            let kind = pieces[word].text.lowercased()
            guard ["exclude", "except", "replace"].contains(kind) else { continue }
            let owner = pieces[item.range.lowerBound..<star].map(\.text).joined()
            let inside =
                pieces[open].text == "("
                ? closing(pieces, of: open).map { (open + 1)..<$0 } : open..<(open + 1)
            guard let inside, let from = select.source(pieces),
                let names = columns("select \(owner)* \(from)"), Set(names).count == names.count
            else { continue }
            var replaced: [String: String] = [:]
            for part in SelectParts.split(pieces, inside) {
                let text = pieces[part.range].map(\.text).joined()
                if kind == "replace", let alias = part.alias {
                    replaced[alias.lowercased()] = text[...].trimmingSpace
                } else {
                    replaced[SelectParts.bare(text[...].trimmingSpace).lowercased()] = ""
                }
            }
            let list = names.compactMap { name -> String? in
                guard let other = replaced[name.lowercased()] else {
                    return owner + SQLText.quoted(name)
                }
                return other.isEmpty ? nil : other
            }
            guard !list.isEmpty else { continue }
            let last = pieces[open].text == "(" ? inside.upperBound : open
            pieces.replaceSubrange(
                item.range.lowerBound...last,
                with: Self.blank(list.joined(separator: ", "), item.range.lowerBound...last))
            count("* " + kind)
        }
    }

    /// `a + 1 as b, b * 2 as c`, where no table has a column `b`.
    private mutating func expandAliases(
        _ pieces: inout [Piece], _ select: SelectParts, _ columns: (String) -> [String]?
    ) {
        var known: [String: String] = [:]
        var sources: Set<String>?
        for item in select.items {
            var text = ""
            var hasChanged = false
            for index in item.range {
                let piece = pieces[index]
                let name = SelectParts.bare(piece.text).lowercased()
                if piece.kind == .word, let expression = known[name], item.body.contains(index),
                    previous(pieces, before: index).map({ pieces[$0].text != "." }) ?? true,
                    next(pieces, after: index).map({ ![".", "("].contains(pieces[$0].text) })
                        ?? true
                {
                    if sources == nil {
                        guard let from = select.source(pieces),
                            let names = columns("select * \(from)")
                        else { return }
                        sources = Set(names.map { $0.lowercased() })
                    }
                    if sources?.contains(name) == false {
                        text += "(\(expression))"
                        hasChanged = true
                        continue
                    }
                }
                text += piece.text
            }
            if hasChanged {
                let range = item.range.lowerBound...(item.range.upperBound - 1)
                pieces.replaceSubrange(range, with: Self.blank(text, range))
                count("alias in its list")
            }
            guard let alias = item.alias else { continue }
            // The expression as it stands now, without its alias.
            let whole = hasChanged ? SQLRewriter.pieces(of: text) : Array(pieces[item.range])
            guard let own = SelectParts.split(whole, whole.indices).first else { continue }
            known[alias.lowercased()] = whole[own.body].map(\.text).joined()[...].trimmingSpace
        }
    }

    /// `select … qualify condition`: a query around one that has the condition as a further column.
    private mutating func qualify(
        _ pieces: inout [Piece], _ select: SelectParts, _ columns: (String) -> [String]?
    ) {
        guard let start = select.clauses["qualify"], let from = select.clauses["from"] else {
            return
        }
        let end = select.end(after: "qualify")
        let whole = pieces
        let text = { (range: Range<Int>) in whole[range].map(\.text).joined() }
        let head = text(select.start..<from)
        let body = text(from..<start)
        guard let names = columns("\(head) \(body)"), !names.isEmpty else { return }
        var condition = ""
        let aliases = Dictionary(
            select.items.compactMap { item in
                item.alias.map { ($0.lowercased(), text(item.body)[...].trimmingSpace) }
            }, uniquingKeysWith: { $1 })
        for index in (start + 1)..<end {
            let isName =
                pieces[index].kind == .word
                && previous(pieces, before: index).map { pieces[$0].text != "." } ?? true
            let expression = aliases[SelectParts.bare(pieces[index].text).lowercased()]
            condition +=
                isName ? expression.map { "(\($0))" } ?? pieces[index].text : pieces[index].text
        }
        let list = names.map(SQLText.quoted).joined(separator: ", ")
        let query =
            "select \(list) from (\(head), (\(condition[...].trimmingSpace)) as __qualifies "
            + "\(body)) where __qualifies "
        let range = select.start...(end - 1)
        pieces.replaceSubrange(range, with: Self.blank(query, range))
        count("qualify")
    }
}
