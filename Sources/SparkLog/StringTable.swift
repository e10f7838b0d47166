/// Strings of a log, each kept once.
///
/// Names, hosts and plan nodes repeat by the thousand; models hold the shared `String` of this
/// table, which costs 16 bytes a use.
struct StringTable: Sendable {
    /// Texts beyond this many bytes are cut, so that one plan cannot fill the memory.
    static let longest = 16_384

    private var strings: [String] = []
    /// Indices in `strings` by the first half of the hash.
    private var slots: [Int32] = [Int32](repeating: -1, count: 1024)
    private var hashes: [Hash] = []

    /// The string that `text` writes, escapes decoded, invalid UTF-8 replaced.
    mutating func intern(_ text: JSONCursor.Text) -> String { strings[index(of: text)] }

    /// A small number for the string that `text` writes: the same one for the same bytes.
    mutating func index(of text: JSONCursor.Text) -> Int {
        let bytes = UnsafeBufferPointer(
            start: text.start, count: min(text.count, Self.longest))
        return index(Self.hash(bytes)) { JSONText.decode(bytes, hasEscapes: text.hasEscapes) }
    }

    /// As ``index(of:)``, in four bytes.
    mutating func number(of text: JSONCursor.Text) -> Int32 {
        Int32(truncatingIfNeeded: index(of: text))
    }

    /// The number here of the string that has number `index` in another table.
    mutating func index(sameAs index: Int, of other: StringTable) -> Int {
        self.index(other.hashes[index]) { other.strings[index] }
    }

    @inline(__always)
    private mutating func index(_ hash: Hash, decode: () -> String) -> Int {
        var slot = Int(truncatingIfNeeded: hash.first) & (slots.count - 1)
        while slots[slot] >= 0 {
            let index = Int(slots[slot])
            // Equal 128 bits are taken for equal texts: comparing would mean to decode again.
            if hashes[index] == hash { return index }
            slot = (slot + 1) & (slots.count - 1)
        }
        let index = strings.count
        strings.append(decode())
        hashes.append(hash)
        slots[slot] = Int32(index)
        if strings.count * 2 > slots.count { grow() }
        return index
    }

    /// The string with number `index`.
    subscript(index: Int) -> String { strings[index] }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count * 2)
        for (index, hash) in hashes.enumerated() {
            var slot = Int(truncatingIfNeeded: hash.first) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(index)
        }
    }

    private struct Hash: Equatable, Sendable {
        var first: UInt64
        var second: UInt64
    }

    /// Two multiplicative hashes of the same bytes, eight at a time.
    private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> Hash {
        let raw = UnsafeRawBufferPointer(bytes)
        var first = UInt64(bytes.count) &* 0x9E37_79B9_7F4A_7C15
        var second = ~first
        var offset = 0
        while offset + 8 <= raw.count {
            let word = raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            first = fold(first ^ word, 0xA076_1D64_78BD_642F)
            second = fold(second &+ word, 0xE703_7ED1_A0B4_28DB)
            offset += 8
        }
        var tail: UInt64 = 0
        if raw.count >= 8 {
            // The last eight bytes, some of them once more.
            tail = raw.loadUnaligned(fromByteOffset: raw.count - 8, as: UInt64.self)
        } else {
            while offset < raw.count {
                tail = tail << 8 | UInt64(raw[offset])
                offset += 1
            }
        }
        return Hash(
            first: fold(first ^ tail, 0x8EBC_6AF0_9C88_C6E3),
            second: fold(second &+ tail, 0x5899_65CC_7537_4CC3))
    }

    @inline(__always)
    private static func fold(_ word: UInt64, _ factor: UInt64) -> UInt64 {
        let product = word.multipliedFullWidth(by: factor)
        return product.high ^ product.low
    }
}
