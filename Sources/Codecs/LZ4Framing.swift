/// `LZ4BlockOutputStream` of lz4-java, which is what Spark writes; neither the `lz4` tool nor
/// decoders of the LZ4 frame format read it.
///
/// A block: `LZ4Block`, a token (high half: how it is packed), two lengths, an xxHash32 of the
/// decoded bytes, then a raw LZ4 block. A length of 0 ends a stream; another may follow.
struct LZ4Framing: BlockFraming {
    private static let magic = Array("LZ4Block".utf8)
    private static let headerLength = 21
    /// As lz4-java seeds it; it keeps the lower 28 bits.
    private static let seed: UInt32 = 0x9747_B28C

    func next(_ bytes: UnsafeRawBufferPointer) -> BlockStep {
        let known = min(bytes.count, Self.magic.count)
        guard bytes.prefix(known).elementsEqual(Self.magic.prefix(known)) else { return .damaged }
        guard bytes.count >= Self.headerLength else { return .incomplete }
        let method = bytes[8] & 0xF0
        let payload = Int(bytes.littleEndian32(at: 9))
        let original = Int(bytes.littleEndian32(at: 13))
        guard method == 0x10 || method == 0x20, payload <= BlockDecoder<Self>.largestBlock,
            original <= BlockDecoder<Self>.largestBlock, original <= 255 * payload + 64,
            method == 0x20 || payload == original, (payload == 0) == (original == 0)
        else { return .damaged }
        if original == 0 { return .skip(Self.headerLength) }
        return .block(
            BlockHeader(
                headerLength: Self.headerLength, payloadLength: payload, outputLength: original,
                isStored: method == 0x10, checksum: bytes.littleEndian32(at: 17)))
    }

    func decode(
        _ block: BlockHeader, _ payload: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer
    ) -> Bool {
        if block.isStored {
            output.copyMemory(from: payload)
        } else if !decodeLZ4(payload, into: output) {
            return false
        }
        let sum = xxHash32(UnsafeRawBufferPointer(output), seed: Self.seed) & 0x0FFF_FFFF
        return block.checksum.map { $0 == sum } ?? true
    }

    func resume(_ bytes: UnsafeRawBufferPointer) -> Int? { bytes.place(of: Self.magic) }
}

/// Decodes a raw LZ4 block into exactly `output.count` bytes; false where it is damaged.
///
/// Format: lz4_Block_format.md of the LZ4 project.
func decodeLZ4(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
) -> Bool {
    var read = 0
    var written = 0
    while read < input.count {
        let token = input[read]
        read += 1
        guard let literals = lz4Length(Int(token >> 4), input, &read),
            literals <= input.count - read, literals <= output.count - written
        else { return false }
        output.copy(input, from: read, count: literals, to: written)
        read += literals
        written += literals
        if read == input.count { break }
        guard input.count - read >= 2 else { return false }
        let distance = Int(input[read]) | Int(input[read + 1]) << 8
        read += 2
        guard let extra = lz4Length(Int(token & 15), input, &read), distance > 0,
            distance <= written, extra + 4 <= output.count - written
        else { return false }
        output.repeatBytes(distance: distance, count: extra + 4, at: written)
        written += extra + 4
    }
    return written == output.count
}

private func lz4Length(
    _ start: Int, _ input: UnsafeRawBufferPointer, _ read: inout Int
) -> Int? {
    var length = start
    guard start == 15 else { return length }
    while read < input.count {
        let byte = input[read]
        read += 1
        length += Int(byte)
        if byte != 255 { return length }
    }
    return nil
}

extension UnsafeMutableRawBufferPointer {
    /// Copies `count` bytes of `source`; the caller has checked both ends.
    @inline(__always)
    func copy(_ source: UnsafeRawBufferPointer, from: Int, count: Int, to: Int) {
        guard count > 0, let target = baseAddress, let base = source.baseAddress else { return }
        (target + to).copyMemory(from: base + from, byteCount: count)
    }

    /// Repeats the bytes `distance` before `place`; the two may overlap. The caller has checked
    /// that `distance` is in 1...place and that `count` bytes fit.
    @inline(__always)
    func repeatBytes(distance: Int, count: Int, at place: Int) {
        guard let base = baseAddress else { return }
        var target = base + place
        var source = base + (place - distance)
        var left = count
        if distance >= 8 {
            while left >= 8 {
                let word = source.loadUnaligned(as: UInt64.self)
                target.storeBytes(of: word, as: UInt64.self)
                target += 8
                source += 8
                left -= 8
            }
        }
        while left > 0 {
            target.storeBytes(of: source.load(as: UInt8.self), as: UInt8.self)
            target += 1
            source += 1
            left -= 1
        }
    }
}
