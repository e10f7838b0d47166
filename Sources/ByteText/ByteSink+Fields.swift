extension ByteSink {
    /// A field of CSV (RFC 4180): in quotes where it is empty, since null is empty without, and
    /// where it holds a comma, quote, end of line, or `#`, which some readers take for a comment.
    ///
    /// - Parameter isAlone: Whether the line has no other field: then `\.` is in quotes as well,
    ///   since it alone in a line ends PostgreSQL's COPY.
    public mutating func append(csv text: UnsafeRawBufferPointer, isAlone: Bool = false) {
        if !Self.needsQuotes(text), !isAlone || !text.elementsEqual("\\.".utf8) {
            return append(text)
        }
        reserve(text.count + 8)
        append(UInt8(ascii: "\""))
        for byte in text {
            if byte == UInt8(ascii: "\"") { append(byte) }
            append(byte)
        }
        append(UInt8(ascii: "\""))
    }

    private static func needsQuotes(_ text: UnsafeRawBufferPointer) -> Bool {
        if text.isEmpty { return true }
        var index = 0
        // Eight at a time.
        while index + 8 <= text.count {
            let word = text.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if hasByte(word, 0x2C) || hasByte(word, 0x22) || hasByte(word, 0x0A)
                || hasByte(word, 0x0D) || hasByte(word, 0x23)
            {
                return true
            }
            index += 8
        }
        while index < text.count {
            if isSpecial(text[index]) { return true }
            index += 1
        }
        return false
    }

    @inline(__always) private static func isSpecial(_ byte: UInt8) -> Bool {
        byte == 0x2C || byte == 0x22 || byte == 0x0A || byte == 0x0D || byte == 0x23
    }

    /// Whether one of the word's bytes is `byte` (Hacker's Delight, 6-1).
    @inline(__always) private static func hasByte(_ word: UInt64, _ byte: UInt8) -> Bool {
        let rest = word ^ (UInt64(byte) &* 0x0101_0101_0101_0101)
        return (rest &- 0x0101_0101_0101_0101) & ~rest & 0x8080_8080_8080_8080 != 0
    }

    /// A field of TSV as PostgreSQL's COPY writes it: `\t`, `\n`, `\r` and `\\` are escaped.
    public mutating func append(tsv text: UnsafeRawBufferPointer) {
        guard text.contains(where: { $0 < 14 || $0 == UInt8(ascii: "\\") }) else {
            return append(text)
        }
        for byte in text {
            switch byte {
            case 9: append("\\t")
            case 10: append("\\n")
            case 13: append("\\r")
            case UInt8(ascii: "\\"): append("\\\\")
            default: append(byte)
            }
        }
    }

    /// A string of JSON (RFC 8259) with its quotes. Bytes that are no UTF-8 become U+FFFD, since
    /// JSON cannot hold them; controls and what turns the direction of text around are escaped.
    public mutating func append(json text: UnsafeRawBufferPointer) {
        append(UInt8(ascii: "\""))
        if text.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }) {
            append(text)
        } else {
            for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
                append(json: scalar)
            }
        }
        append(UInt8(ascii: "\""))
    }

    private mutating func append(json scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x22: append("\\\"")
        case 0x5C: append("\\\\")
        case 10: append("\\n")
        case 13: append("\\r")
        case 9: append("\\t")
        // Controls of either set, and what turns the direction of text around.
        case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069:
            append("\\u")
            withUnsafeBytes(of: UInt16(scalar.value).bigEndian) { append(hexadecimal: $0) }
        default:
            for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { append(byte) }
        }
    }

    /// A cell of a Markdown table: `|` and `\` are escaped, ends of lines become `<br>`; bytes that
    /// are no UTF-8 become U+FFFD.
    public mutating func append(markdown text: UnsafeRawBufferPointer) {
        for byte in String(decoding: text, as: UTF8.self).utf8 {
            switch byte {
            case UInt8(ascii: "|"): append("\\|")
            case UInt8(ascii: "\\"): append("\\\\")
            case 10: append("<br>")
            case 13: break
            default: append(byte)
            }
        }
    }
}
