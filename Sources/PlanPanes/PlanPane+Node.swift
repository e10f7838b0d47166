import PaneKit
import QueryPlans

// The page of one node, and its text for the clipboard.
extension PlanPane {
    static func nodePage(_ plan: QueryPlan, _ place: Int, width: Int) -> [PlanDesk.Row] {
        let node = plan.nodes[place]
        var rows: [PlanDesk.Row] = [.text(node.title, isHeading: true)]
        func add(_ lines: [String]) {
            for line in lines {
                rows += LineWrapping.pieces(of: line, width: width - 2).map {
                    .text($0, isHeading: false)
                }
            }
        }
        add(figures(plan, place))
        if !node.badges.isEmpty {
            rows.append(.text("What stands out", isHeading: true))
            add(node.badges.map { "\($0.rawValue): \($0.explanation)" })
        }
        rows.append(.text("Its words in the query", isHeading: true))
        rows += queryRows(plan, node, width: width)
        if place == 0, !plan.notes.isEmpty {
            rows.append(.text("To know", isHeading: true))
            add(plan.notes)
        }
        if !node.facts.isEmpty {
            rows.append(.text("In the engine's words", isHeading: true))
            add(node.facts.map { "\($0.name): \($0.value)" })
        }
        return rows
    }

    /// The query, wrapped; what the node is about is lit.
    private static func queryRows(
        _ plan: QueryPlan, _ node: PlanNode, width: Int
    ) -> [PlanDesk.Row] {
        let words = QueryMentions.words(of: node)
        return plan.query.split(separator: "\n", omittingEmptySubsequences: false).flatMap {
            line -> [PlanDesk.Row] in
            let lit = QueryMentions.ranges(of: words, in: String(line))
            let bytes = Array(line.utf8)
            return LineWrapping.ranges(of: String(line), width: width - 2).map {
                part -> PlanDesk.Row in
                let inside = lit.compactMap { range -> Range<Int>? in
                    let both = range.clamped(to: part)
                    return both.isEmpty
                        ? nil
                        : both.lowerBound - part.lowerBound..<both.upperBound - part.lowerBound
                }
                return .query(String(decoding: bytes[part], as: UTF8.self), lit: inside)
            }
        }
    }

    /// What may help, the most first: what to do, why, and what it brought where it was tried.
    static func advicePage(_ advice: [PlanDesk.Advice], width: Int) -> [PlanDesk.Row] {
        advice.enumerated().flatMap { index, one -> [PlanDesk.Row] in
            var rows: [PlanDesk.Row] = LineWrapping.pieces(of: one.action, width: width).map {
                .advice(index, $0, isHeading: true)
            }
            var lines = ["why: " + one.reason]
            if let before = one.before, let after = one.after {
                lines.append("tried: " + outcome(before, after))
            } else {
                lines.append("not tried")
            }
            for line in lines {
                rows += LineWrapping.pieces(of: line, width: width - 2).map {
                    .advice(index, $0, isHeading: false)
                }
            }
            if let after = one.after {
                rows += PlanText.lines(after).map {
                    .advice(index, "  " + $0.tree, isHeading: false)
                }
            }
            return rows
        }
    }

    /// What a change brought, in times where both sides were measured.
    static func outcome(_ before: QueryPlan, _ after: QueryPlan) -> String {
        guard let old = before.totalMS, let new = after.totalMS, old > 0, new > 0 else {
            let words = before.shape == after.shape ? "the same plan" : "the plan changes"
            return words + "; times were not measured on both sides"
        }
        let factor = max(old, new) / min(old, new)
        let rounded = (factor * 10).rounded() / 10
        return "\(PlanText.time(old)) ms before, \(PlanText.time(new)) ms after: "
            + "\(rounded) times \(old >= new ? "faster" : "slower")"
    }

    private static func figures(_ plan: QueryPlan, _ place: Int) -> [String] {
        let node = plan.nodes[place]
        var lines: [String] = []
        if let detail = node.detail { lines.append(detail) }
        var times: [String] = []
        if let own = node.exclusiveMS { times.append("own time \(PlanText.time(own)) ms") }
        if let whole = node.inclusiveMS { times.append("in all \(PlanText.time(whole)) ms") }
        if let loops = node.loops { times.append("loops \(PlanText.count(loops))") }
        lines.append(times.isEmpty ? "time not measured" : times.joined(separator: ", "))
        var rows = node.actualRows.map { "rows \(PlanText.count($0))" } ?? "rows not counted"
        rows += node.estimatedRows.map { ", estimated \(PlanText.count($0))" } ?? ", not estimated"
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
