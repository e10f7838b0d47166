/// The 32-bit xxHash of `bytes`.
///
/// Algorithm: doc/xxhash_spec.md of the xxHash project.
func xxHash32(_ bytes: UnsafeRawBufferPointer, seed: UInt32) -> UInt32 {
    let prime1: UInt32 = 0x9E37_79B1
    let prime2: UInt32 = 0x85EB_CA77
    let prime3: UInt32 = 0xC2B2_AE3D
    let prime4: UInt32 = 0x27D4_EB2F
    let prime5: UInt32 = 0x1656_67B1
    func rotate(_ value: UInt32, _ bits: UInt32) -> UInt32 {
        value << bits | value >> (32 - bits)
    }
    var hash = seed &+ prime5
    var offset = 0
    if bytes.count >= 16 {
        var lanes = SIMD4(seed &+ prime1 &+ prime2, seed &+ prime2, seed, seed &- prime1)
        while offset + 16 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: offset, as: SIMD4<UInt32>.self)
            lanes = lanes &+ word &* SIMD4(repeating: prime2)
            lanes = (lanes &<< 13) | (lanes &>> 19)
            lanes = lanes &* SIMD4(repeating: prime1)
            offset += 16
        }
        hash =
            rotate(lanes[0], 1) &+ rotate(lanes[1], 7) &+ rotate(lanes[2], 12)
            &+ rotate(lanes[3], 18)
    }
    hash = hash &+ UInt32(truncatingIfNeeded: bytes.count)
    while offset + 4 <= bytes.count {
        hash = rotate(hash &+ bytes.littleEndian32(at: offset) &* prime3, 17) &* prime4
        offset += 4
    }
    while offset < bytes.count {
        hash = rotate(hash &+ UInt32(bytes[offset]) &* prime5, 11) &* prime1
        offset += 1
    }
    hash = (hash ^ hash >> 15) &* prime2
    hash = (hash ^ hash >> 13) &* prime3
    return hash ^ hash >> 16
}
