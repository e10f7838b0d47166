/// The keys of one kind of object, and which follows which.
///
/// Spark writes the keys of an object in a fixed order that differs between versions. The table
/// learns that order as it reads: the next key is guessed from the one before and compared as 32
/// bytes at once, so that neither hashing nor a chain of comparisons is needed. Keys that nobody
/// asked for are learned too, up to a fixed number.
struct KeyTable: Sendable {
    private struct Entry: Sendable {
        var word: SIMD4<UInt64>
        var mask: SIMD4<UInt64>
        var length: Int
    }

    /// Longest key that is learned, without its closing quote.
    private static let longest = 31
    private static let capacity = 96

    /// Keys below this number are the ones given, in their order.
    let knownCount: Int
    private var entries: [Entry]
    /// Index: the key before, plus one; a negative guess means none yet.
    private var successors: [Int32]
    /// What followed before `successors` did: objects of one kind come in two orders.
    private var alternates: [Int32]

    /// - Parameter names: distinct, each of at most 31 bytes of UTF-8.
    init(_ names: [String]) {
        knownCount = names.count
        entries = names.map { Self.entry(Array($0.utf8)) }
        successors = [Int32](repeating: -1, count: Self.capacity + 2)
        alternates = successors
        for index in names.indices { successors[index] = Int32(index) }
    }

    @inline(__always)
    func length(of key: Int) -> Int { entries[key].length }

    /// The key that most likely follows `last`, if it stands at `text`, closing quote included.
    @inline(__always)
    func guess(_ text: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, after last: Int) -> Int? {
        guard text + 32 <= end else { return nil }
        let word = UnsafeRawPointer(text).loadUnaligned(as: SIMD4<UInt64>.self)
        let guess = Int(successors[last + 1])
        if guess >= 0, matches(word, guess) { return guess }
        let alternate = Int(alternates[last + 1])
        return alternate >= 0 && matches(word, alternate) ? alternate : nil
    }

    @inline(__always)
    private func matches(_ word: SIMD4<UInt64>, _ key: Int) -> Bool {
        let difference = (word ^ entries[key].word) & entries[key].mask
        // Without AVX a comparison of vectors costs more than these.
        return difference[0] | difference[1] | difference[2] | difference[3] == 0
    }

    /// The number of `key`, remembered as what follows `last`.
    ///
    /// Keys beyond the capacity, long ones and ones with escapes share the last number.
    @inline(never)
    mutating func learn(_ key: JSONCursor.Text, after last: Int) -> Int {
        guard key.count <= Self.longest, !key.hasEscapes else { return Self.capacity }
        let wanted = Self.entry(Array(key.bytes))
        var index = entries.firstIndex { $0.length == wanted.length && $0.word == wanted.word }
        if index == nil, entries.count < Self.capacity {
            entries.append(wanted)
            index = entries.count - 1
        }
        guard let index else { return Self.capacity }
        if successors[last + 1] != Int32(index) { alternates[last + 1] = successors[last + 1] }
        successors[last + 1] = Int32(index)
        return index
    }

    private static func entry(_ name: [UInt8]) -> Entry {
        var bytes = SIMD32<UInt8>()
        var mask = SIMD32<UInt8>()
        for (index, byte) in (name.prefix(longest) + [ByteScan.quote]).enumerated() {
            bytes[index] = byte
            mask[index] = 0xFF
        }
        return Entry(
            word: unsafeBitCast(bytes, to: SIMD4<UInt64>.self),
            mask: unsafeBitCast(mask, to: SIMD4<UInt64>.self), length: min(name.count, longest))
    }
}
