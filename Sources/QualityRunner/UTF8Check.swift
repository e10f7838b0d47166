/// Looks for bytes that are no UTF-8 (RFC 3629).
enum UTF8Check {
    /// The offset of the first byte that cannot stand where it stands; nil for valid text.
    ///
    /// One pass; eight bytes at once where all of them are ASCII.
    static func firstMistake(in text: UnsafeBufferPointer<UInt8>) -> Int? {
        var index = 0
        let count = text.count
        let raw = UnsafeRawBufferPointer(text)
        while index < count {
            if index + 8 <= count,
                raw.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080
                    == 0
            {
                index += 8
                continue
            }
            let lead = text[index]
            guard lead >= 0x80 else {
                index += 1
                continue
            }
            // The range of the second byte keeps out surrogates, and longer forms than needed.
            let (length, second): (Int, ClosedRange<UInt8>)
            switch lead {
            case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
            case 0xE0: (length, second) = (3, 0xA0...0xBF)
            case 0xED: (length, second) = (3, 0x80...0x9F)
            case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
            case 0xF0: (length, second) = (4, 0x90...0xBF)
            case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
            case 0xF4: (length, second) = (4, 0x80...0x8F)
            default: return index
            }
            guard index + length <= count, second.contains(text[index + 1]),
                text[(index + 2)..<(index + length)].allSatisfy({ (0x80...0xBF).contains($0) })
            else { return index }
            index += length
        }
        return nil
    }
}
