/// Texts of JSON: decoding of escapes, and writing.
enum JSONText {
    /// The string between two quotes; broken escapes stand for themselves, invalid UTF-8 and lone
    /// surrogates become U+FFFD.
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, hasEscapes: Bool) -> String {
        guard hasEscapes else { return String(decoding: bytes, as: UTF8.self) }
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            guard byte == ByteScan.backslash, index < bytes.count else {
                out.append(byte)
                continue
            }
            let escape = bytes[index]
            index += 1
            switch escape {
            case UInt8(ascii: "n"): out.append(0x0A)
            case UInt8(ascii: "t"): out.append(0x09)
            case UInt8(ascii: "r"): out.append(0x0D)
            case UInt8(ascii: "b"): out.append(0x08)
            case UInt8(ascii: "f"): out.append(0x0C)
            case UInt8(ascii: "u"): appendScalar(bytes, &index, to: &out)
            default: out.append(escape)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func appendScalar(
        _ bytes: UnsafeBufferPointer<UInt8>, _ index: inout Int, to out: inout [UInt8]
    ) {
        guard var code = hex4(bytes, at: index) else {
            out.append(UInt8(ascii: "u"))
            return
        }
        index += 4
        if (0xD800..<0xDC00).contains(code), index + 1 < bytes.count,
            bytes[index] == ByteScan.backslash, bytes[index + 1] == UInt8(ascii: "u"),
            let low = hex4(bytes, at: index + 2), (0xDC00..<0xE000).contains(low)
        {
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
            index += 6
        }
        let scalar = Unicode.Scalar(code) ?? "\u{FFFD}"
        out.append(contentsOf: String(Character(scalar)).utf8)
    }

    private static func hex4(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> UInt32? {
        guard index + 4 <= bytes.count else { return nil }
        var code: UInt32 = 0
        for offset in 0..<4 {
            guard let digit = Character(Unicode.Scalar(bytes[index + offset])).hexDigitValue else {
                return nil
            }
            code = code << 4 | UInt32(digit)
        }
        return code
    }
}
