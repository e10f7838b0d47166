public import Domain

/// A seed: a CSV file with a type for each column, as agate guesses them for dbt.
public struct CSVTable: Sendable {
    public struct Column: Hashable, Sendable {
        public var name: String
        /// The declared type.
        public var type: String
    }

    public let columns: [Column]
    public let rows: [[SQLValue]]

    /// Reads RFC 4180 text: quotes, quotes doubled inside, CR LF, a BOM.
    ///
    /// - Parameters:
    ///   - types: `column_types`; such a column keeps its texts as they are.
    ///   - delimiter: one ASCII character.
    /// - Throws: the first row whose number of fields is wrong, with its line.
    public init(
        _ bytes: [UInt8], file: String, types: ConfigMap = ConfigMap(),
        delimiter: UInt8 = UInt8(ascii: ","), dialect: SQLDialect = .sqlite
    ) throws(SourceProblem) {
        if let problem = Self.mistakeOfEncoding(bytes, file: file) { throw problem }
        var reader = CSVReader(bytes: bytes, file: file, delimiter: delimiter)
        let header = Self.unique(try reader.next()?.fields ?? [])
        var seen: Set<String> = []
        for name in header where !seen.insert(name.lowercased()).inserted {
            throw reader.problem("the column '\(name)' is named twice", "Rename one of them.")
        }
        var kinds = [Set<ColumnKind>](repeating: Set(ColumnKind.allCases), count: header.count)
        var texts: [[String]] = []
        while let row = try reader.next() {
            if row.fields.count == 1, row.fields[0].isEmpty, header.count > 1 { continue }
            guard row.fields.count <= header.count else {
                throw reader.problem(
                    "the row has \(row.fields.count) fields, the header \(header.count)",
                    "Quote fields that contain the delimiter.")
            }
            var fields = row.fields
            while fields.count < header.count { fields.append("") }
            for index in fields.indices where kinds[index].count > 1 {
                ColumnKind.narrow(&kinds[index], by: fields[index])
            }
            texts.append(fields)
        }
        let forced = header.map { name in
            types.pairs.first { $0.key.lowercased() == name.lowercased() }?.value.text
        }
        let chosen = zip(kinds, forced).map { kinds, type in
            type == nil ? ColumnKind.allCases.first { kinds.contains($0) } ?? .text : .text
        }
        columns = header.indices.map {
            Column(name: header[$0], type: forced[$0] ?? chosen[$0].declared(dialect))
        }
        rows = texts.map { row in row.indices.map { chosen[$0].value(of: row[$0], dialect) } }
    }

    /// The line that is no UTF-8; to take it for it would lose letters for good.
    private static func mistakeOfEncoding(_ bytes: [UInt8], file: String) -> SourceProblem? {
        func isText(_ bytes: ArraySlice<UInt8>) -> Bool {
            String(validating: bytes, as: UTF8.self) != nil
        }
        guard !isText(bytes[...]) else { return nil }
        var number = 1
        for line in bytes.split(separator: 10, omittingEmptySubsequences: false) {
            if !isText(line) { break }
            number += 1
        }
        return SourceProblem(
            file: file, place: SourcePlace(line: number, column: 1), lineText: "",
            problem: "the line is not UTF-8",
            remedy: "Save the file as UTF-8, for instance with 'iconv -f latin1 -t utf-8'.")
    }

    /// The names of the columns only; nil where there is no header.
    public static func header(of bytes: [UInt8], config: ConfigMap) -> [String]? {
        var reader = CSVReader(
            bytes: bytes, file: "", delimiter: config["delimiter"]?.text.utf8.first ?? 44)
        guard let row = try? reader.next() else { return nil }
        return unique(row.fields)
    }

    /// A name that is there already gets `_2`, `_3` …, one that is empty the letter of its place,
    /// as agate does it.
    private static func unique(_ header: [String]) -> [String] {
        var result: [String] = []
        for (index, name) in header.enumerated() {
            let base = name.isEmpty ? letters(index) : name
            var candidate = base
            var number = 2
            while result.contains(candidate) {
                candidate = "\(base)_\(number)"
                number += 1
            }
            result.append(candidate)
        }
        return result
    }

