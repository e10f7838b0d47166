/// Strings of a log, each kept once.
///
/// Names, hosts and plan nodes repeat by the thousand; models hold the shared `String` of this
/// table, which costs 16 bytes a use.
struct StringTable: Sendable {
    /// Texts beyond this many bytes are cut, so that one plan cannot fill the memory.
    static let longest = 16_384

    private var strings: [String] = []
    /// Hash of the bytes to indices in `strings`; collisions are compared.
    private var slots: [Int32] = [Int32](repeating: -1, count: 1024)
    private var hashes: [UInt64] = []

    /// The string that `text` writes, escapes decoded, invalid UTF-8 replaced.
    mutating func intern(_ text: JSONCursor.Text) -> String { strings[index(of: text)] }

    /// A small number for the string that `text` writes: the same one for the same bytes.
    mutating func index(of text: JSONCursor.Text) -> Int {
        let bytes = UnsafeBufferPointer(
            start: text.start, count: min(text.count, Self.longest))
        let hash = Self.hash(bytes)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] >= 0 {
            let index = Int(slots[slot])
            // 64 bits of hash over at most millions of texts: equal hashes are compared once more
            // by the decoded text, which is right also for escapes.
            if hashes[index] == hash, matches(strings[index], bytes, text.hasEscapes) {
                return index
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        let index = strings.count
        strings.append(JSONText.decode(bytes, hasEscapes: text.hasEscapes))
        hashes.append(hash)
        slots[slot] = Int32(index)
        if strings.count * 2 > slots.count { grow() }
        return index
    }

    /// The string with number `index`.
    subscript(index: Int) -> String { strings[index] }

    private func matches(
        _ string: String, _ bytes: UnsafeBufferPointer<UInt8>, _ hasEscapes: Bool
    ) -> Bool {
        if !hasEscapes, string.utf8.count == bytes.count { return string.utf8.elementsEqual(bytes) }
        return string == JSONText.decode(bytes, hasEscapes: hasEscapes)
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count * 2)
        for (index, hash) in hashes.enumerated() {
            var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(index)
        }
    }

    private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash = UInt64(bytes.count) &* 0x9E37_79B9_7F4A_7C15
        let raw = UnsafeRawBufferPointer(bytes)
        var offset = 0
        while offset + 8 <= raw.count {
            let word = raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let product = (hash ^ word).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
            hash = product.high ^ product.low
            offset += 8
        }
        var tail: UInt64 = 0
        while offset < raw.count {
            tail = tail << 8 | UInt64(raw[offset])
            offset += 1
        }
        let product = (hash ^ tail).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
        return product.high ^ product.low
    }
}
