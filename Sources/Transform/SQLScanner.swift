/// Looks at SQL only as far as needed: spaces, comments, texts and words.
public enum SQLScanner {
    /// Puts common table expressions in front of a query, before its own ones.
    static func inject(_ ctes: [String], into sql: String) -> String {
        guard !ctes.isEmpty else { return sql }
        let bytes = Array(sql.utf8)
        // The spaces are dbt's, so that compiled SQL is the same to the byte.
        let joined = ctes.map { " " + $0 }.joined(separator: ", ")
        let start = skipSpace(bytes, 0)
        guard let end = word("with", bytes, start) else {
            let first = bytes.firstIndex { $0 > 32 } ?? bytes.count
            return String(decoding: bytes[..<first], as: UTF8.self) + "with\(joined) "
                + String(decoding: bytes[first...], as: UTF8.self)
        }
        var position = end
        let next = skipSpace(bytes, end)
        if let after = word("recursive", bytes, next) { position = after }
        while position < bytes.count, bytes[position] <= 32 { position += 1 }
        return String(decoding: bytes[..<position], as: UTF8.self) + "\(joined), "
            + String(decoding: bytes[position...], as: UTF8.self)
    }

    /// Without spaces and semicolons at the end, so that it may stand in parentheses.
    public static func trimmed(_ sql: String) -> String {
        var view = Substring(sql).unicodeScalars
        while let last = view.last, last.properties.isWhitespace || last == ";" {
            view.removeLast()
        }
        return String(view)
    }

    /// Whether nothing but spaces, comments and semicolons is there.
    public static func isBlank(_ sql: String) -> Bool {
        let bytes = Array(sql.utf8)
        var position = skipSpace(bytes, 0)
        while position < bytes.count, bytes[position] == UInt8(ascii: ";") {
            position = skipSpace(bytes, position + 1)
        }
        return position >= bytes.count
    }

    private static func word(_ name: String, _ bytes: [UInt8], _ start: Int) -> Int? {
        let end = start + name.utf8.count
        guard end <= bytes.count,
            zip(bytes[start..<end], name.utf8).allSatisfy({ $0 | 32 == $1 })
        else { return nil }
        if end < bytes.count, isWordByte(bytes[end]) { return nil }
        return end
    }

    static func isWordByte(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            || byte == 95 || byte >= 128
    }

    /// The index after spaces and comments.
    static func skipSpace(_ bytes: [UInt8], _ start: Int) -> Int {
        var index = start
        while index < bytes.count {
            if bytes[index] <= 32 {
                index += 1
            } else if bytes[index] == UInt8(ascii: "-"), index + 1 < bytes.count,
                bytes[index + 1] == UInt8(ascii: "-")
            {
                while index < bytes.count, bytes[index] != 10 { index += 1 }
            } else if bytes[index] == UInt8(ascii: "/"), index + 1 < bytes.count,
                bytes[index + 1] == UInt8(ascii: "*")
            {
                index += 2
                while index < bytes.count,
                    !(bytes[index] == UInt8(ascii: "/") && bytes[index - 1] == UInt8(ascii: "*"))
                {
                    index += 1
                }
                index = min(index + 1, bytes.count)
            } else {
                break
            }
        }
        return index
    }
}
