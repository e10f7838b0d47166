import Domain

/// What all values of a column are; the first that fits is taken.
enum ColumnKind {
    case integer, number, date, dateTime, isoDateTime, boolean, text

    /// The type as dbt's adapters declare it.
    func declared(_ dialect: SQLDialect) -> String {
        switch (self, dialect) {
        case (.integer, .sqlite), (.boolean, .sqlite): "INT"
        case (.number, .sqlite): "REAL"
        case (.integer, _): "bigint"
        case (.number, _): "double precision"
        case (.boolean, _): "boolean"
        case (.date, .duckdb), (.date, .postgres): "date"
        case (.dateTime, .duckdb), (.dateTime, .postgres), (.isoDateTime, .duckdb),
            (.isoDateTime, .postgres):
            dialect == .duckdb ? "timestamp" : "timestamp without time zone"
        case (_, .sqlite): "TEXT"
        default: "text"
        }
    }

    static func isNull(_ text: String) -> Bool {
        if text.utf8.count != 4, let first = text.utf8.first, first > 32, first < 127 {
            return false
        }
        let trimmed = text[...].trimmingSpace
        return trimmed.isEmpty || (trimmed.utf8.count == 4 && trimmed.lowercased() == "null")
    }

    fileprivate static func date(_ text: String) -> CivilTime? {
        DateText.parse(text[...].trimmingSpace, "%Y-%m-%d")
    }

    func value(of text: String, _ dialect: SQLDialect) -> SQLValue {
        guard !Self.isNull(text) else { return .null }
        switch self {
        case .integer:
            guard let number = DecimalText(seed: text) else { return .text(text) }
            // A whole number that no integer of 64 bits holds becomes a real, as in SQLite.
            return number.whole.map { .int($0) } ?? .double(number.value)
        case .number: return DecimalText(seed: text).map { .double($0.value) } ?? .text(text)
        case .boolean:
            let isTrue = text[...].trimmingSpace.lowercased() == "true"
            return dialect == .sqlite ? .int(isTrue ? 1 : 0) : .bool(isTrue)
        // Full width means that the text is already in the form that it would be given.
        case .date where text.utf8.count == 10, .dateTime where text.utf8.count == 19:
            return .text(text)
        case .date:
            return Self.date(text).map { .text(DateText.format($0, "%Y-%m-%d")) } ?? .text(text)
        case .dateTime:
            return DateText.parse(text[...].trimmingSpace, "%Y-%m-%d %H:%M:%S").map {
                .text(DateText.format($0, "%Y-%m-%d %H:%M:%S"))
            } ?? .text(text)
        case .isoDateTime:
            return ISOTime(text[...].trimmingSpace).map { .text($0.text) } ?? .text(text)
        case .text: return .text(text)
        }
    }
}

/// What a column may be by the values seen so far.
struct KindGuess {
    private var left = Kinds.all

    private struct Kinds: OptionSet {
        let rawValue: UInt8

        static let integer = Kinds(rawValue: 1)
        static let number = Kinds(rawValue: 2)
        static let date = Kinds(rawValue: 4)
        static let dateTime = Kinds(rawValue: 8)
        static let isoDateTime = Kinds(rawValue: 16)
        static let boolean = Kinds(rawValue: 32)
        static let all = Kinds(rawValue: 63)
    }

    /// Nothing is left but text.
    var isSettled: Bool { left.isEmpty }

    /// The first kind that all values fit.
    var kind: ColumnKind {
        if left.contains(.integer) { return .integer }
        if left.contains(.number) { return .number }
        if left.contains(.date) { return .date }
        if left.contains(.dateTime) { return .dateTime }
        if left.contains(.isoDateTime) { return .isoDateTime }
        return left.contains(.boolean) ? .boolean : .text
    }

    /// Removes what `text` cannot be.
    mutating func look(at text: String) {
        guard !ColumnKind.isNull(text) else { return }
        if !left.isDisjoint(with: [.integer, .number]) {
            let number = DecimalText(seed: text)
            if number == nil { left.subtract([.integer, .number]) }
            if number?.isWhole == false { left.remove(.integer) }
        }
        guard !left.isDisjoint(with: [.date, .dateTime, .isoDateTime, .boolean]) else { return }
        let trimmed = text[...].trimmingSpace
        if left.contains(.date), ColumnKind.date(text) == nil { left.remove(.date) }
        if left.contains(.dateTime), DateText.parse(trimmed, "%Y-%m-%d %H:%M:%S") == nil {
            left.remove(.dateTime)
        }
        if left.contains(.isoDateTime), ISOTime(trimmed) == nil { left.remove(.isoDateTime) }
        if left.contains(.boolean), !["true", "false"].contains(trimmed.lowercased()) {
            left.remove(.boolean)
        }
    }
}
