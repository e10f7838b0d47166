import ByteText

/// Which rows of a result are wanted, as it is typed: `amount > 10 and country = DE`, `name ~ smith`,
/// `email = null`, or words that any cell may hold.
public struct RowFilter: Hashable, Sendable {
    public enum Comparison: String, Hashable, Sendable {
        case equal = "=", unequal = "!=", less = "<", lessOrEqual = "<=", greater = ">",
            greaterOrEqual = ">="
        /// Holds the text, whatever its case.
        case holds = "~", holdsNot = "!~"
    }

    /// One condition.
    public struct Term: Hashable, Sendable {
        /// Nil: any column.
        public var column: Int?
        public var comparison: Comparison
        public var value: String
    }

    /// All of them must hold.
    public var terms: [Term]

    public init(terms: [Term]) { self.terms = terms }

    /// Reads what was typed; names of columns are told from the result's columns, whatever their
    /// case. What names no column is looked for in all. `!` before a word inverts it.
    public init(typed text: String, columns: [StoredColumn]) {
        terms = Self.split(text).compactMap { Self.term(String($0), columns) }
    }

    private static func split(_ text: String) -> [Substring] {
        var parts: [Substring] = []
        var rest = text[...]
        while let range = rest.firstRange(of: " and ") ?? rest.firstRange(of: " AND ") {
            parts.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        return parts + [rest]
    }

    private static func term(_ text: String, _ columns: [StoredColumn]) -> Term? {
        let text = trimmed(text[...])
        guard !text.isEmpty else { return nil }
        for sign in ["!~", "<=", ">=", "!=", "<>", "~", "=", "<", ">"] {
            guard let range = text.firstRange(of: sign) else { continue }
            let name = trimmed(text[..<range.lowerBound]).lowercased()
            guard let column = columns.firstIndex(where: { $0.name.lowercased() == name }),
                let comparison = Comparison(rawValue: sign == "<>" ? "!=" : sign)
            else { continue }
            var value = trimmed(text[range.upperBound...])
            if value.count >= 2, value.first == "'", value.last == "'" {
                value = String(value.dropFirst().dropLast())
            }
            return Term(column: column, comparison: comparison, value: value)
        }
        let isInverted = text.hasPrefix("!")
        return Term(
            column: nil, comparison: isInverted ? .holdsNot : .holds,
            value: isInverted ? String(text.dropFirst()) : text)
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first == " " { text = text.dropFirst() }
        while text.last == " " { text = text.dropLast() }
        return String(text)
    }
}

/// A filter with its values made ready.
struct RowMatcher {
    private struct Term {
        var columns: [Int]
        var isAny: Bool
        var comparison: RowFilter.Comparison
        var text: [UInt8]
        var lower: [UInt8]
        var number: Double?
        var isNull: Bool
    }

    private let terms: [Term]

    init(_ filter: RowFilter, columnCount: Int) {
        terms = filter.terms.map { term in
            Term(
                columns: term.column.map { [$0] } ?? Array(0..<columnCount),
                isAny: term.column == nil, comparison: term.comparison,
                text: Array(term.value.utf8), lower: Array(term.value.lowercased().utf8),
                number: Double(term.value), isNull: term.value.lowercased() == "null")
        }
    }

    func matches(_ block: ResultBlock, _ row: Int) -> Bool {
        block.bytes.withUnsafeBytes { bytes in
            terms.allSatisfy { term in
                if term.isAny, term.comparison == .holdsNot {
                    return !term.columns.contains {
                        Self.holds(ColumnView(block, bytes, $0), row, term)
                    }
                }
                return term.columns.contains {
                    Self.matches(ColumnView(block, bytes, $0), row, term)
                }
            }
        }
    }

    private static func matches(_ view: ColumnView, _ row: Int, _ term: Term) -> Bool {
        let tag = view.tag(row)
        switch term.comparison {
        case .holds: return holds(view, row, term)
        case .holdsNot: return !holds(view, row, term)
        case .equal where term.isNull: return tag == .null
        case .unequal where term.isNull: return tag != .null
        default: break
        }
        guard tag != .null else { return false }
        let order: Int
        if let wanted = term.number, let number = number(view, row) {
            guard !number.isNaN else { return term.comparison == .unequal }
            order = number < wanted ? -1 : number > wanted ? 1 : 0
        } else {
            order = withText(of: view, row) { text in
                term.text.withUnsafeBytes { SortKey.compare(text, $0) }
            }
        }
        return switch term.comparison {
        case .equal: order == 0
        case .unequal: order != 0
        case .less: order < 0
        case .lessOrEqual: order <= 0
        case .greater: order > 0
        case .greaterOrEqual: order >= 0
        case .holds, .holdsNot: false
        }
    }

    static func number(_ view: ColumnView, _ row: Int) -> Double? {
        switch view.tag(row) {
        case .integer: Double(view.integer(row))
        case .real: view.real(row)
        case .text: SortKey.number(view.bytes(row))
        default: nil
        }
    }

    private static func withText<Result>(
        of view: ColumnView, _ row: Int, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        switch view.tag(row) {
        case .text, .blob: return body(view.bytes(row))
        default:
            var out = ByteSink(capacity: 64)
            CellText.write(view, row, to: &out)
            return out.withBytes(body)
        }
    }

    private static func holds(_ view: ColumnView, _ row: Int, _ term: Term) -> Bool {
        guard view.tag(row) != .null else { return false }
        return withText(of: view, row) { text in
            term.lower.withUnsafeBytes { contains(text, $0) }
        }
    }

    /// Whether `text` holds `wanted` (in lower case), capitals of ASCII alike.
    static func contains(
        _ text: UnsafeRawBufferPointer, _ wanted: UnsafeRawBufferPointer
    ) -> Bool {
        guard let first = wanted.first else { return true }
        guard text.count >= wanted.count else { return false }
        for start in 0...(text.count - wanted.count) where lower(text[start]) == first {
            var index = 1
            while index < wanted.count, lower(text[start + index]) == wanted[index] { index += 1 }
            if index == wanted.count { return true }
        }
        return false
    }

    @inline(__always) private static func lower(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }
}

extension ResultView {
    /// The rows that pass, in their order. One pass; memory is bounded.
    public func filtered(_ filter: RowFilter, _ task: ResultTask? = nil) throws -> ResultView {
        let matcher = RowMatcher(filter, columnCount: store.columns.count)
        var writer = try RowOrderWriter(folder: store.folder)
        try forEachRow(task) { block, row in
            if matcher.matches(block, row) { try writer.append(block.firstRow + row) }
        }
        return ResultView(store, order: try writer.finished())
    }

    /// The next place from `start` on (or before it) whose row passes; nil where there is none.
    public func place(
        matching filter: RowFilter, from start: Int, isForward: Bool, _ task: ResultTask? = nil
    ) throws -> Int? {
        let matcher = RowMatcher(filter, columnCount: store.columns.count)
        let count = rowCount
        var place = start
        while place >= 0, place < count {
            try task?.check()
            let range =
                isForward ? place..<min(count, place + 1_024) : max(0, place - 1_023)..<place + 1
            let rows = try rows(range)
            let indices = isForward ? Array(rows.indices) : rows.indices.reversed()
            for index in indices {
                guard let block = try store.block(of: rows[index]) else { continue }
                if matcher.matches(block, rows[index] - block.firstRow) {
                    return range.lowerBound + index
                }
            }
            place = isForward ? range.upperBound : range.lowerBound - 1
        }
        return nil
    }
}