    /// a … z, aa, ab …
    private static func letters(_ index: Int) -> String {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz")
        return String(repeating: alphabet[index % 26], count: index / 26 + 1)
    }
}

/// What all values of a column are; the first that fits is taken.
enum ColumnKind: CaseIterable {
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

    /// Removes what `text` cannot be.
    static func narrow(_ kinds: inout Set<ColumnKind>, by text: String) {
        guard !isNull(text) else { return }
        for kind in kinds where kind != .text && !kind.fits(text) { kinds.remove(kind) }
    }

    private func fits(_ text: String) -> Bool {
        switch self {
        case .integer: Self.number(text)?.isWhole ?? false
        case .number: Self.number(text) != nil
        case .date: Self.date(text) != nil
        case .dateTime:
            DateText.parse(text[...].trimmingSpace, "%Y-%m-%d %H:%M:%S") != nil
        case .isoDateTime:
            ISOTime(text[...].trimmingSpace) != nil
        case .boolean: ["true", "false"].contains(text[...].trimmingSpace.lowercased())
        case .text: true
        }
    }

    private static func number(_ text: String) -> DecimalText? {
        if let whole = plainDigits(text) {
            return DecimalText(value: Double(whole), isWhole: true, whole: whole)
        }
        return DecimalText(agate: text)
    }

    /// The commonest number: up to 18 digits and nothing else.
    private static func plainDigits(_ text: String) -> Int? {
        guard (1...18).contains(text.utf8.count) else { return nil }
        var value = 0
        for byte in text.utf8 {
            guard byte >= 48, byte <= 57 else { return nil }
            value = value * 10 + Int(byte - 48)
        }
        return value
    }

    private static func date(_ text: String) -> CivilTime? {
        DateText.parse(text[...].trimmingSpace, "%Y-%m-%d")
    }

    func value(of text: String, _ dialect: SQLDialect) -> SQLValue {
        guard !Self.isNull(text) else { return .null }
        switch self {
        case .integer:
            guard let number = Self.number(text) else { return .text(text) }
            // A whole number that no integer of 64 bits holds becomes a real, as in SQLite.
            return number.whole.map { .int($0) } ?? .double(number.value)
        case .number: return Self.number(text).map { .double($0.value) } ?? .text(text)
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

/// Cuts a CSV text into rows, one at a time.
struct CSVReader {
    private let bytes: [UInt8]
    private let file: String
    private let delimiter: UInt8
    private var position = 0
    private var line = 1
    /// Where the row read last began.
    private var rowLine = 1

    init(bytes: [UInt8], file: String, delimiter: UInt8) {
        self.bytes = bytes
        self.file = file
        self.delimiter = delimiter
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    func problem(_ message: String, _ remedy: String) -> SourceProblem {
        SourceProblem(
            file: file, place: SourcePlace(line: rowLine, column: 1),
            lineText: SourceText.line(rowLine, of: String(decoding: bytes, as: UTF8.self)),
            problem: message, remedy: remedy)
    }

    mutating func next() throws(SourceProblem) -> (fields: [String], line: Int)? {
        guard position < bytes.count else { return nil }
        rowLine = line
        var fields: [String] = []
        var field: [UInt8] = []
        while true {
            if position < bytes.count, bytes[position] == UInt8(ascii: "\""), field.isEmpty {
                try quoted(into: &field)
            }
            while position < bytes.count {
                let byte = bytes[position]
                if byte == delimiter || byte == 10 || byte == 13 { break }
                field.append(byte)
                position += 1
            }
            fields.append(String(decoding: field, as: UTF8.self))
            field.removeAll(keepingCapacity: true)
            guard position < bytes.count else { return (fields, rowLine) }
            let byte = bytes[position]
            position += 1
            if byte == delimiter { continue }
            if byte == 13, position < bytes.count, bytes[position] == 10 { position += 1 }
            line += 1
            return (fields, rowLine)
        }
    }

    private mutating func quoted(into field: inout [UInt8]) throws(SourceProblem) {
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "\"") {
                guard position < bytes.count, bytes[position] == byte else { return }
                position += 1
            }
            if byte == 10 { line += 1 }
            field.append(byte)
        }
        throw problem("a quote is not closed", "Close the quoted field with '\"'.")
    }
}
