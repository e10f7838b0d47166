/// `SnappyOutputStream` of snappy-java, which is what Spark writes: not the framing format of
/// the Snappy project.
///
/// A header of 16 bytes (again wherever a stream was appended), then blocks: a length, big endian,
/// and a raw Snappy block.
struct SnappyFraming: BlockFraming {
    private static let magic: [UInt8] = [0x82, 0x53, 0x4E, 0x41, 0x50, 0x50, 0x59, 0x00]

    func next(_ bytes: UnsafeRawBufferPointer) -> BlockStep {
        let known = min(bytes.count, Self.magic.count)
        if bytes.prefix(known).elementsEqual(Self.magic.prefix(known)) {
            return bytes.count >= 16 ? .skip(16) : .incomplete
        }
        guard bytes.count >= 4 else { return .incomplete }
        let payload = Int(bytes.bigEndian32(at: 0))
        guard payload > 0, payload <= BlockDecoder<Self>.largestBlock else { return .damaged }
        // The decoded length is in the block; a copy of three bytes yields at most 64.
        var position = 4
        guard bytes.count >= min(4 + payload, 9) else { return .incomplete }
        let front = UnsafeRawBufferPointer(rebasing: bytes.prefix(4 + payload))
        guard let output = snappyLength(front, &position),
            output <= BlockDecoder<Self>.largestBlock,
            output <= 24 * payload + 64
        else { return .damaged }
        return .block(
            BlockHeader(
                headerLength: 4, payloadLength: payload, outputLength: output, isStored: false,
                checksum: nil))
    }

    func decode(
        _ block: BlockHeader, _ payload: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer
    ) -> Bool { decodeSnappy(payload, into: output) }

    func resume(_ bytes: UnsafeRawBufferPointer) -> Int? {
        // A block that does not decode still tells where the next one starts, if its length is
        // plausible: then another length or a header stands behind it.
        if bytes.count >= 4 {
            let payload = Int(bytes.bigEndian32(at: 0))
            if payload > 0, payload <= 1 << 20, 4 + payload <= bytes.count { return 4 + payload }
        }
        return bytes.place(of: Self.magic)
    }
}

/// The varint at the front of a raw Snappy block.
private func snappyLength(_ input: UnsafeRawBufferPointer, _ position: inout Int) -> Int? {
    var length = 0
    for shift in stride(from: 0, to: 35, by: 7) {
        guard position < input.count else { return nil }
        let byte = input[position]
        position += 1
        length |= Int(byte & 0x7F) << shift
        if byte < 0x80 { return length }
    }
    return nil
}

/// Decodes a raw Snappy block into exactly `output.count` bytes; false where it is damaged.
///
/// Format: format_description.txt of the Snappy project.
func decodeSnappy(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
) -> Bool {
    var read = 0
    guard snappyLength(input, &read) == output.count else { return false }
    var written = 0
    while read < input.count {
        let tag = input[read]
        read += 1
        if tag & 3 == 0 {
            var length = Int(tag >> 2)
            if length >= 60 {
                let bytes = length - 59
                guard input.count - read >= bytes else { return false }
                length = 0
                for index in 0..<bytes { length |= Int(input[read + index]) << (8 * index) }
                read += bytes
            }
            length += 1
            guard length <= input.count - read, length <= output.count - written else {
                return false
            }
            output.copy(input, from: read, count: length, to: written)
            read += length
            written += length
            continue
        }
        let bytes = tag & 3 == 3 ? 4 : Int(tag & 3)
        guard input.count - read >= bytes else { return false }
        var distance = 0
        for index in 0..<bytes { distance |= Int(input[read + index]) << (8 * index) }
        read += bytes
        var length = Int(tag >> 2) + 1
        if bytes == 1 {
            distance |= Int(tag >> 5) << 8
            length = Int(tag >> 2 & 7) + 4
        }
        guard distance > 0, distance <= written, length <= output.count - written else {
            return false
        }
        output.repeatBytes(distance: distance, count: length, at: written)
        written += length
    }
    return written == output.count
}
