/// PostgreSQL's built-in types by their numbers (catalogue `pg_type`, stable across versions).
enum PostgresTypes {
    static func name(of oid: UInt32) -> String? { known[oid]?.0 }
    static func kind(of oid: UInt32) -> ResultColumn.Kind { known[oid]?.1 ?? .other }

    private static let known: [UInt32: (String, ResultColumn.Kind)] = [
        16: ("boolean", .boolean), 17: ("bytea", .blob), 18: ("\"char\"", .text),
        19: ("name", .text), 20: ("bigint", .integer), 21: ("smallint", .integer),
        23: ("integer", .integer), 25: ("text", .text), 26: ("oid", .integer),
        114: ("json", .json), 142: ("xml", .text), 700: ("real", .real),
        701: ("double precision", .real), 790: ("money", .other), 1042: ("character", .text),
        1043: ("character varying", .text), 1082: ("date", .date),
        1083: ("time without time zone", .time), 1114: ("timestamp without time zone", .timestamp),
        1184: ("timestamp with time zone", .timestamp), 1186: ("interval", .interval),
        1266: ("time with time zone", .time), 1700: ("numeric", .decimal), 705: ("unknown", .text),
        2950: ("uuid", .uuid), 3802: ("jsonb", .json), 869: ("inet", .other),
        650: ("cidr", .other), 1000: ("boolean[]", .other), 1005: ("smallint[]", .other),
        1007: ("integer[]", .other), 1009: ("text[]", .other),
        1015: ("character varying[]", .other),
        1016: ("bigint[]", .other), 1022: ("double precision[]", .other),
        1231: ("numeric[]", .other), 2249: ("record", .other), 2278: ("void", .other),
    ]

    /// Appends the text of a value as the server sent it.
    static func append(
        _ bytes: UnsafeRawBufferPointer, _ kind: ResultColumn.Kind, to batch: inout RowBatch
    ) {
        switch kind {
        case .boolean: batch.append(bytes.first == UInt8(ascii: "t"))
        case .integer:
            if let value = integer(bytes) { batch.append(value) } else { batch.append(text: bytes) }
        case .real:
            if let value = Double(String(decoding: bytes, as: UTF8.self)) {
                batch.append(value)
            } else {
                batch.append(text: bytes)
            }
        case .blob:
            if let decoded = hexadecimal(bytes) {
                decoded.withUnsafeBytes { batch.append(blob: $0) }
            } else {
                batch.append(text: bytes)
            }
        default: batch.append(text: bytes)
        }
    }

    static func integer(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        var value: Int64 = 0
        let isNegative = bytes.first == UInt8(ascii: "-")
        let digits = isNegative ? bytes.dropFirst() : bytes[...]
        guard !digits.isEmpty, digits.count <= 18 else {
            return Int64(String(decoding: bytes, as: UTF8.self))
        }
        for byte in digits {
            guard NumberText.isDigit(byte) else { return nil }
            value = value * 10 + Int64(byte - 48)
        }
        return isNegative ? -value : value
    }

    /// The bytes of `\x00ff`; nil for the older form.
    private static func hexadecimal(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        guard text.count >= 2, text[0] == UInt8(ascii: "\\"), text[1] == UInt8(ascii: "x") else {
            return nil
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2)
        var position = 2
        while position + 1 < text.count {
            guard let high = digit(text[position]), let low = digit(text[position + 1]) else {
                return nil
            }
            bytes.append(high << 4 | low)
            position += 2
        }
        return bytes
    }

    static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }
}
