/// Spark's Murmur3 hash of column values (`hash()`, hash partitioning).
///
/// Murmur3_x86_32 with one difference that must be kept: bytes behind the last whole word are mixed
/// one by one, each as a signed word of its own. See `org.apache.spark.unsafe.hash.Murmur3_x86_32`
/// and `HashExpression`.
public enum Murmur3 {
    /// The seed of `hash()` and of hash partitioning.
    public static let seed: UInt32 = 42

    static func hash(_ value: Int32, seed: UInt32) -> UInt32 {
        finish(mix(seed, UInt32(bitPattern: value)), length: 4)
    }

    static func hash(_ value: Int64, seed: UInt32) -> UInt32 {
        let bits = UInt64(bitPattern: value)
        let low = mix(seed, UInt32(truncatingIfNeeded: bits))
        return finish(mix(low, UInt32(truncatingIfNeeded: bits >> 32)), length: 8)
    }

    static func hash(_ bytes: some Collection<UInt8>, seed: UInt32) -> UInt32 {
        var hash = seed
        var rest = bytes[...]
        while rest.count >= 4 {
            var word: UInt32 = 0
            for (place, byte) in rest.prefix(4).enumerated() {
                word |= UInt32(byte) << UInt32(8 * place)
            }
            hash = mix(hash, word)
            rest = rest.dropFirst(4)
        }
        for byte in rest { hash = mix(hash, UInt32(bitPattern: Int32(Int8(bitPattern: byte)))) }
        return finish(hash, length: UInt32(truncatingIfNeeded: bytes.count))
    }

    private static func mix(_ hash: UInt32, _ word: UInt32) -> UInt32 {
        var k = word &* 0xCC9E_2D51
        k = k << 15 | k >> 17
        k = k &* 0x1B87_3593
        var h = hash ^ k
        h = h << 13 | h >> 19
        return h &* 5 &+ 0xE654_6B64
    }

    private static func finish(_ hash: UInt32, length: UInt32) -> UInt32 {
        var h = hash ^ length
        h = (h ^ (h >> 16)) &* 0x85EB_CA6B
        h = (h ^ (h >> 13)) &* 0xC2B2_AE35
        return h ^ (h >> 16)
    }
}
