/// The bytes of one line without its line end; reads outside them give 0.
struct LineBytes {
    private let base: UnsafePointer<UInt8>?
    let count: Int

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        base = bytes.baseAddress
        count = bytes.count
    }

    @inline(__always)
    subscript(index: Int) -> UInt8 {
        guard let base, index >= 0, index < count else { return 0 }
        return base[index]
    }

    /// Eight bytes from `index` on in the machine's order; nil where they do not all exist.
    @inline(__always)
    func word(at index: Int) -> UInt64? {
        guard let base, index >= 0, index <= count - 8 else { return nil }
        return UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self)
    }

    /// Where a colour code (SGR) that begins at `index` ends; nil where none begins there.
    func endOfColourCode(at index: Int) -> Int? {
        guard self[index] == 0x1B, self[index + 1] == 91 else { return nil }
        for place in index + 2..<index + 24 {
            let byte = self[place]
            if byte == 109 { return place + 1 }
            guard byte.isDigit || byte == 59 || byte == 58 else { return nil }
        }
        return nil
    }

    /// Whether `text`, which is ASCII, stands at `index`.
    func holds(_ text: StaticString, at index: Int) -> Bool {
        guard index >= 0, index + text.utf8CodeUnitCount <= count else { return false }
        for offset in 0..<text.utf8CodeUnitCount
        where self[index + offset] != text.utf8Start[offset] {
            return false
        }
        return true
    }
}

extension UInt8 {
    @inline(__always) var isDigit: Bool { self &- 48 < 10 }
    @inline(__always) var isLetter: Bool { (self | 32) &- 97 < 26 }
    @inline(__always) var isLowercase: Bool { self &- 97 < 26 }
    /// Letter, digit or underscore, and whatever is not ASCII.
    @inline(__always) var isWord: Bool { isLetter || isDigit || self == 95 || self >= 128 }
}
