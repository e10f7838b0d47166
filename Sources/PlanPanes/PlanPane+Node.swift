import QueryPlans

// The page of one node, and its text for the clipboard.
extension PlanPane {
    static func nodePage(_ plan: QueryPlan, _ place: Int) -> [PlanDesk.Row] {
        let node = plan.nodes[place]
        var rows: [PlanDesk.Row] = [.text(node.title, isHeading: true)]
        rows += figures(plan, place).map { .text($0, isHeading: false) }
        if !node.badges.isEmpty {
            rows.append(.text("What stands out", isHeading: true))
            rows += node.badges.map { .text("\($0.rawValue): \($0.explanation)", isHeading: false) }
        }
        if !node.facts.isEmpty {
            rows.append(.text("In the engine's words", isHeading: true))
            rows += node.facts.map { .text("\($0.name): \($0.value)", isHeading: false) }
        }
        if place == 0, !plan.notes.isEmpty {
            rows.append(.text("To know", isHeading: true))
            rows += plan.notes.map { .text($0, isHeading: false) }
        }
        rows.append(.text("Query", isHeading: true))
        let words = QueryMentions.words(of: node)
        rows += plan.query.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            .query(String(line), lit: QueryMentions.ranges(of: words, in: String(line)))
        }
        return rows
    }

    private static func figures(_ plan: QueryPlan, _ place: Int) -> [String] {
        let node = plan.nodes[place]
        var lines: [String] = []
        if let detail = node.detail { lines.append(detail) }
        lines.append(
            "own time \(PlanText.time(node.exclusiveMS)) ms, in all "
                + "\(PlanText.time(node.inclusiveMS)) ms, loops \(PlanText.count(node.loops))")
        var rows =
            "rows \(PlanText.count(node.actualRows)), estimated \(PlanText.count(node.estimatedRows))"
        if let removed = node.removedRows { rows += ", dropped \(PlanText.count(removed))" }
        lines.append(rows)
        if let buffers = node.buffers {
            lines.append(
                "blocks: \(buffers.hit) cached, \(buffers.read) read, \(buffers.written) written, "
                    + "\(buffers.temporary) temporary")
        }
        if let io = node.ioMS { lines.append("input and output \(PlanText.time(io)) ms") }
        if let memory = node.memoryBytes { lines.append("memory \(memory / 1_024) KiB") }
        if let spill = node.spillBytes, spill > 0 { lines.append("on disk \(spill / 1_024) KiB") }
        if let planned = node.workersPlanned {
            lines.append("workers \(node.workersLaunched.map { "\($0)" } ?? "-") of \(planned)")
        }
        return lines
    }

    static func nodeText(_ plan: QueryPlan, _ place: Int) -> String {
        let node = plan.nodes[place]
        let badges = node.badges.map(\.rawValue).joined(separator: " ")
        return ([node.title] + figures(plan, place) + (badges.isEmpty ? [] : [badges]))
            .joined(separator: "\n")
    }
}

/// Which words of a query a node of its plan is about.
enum QueryMentions {
    /// The names in a node's object and conditions, in small letters.
    static func words(of node: PlanNode) -> Set<String> {
        var words = Set(names(in: node.object ?? ""))
        let conditions = ["Cond", "Filter", "Key", "Conditions", "Groups", "Filters", "Alias"]
        var texts = node.facts.filter { fact in conditions.contains { fact.name.contains($0) } }
            .map(\.value)
        if texts.isEmpty, let detail = node.detail { texts.append(detail) }
        for text in texts { words.formUnion(names(in: text)) }
        return words.subtracting([
            "and", "or", "not", "using", "index", "covering", "primary", "key", "rowid", "integer",
            "text", "filter", "by", "inner", "left", "null", "is", "cast", "as", "any",
        ])
    }

    static func ranges(of words: Set<String>, in line: String) -> [Range<Int>] {
        guard !words.isEmpty else { return [] }
        var ranges: [Range<Int>] = []
        let bytes = Array(line.utf8)
        var place = 0
        while place < bytes.count {
            let start = place
            while place < bytes.count, isName(bytes[place]) { place += 1 }
            if place > start {
                let word = String(decoding: bytes[start..<place], as: UTF8.self).lowercased()
                if words.contains(word) { ranges.append(start..<place) }
            } else {
                place += 1
            }
        }
        return ranges
    }

    private static func isName(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte == UInt8(ascii: "_") || (48...57).contains(byte)
            || (65...90).contains(byte & 0xDF)
    }

    /// Names that do not begin with a digit.
    private static func names(in text: String) -> [String] {
        let isName = { (character: Character) in
            character.isLetter || character.isNumber || character == "_"
        }
        let words = text.lowercased().split(whereSeparator: { !isName($0) })
        return
            words
            .filter { $0.first?.isNumber == false && $0.count > 1 }.map(String.init)
    }
}
