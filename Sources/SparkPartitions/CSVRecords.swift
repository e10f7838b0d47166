/// Splits CSV text into records, fed piece by piece.
///
/// Fields may be quoted with `"`; inside, a quote is written `""` or `\"`. An empty field without
/// quotes is null, as Spark reads it; with quotes it is an empty text. Memory: one record.
public struct CSVRecords: Sendable {
    private enum State: Sendable {
        case fieldStart, plain, quoted, quoteSeen, escaped
    }

    private let separator: UInt8
    private var state = State.fieldStart
    private var field: [UInt8] = []
    private var isQuoted = false
    private var record: [String?] = []
    /// The longest record that is read, in bytes.
    private static let longest = 64 << 20

    public init(separator: Character = ",") { self.separator = separator.asciiValue ?? 44 }

    /// Takes the next bytes; calls `body` with every record that they complete.
    public mutating func feed(
        _ bytes: some Sequence<UInt8>, _ body: ([String?]) throws -> Void
    ) rethrows {
        for byte in bytes {
            switch state {
            case .escaped:
                if byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                    field.append(UInt8(ascii: "\\"))
                }
                field.append(byte)
                state = .quoted
            case .quoted:
                if byte == UInt8(ascii: "\"") {
                    state = .quoteSeen
                } else if byte == UInt8(ascii: "\\") {
                    state = .escaped
                } else {
                    append(byte)
                }
            case .quoteSeen where byte == UInt8(ascii: "\""):
                append(byte)
                state = .quoted
            case .fieldStart where byte == UInt8(ascii: "\""):
                isQuoted = true
                state = .quoted
            case .fieldStart, .plain, .quoteSeen:
                if byte == separator {
                    endField()
                } else if byte == 0x0A {
                    try endRecord(body)
                } else if byte != 0x0D {
                    append(byte)
                    if state == .fieldStart { state = .plain }
                }
            }
        }
    }

    /// Takes the last record, which may lack its line feed.
    public mutating func finish(_ body: ([String?]) throws -> Void) rethrows {
        if !record.isEmpty || !field.isEmpty || isQuoted { try endRecord(body) }
    }

    private mutating func append(_ byte: UInt8) {
        if field.count < Self.longest { field.append(byte) }
    }

    private mutating func endField() {
        record.append(
            field.isEmpty && !isQuoted ? nil : String(decoding: field, as: UTF8.self))
        field.removeAll(keepingCapacity: true)
        isQuoted = false
        state = .fieldStart
    }

    private mutating func endRecord(_ body: ([String?]) throws -> Void) rethrows {
        let isEmptyLine = record.isEmpty && field.isEmpty && !isQuoted
        endField()
        let complete = record
        record.removeAll(keepingCapacity: true)
        if !isEmptyLine { try body(complete) }
    }
}
