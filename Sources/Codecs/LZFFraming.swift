/// LZF chunks as the `compress-lzf` library of Java writes them: `ZV`, a kind, lengths of 16 bits
/// big endian, then stored bytes or a raw LZF block.
struct LZFFraming: BlockFraming {
    private static let magic = Array("ZV".utf8)

    func next(_ bytes: UnsafeRawBufferPointer) -> BlockStep {
        let known = min(bytes.count, Self.magic.count)
        guard bytes.prefix(known).elementsEqual(Self.magic.prefix(known)) else { return .damaged }
        guard bytes.count >= 3 else { return .incomplete }
        let isStored = bytes[2] == 0
        guard bytes[2] <= 1 else { return .damaged }
        let headerLength = isStored ? 5 : 7
        guard bytes.count >= headerLength else { return .incomplete }
        let payload = Int(bytes[3]) << 8 | Int(bytes[4])
        let output = isStored ? payload : Int(bytes[5]) << 8 | Int(bytes[6])
        return .block(
            BlockHeader(
                headerLength: headerLength, payloadLength: payload, outputLength: output,
                isStored: isStored, checksum: nil))
    }

    func decode(
        _ block: BlockHeader, _ payload: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer
    ) -> Bool { decodeLZF(payload, into: output) }

    func resume(_ bytes: UnsafeRawBufferPointer) -> Int? { bytes.place(of: Self.magic) }
}

/// Decodes a raw LZF block into exactly `output.count` bytes; false where it is damaged.
///
/// Format: as liblzf writes it. A control byte below 32 is followed by that many literals and one;
/// others hold three bits of length and five of distance, seven meaning a length byte follows.
func decodeLZF(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
) -> Bool {
    var read = 0
    var written = 0
    while read < input.count {
        let control = Int(input[read])
        read += 1
        if control < 32 {
            let length = control + 1
            guard length <= input.count - read, length <= output.count - written else {
                return false
            }
            output.copy(input, from: read, count: length, to: written)
            read += length
            written += length
            continue
        }
        var length = control >> 5
        if length == 7 {
            guard read < input.count else { return false }
            length += Int(input[read])
            read += 1
        }
        guard read < input.count else { return false }
        let distance = ((control & 31) << 8) + Int(input[read]) + 1
        read += 1
        length += 2
        guard distance <= written, length <= output.count - written else { return false }
        output.repeatBytes(distance: distance, count: length, at: written)
        written += length
    }
    return written == output.count
}
