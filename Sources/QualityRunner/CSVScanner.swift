/// Cuts CSV (RFC 4180) into rows and fields without copying; CR LF, LF and CR end a row.
struct CSVScanner {
    /// Where a field lies in the text, its quotes left out.
    struct Field {
        var start: Int
        var end: Int
        /// Whether quotes are doubled inside, so that the bytes are not the value.
        var hasDoubledQuotes = false
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private let delimiter: UInt8
    private var position: Int
    private var nextLine = 1
    /// The line on which the row read last began, from 1.
    private(set) var line = 1
    /// Whether the text ended inside of quotes.
    private(set) var hasOpenQuote = false

    init(_ bytes: UnsafeBufferPointer<UInt8>, delimiter: UInt8) {
        self.bytes = bytes
        self.delimiter = delimiter
        position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// Reads the next row that is not blank; false at the end.
    mutating func next(into fields: inout [Field]) -> Bool {
        while position < bytes.count {
            row(into: &fields)
            if fields.count > 1 || fields.contains(where: { $0.end > $0.start }) { return true }
        }
        return false
    }

    private mutating func row(into fields: inout [Field]) {
        fields.removeAll(keepingCapacity: true)
        line = nextLine
        while true {
            if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
                fields.append(quoted())
            } else {
                let start = position
                skipPlain()
                fields.append(Field(start: start, end: position))
            }
            guard position < bytes.count else { return }
            let byte = bytes[position]
            position += 1
            if byte == delimiter {
                if position == bytes.count {
                    fields.append(Field(start: position, end: position))
                    return
                }
                continue
            }
            if byte == 13, position < bytes.count, bytes[position] == 10 { position += 1 }
            nextLine += 1
            return
        }
    }

    private mutating func skipPlain() {
        while position < bytes.count {
            let byte = bytes[position]
            if byte == delimiter || byte == 10 || byte == 13 { return }
            position += 1
        }
    }

    private mutating func quoted() -> Field {
        position += 1
        var field = Field(start: position, end: position)
        while position < bytes.count {
            let byte = bytes[position]
            if byte == 10 { nextLine += 1 }
            guard byte == UInt8(ascii: "\"") else {
                position += 1
                continue
            }
            if position + 1 < bytes.count, bytes[position + 1] == byte {
                field.hasDoubledQuotes = true
                position += 2
                continue
            }
            field.end = position
            position += 1
            // What stands between the closing quote and the delimiter belongs to no field.
            skipPlain()
            return field
        }
        hasOpenQuote = true
        field.end = position
        return field
    }

    /// The value of a field with doubled quotes.
    static func unquoted(_ bytes: UnsafeBufferPointer<UInt8>, _ field: Field) -> [UInt8] {
        var value: [UInt8] = []
        value.reserveCapacity(field.end - field.start)
        var place = field.start
        while place < field.end {
            value.append(bytes[place])
            place += bytes[place] == UInt8(ascii: "\"") ? 2 : 1
        }
        return value
    }
}
