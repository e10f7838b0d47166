/// Splits CSV text into records, fed piece by piece, as Spark's reader does with its usual options.
///
/// A record is a line; blank lines are none. A field that is empty, with quotes or without, is null. A
/// quoted field ends with a quote before a separator or the end of the line; inside, `\"` is a quote and
/// `\\` a backslash. Where a quote stands anywhere else inside, the whole field is taken as it is
/// written, up to the next separator. Memory: one line.
public struct CSVRecords: Sendable {
    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")
    /// The longest line that is read, in bytes.
    private static let longest = 64 << 20

    private let separator: UInt8
    private var line: [UInt8] = []

    public init(separator: Character = ",") { self.separator = separator.asciiValue ?? 44 }

    /// Takes the next bytes; calls `body` with every record that they complete.
    public mutating func feed(
        _ bytes: some Sequence<UInt8>, _ body: ([String?]) throws -> Void
    ) rethrows {
        for byte in bytes {
            if byte == 0x0A || byte == 0x0D {
                try endLine(body)
            } else if line.count < Self.longest {
                line.append(byte)
            }
        }
    }

    /// Takes the last record, which may lack its line feed.
    public mutating func finish(_ body: ([String?]) throws -> Void) rethrows { try endLine(body) }

    private mutating func endLine(_ body: ([String?]) throws -> Void) rethrows {
        defer { line.removeAll(keepingCapacity: true) }
        guard line.contains(where: { $0 > 0x20 }) else { return }
        var record: [String?] = []
        var place = 0
        repeat {
            let field = line[place...].first == Self.quote ? quoted(&place) : plain(&place)
            record.append(field.isEmpty ? nil : String(decoding: field, as: UTF8.self))
            // A separator at the very end begins one more field.
            place += 1
        } while place <= line.count
        try body(record)
    }

    /// The field up to the next separator, at which `place` then stands.
    private func plain(_ place: inout Int) -> [UInt8] {
        let start = place
        place = line[start...].firstIndex(of: separator) ?? line.count
        return Array(line[start..<place])
    }

    private func quoted(_ place: inout Int) -> [UInt8] {
        place += 1
        var field: [UInt8] = []
        /// Whether the byte before was a quote that nothing has made a part of the field yet.
        var isAfterQuote = false
        while place < line.count {
            let byte = line[place]
            if isAfterQuote {
                if byte == separator { return field }
                if byte == Self.quote {
                    field.append(byte)
                } else {
                    let rest = line[place...]
                    let behind = rest.firstIndex { $0 > 0x20 } ?? line.count
                    if behind == line.count || line[behind] == separator {
                        place = behind
                        return field
                    }
                    return [Self.quote] + field + [Self.quote] + plain(&place)
                }
            } else if byte == Self.quote {
                isAfterQuote = true
            } else if byte == Self.backslash, let next = line[(place + 1)...].first,
                next == Self.quote || next == Self.backslash
            {
                field.append(next)
                place += 1
            } else {
                field.append(byte)
            }
            place += 1
        }
        return field
    }
}
