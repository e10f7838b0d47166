/// Reads the lines in which DuckDB's program tells rows: one JSON object a row, its members in the
/// order of the columns, whatever their names.
struct DuckDBRowReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    private static func byte(_ character: Unicode.Scalar) -> UInt8 { UInt8(ascii: character) }

    private var current: UInt8 { position < bytes.count ? bytes[position] : 0 }

    /// Appends the row to `batch`; false where the line is no such row. Nothing may follow then.
    mutating func read(_ columns: [ResultColumn], into batch: inout RowBatch) -> Bool {
        guard batch.hasRoom(for: bytes.count), take("{") else { return false }
        for (index, column) in columns.enumerated() {
            if index > 0 { guard take(",") else { return false } }
            guard skipString(), take(":"), value(of: column, into: &batch) else { return false }
        }
        return take("}") && position == bytes.count
    }

    /// The keys and a guess of each column's kind, for results that could not be described before.
    mutating func columns() -> [ResultColumn]? {
        guard take("{") else { return nil }
        var columns: [ResultColumn] = []
        while current != Self.byte("}") {
            if !columns.isEmpty { guard take(",") else { return nil } }
            let start = position
            guard skipString() else { return nil }
            let name = Self.decoded(bytes[(start + 1)..<(position - 1)])
            guard take(":") else { return nil }
            let begin = position
            guard skipValue() else { return nil }
            let text = bytes[begin..<position]
            columns.append(
                ResultColumn(
                    name: String(decoding: name, as: UTF8.self), type: "",
                    kind: Self.kind(of: text)))
        }
        return columns
    }

    private static func kind(of text: Slice<UnsafeRawBufferPointer>) -> ResultColumn.Kind {
        switch text.first {
        case byte("t"), byte("f"): return .boolean
        case byte("\""): return .text
        case byte("{"), byte("["): return .other
        case .some(let first) where NumberText.isDigit(first) || first == byte("-"):
            return text.contains { [byte("."), byte("e"), byte("E")].contains($0) }
                ? .real : .integer
        default: return .any
        }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard current == Self.byte(character), position < bytes.count else { return false }
        position += 1
        return true
    }

    /// Over a string, both quotes included.
    private mutating func skipString() -> Bool {
        guard take("\"") else { return false }
        while position < bytes.count {
            switch bytes[position] {
            case Self.byte("\\"): position += 2
            case Self.byte("\""):
                position += 1
                return true
            default: position += 1
            }
        }
        return false
    }

    private mutating func skipValue() -> Bool {
        switch current {
        case Self.byte("\""): return skipString()
        case Self.byte("{"), Self.byte("["):
            var depth = 0
            while position < bytes.count {
                switch bytes[position] {
                case Self.byte("\""):
                    guard skipString() else { return false }
                    continue
                case Self.byte("{"), Self.byte("["): depth += 1
                case Self.byte("}"), Self.byte("]"): depth -= 1
                default: break
                }
                position += 1
                if depth == 0 { return true }
            }
            return false
        default:
            let begin = position
            while position < bytes.count, ![Self.byte(","), Self.byte("}")].contains(current) {
                position += 1
            }
            return position > begin
        }
    }

    private mutating func value(of column: ResultColumn, into batch: inout RowBatch) -> Bool {
        let kind = column.kind
        let begin = position
        guard skipValue() else { return false }
        let text = UnsafeRawBufferPointer(rebasing: bytes[begin..<position])
        switch text.first {
        case Self.byte("\""):
            let inner = text[1..<(text.count - 1)]
            if kind == .blob {
                Self.blob(inner).withUnsafeBytes { batch.append(blob: $0) }
            } else if !inner.contains(Self.byte("\\")) {
                append(UnsafeRawBufferPointer(rebasing: inner), kind, &batch)
            } else {
                Self.decoded(inner).withUnsafeBytes { append($0, kind, &batch) }
            }
        case Self.byte("n"): batch.appendNull()
        case Self.byte("t"): batch.append(true)
        case Self.byte("f"): batch.append(false)
        case Self.byte("{"), Self.byte("["): batch.append(text: text)
        default: number(text, of: column, into: &batch)
        }
        return true
    }

    /// A quoted value; 64 bits and more are quoted though they are numbers.
    private func append(
        _ text: UnsafeRawBufferPointer, _ kind: ResultColumn.Kind, _ batch: inout RowBatch
    ) {
        if kind == .integer, let value = PostgresTypes.integer(text) {
            batch.append(value)
        } else {
            batch.append(text: text)
        }
    }

    private func number(
        _ text: UnsafeRawBufferPointer, of column: ResultColumn, into batch: inout RowBatch
    ) {
        let kind = column.kind
        if kind != .real, let value = PostgresTypes.integer(text) { return batch.append(value) }
        switch String(decoding: text, as: UTF8.self) {
        case "NaN": batch.append(Double.nan)
        case "Infinity": batch.append(Double.infinity)
        case "-Infinity": batch.append(-Double.infinity)
        case let word:
            if kind != .decimal, let value = Double(word) {
                // Of single precision, told with the digits of double: 0.1 and not 0.10000000149.
                let single = column.type == "FLOAT" ? Double(Float(value).description) : nil
                batch.append(single ?? value)
            } else {
                batch.append(text: text)
            }
        }
    }

    /// A JSON string without its escapes (RFC 8259, section 7).
    private static func decoded(_ text: Slice<UnsafeRawBufferPointer>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var position = text.startIndex
        var high: UInt32 = 0
        while position < text.endIndex {
            guard text[position] == byte("\\"), position + 1 < text.endIndex else {
                result.append(text[position])
                position += 1
                continue
            }
            let letter = text[position + 1]
            position += 2
            switch letter {
            case byte("n"): result.append(10)
            case byte("t"): result.append(9)
            case byte("r"): result.append(13)
            case byte("b"): result.append(8)
            case byte("f"): result.append(12)
            case byte("u"):
                var unit: UInt32 = 0
                for _ in 0..<4 where position < text.endIndex {
                    unit = unit << 4 | UInt32(PostgresTypes.digit(text[position]) ?? 0)
                    position += 1
                }
                if (0xD800..<0xDC00).contains(unit) {
                    high = unit
                    continue
                }
                if (0xDC00..<0xE000).contains(unit), high != 0 {
                    unit = 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00)
                }
                high = 0
                let scalar = Unicode.Scalar(unit) ?? "\u{FFFD}"
                result += Array(String(scalar).utf8)
            default: result.append(letter)
            }
        }
        return result
    }

    /// DuckDB's text of a blob, within JSON: `\\x00` a byte that is not plain ASCII.
    private static func blob(_ text: Slice<UnsafeRawBufferPointer>) -> [UInt8] {
        let plain = decoded(text)
        var result: [UInt8] = []
        var position = 0
        while position < plain.count {
            if plain[position] == byte("\\"), position + 3 < plain.count,
                plain[position + 1] == byte("x"),
                let high = PostgresTypes.digit(plain[position + 2]),
                let low = PostgresTypes.digit(plain[position + 3])
            {
                result.append(high << 4 | low)
                position += 4
            } else {
                result.append(plain[position])
                position += 1
            }
        }
        return result
    }
}

/// DuckDB's types.
enum DuckDBTypes {
    static func kind(of type: String) -> ResultColumn.Kind {
        let name = type.uppercased()
        if name.hasSuffix("]") || name.contains("(") && !name.hasPrefix("DECIMAL") {
            return name.hasPrefix("ENUM") ? .text : .other
        }
        if name.hasPrefix("DECIMAL") { return .decimal }
        if name.hasPrefix("TIMESTAMP") { return .timestamp }
        switch name {
        case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT",
            "UINTEGER", "UBIGINT", "UHUGEINT":
            return .integer
        case "FLOAT", "DOUBLE": return .real
        case "BOOLEAN": return .boolean
        case "VARCHAR": return .text
        case "BLOB": return .blob
        case "DATE": return .date
        case "TIME", "TIME WITH TIME ZONE": return .time
        case "INTERVAL": return .interval
        case "UUID": return .uuid
        case "JSON": return .json
        default: return .other
        }
    }
}
