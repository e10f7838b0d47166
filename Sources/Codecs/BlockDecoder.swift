/// A framing of blocks that are decoded whole.
protocol BlockFraming {
    /// Looks at the front of `bytes`, which is not empty.
    func next(_ bytes: UnsafeRawBufferPointer) -> BlockStep
    /// Decodes the payload of a block into exactly `output.count` bytes; false where it is damaged.
    func decode(
        _ block: BlockHeader, _ payload: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer
    ) -> Bool
    /// Where, behind the first byte, the next block may start; nil where nothing looks like one.
    /// May name a place where only the start of a mark is left.
    func resume(_ bytes: UnsafeRawBufferPointer) -> Int?
}

/// What stands at the front.
enum BlockStep {
    /// This many bytes are header without payload.
    case skip(Int)
    case block(BlockHeader)
    /// More bytes are needed to tell.
    case incomplete
    case damaged
}

struct BlockHeader {
    var headerLength: Int
    var payloadLength: Int
    var outputLength: Int
    var isStored: Bool
    var checksum: UInt32?
}

/// Cuts a stream into the blocks of a framing and decodes each.
///
/// Holds at most one block, and its decoded form.
final class BlockDecoder<Framing: BlockFraming>: StreamDecoder {
    /// Larger blocks than this are taken for damage: the Java libraries write at most 32 MiB.
    static var largestBlock: Int { 64 << 20 }

    private(set) var damagedPlaces = 0
    private let framing: Framing
    private var pending: [UInt8] = []
    private var output: [UInt8] = []
    private var isLost = false

    init(_ framing: Framing) { self.framing = framing }

    var isInsideBlock: Bool { !pending.isEmpty && !isLost }

    func feed(_ input: UnsafeRawBufferPointer, _ sink: Decompressor.Sink) {
        if pending.isEmpty {
            let used = decodeBlocks(input, sink)
            pending.append(contentsOf: input[used...])
            return
        }
        pending.append(contentsOf: input)
        var bytes: [UInt8] = []
        swap(&bytes, &pending)
        let used = bytes.withUnsafeBytes { decodeBlocks($0, sink) }
        bytes.removeSubrange(..<used)
        swap(&bytes, &pending)
    }

    /// Decodes all whole blocks; returns how many bytes they were.
    private func decodeBlocks(_ input: UnsafeRawBufferPointer, _ sink: Decompressor.Sink) -> Int {
        var position = 0
        while position < input.count {
            let rest = UnsafeRawBufferPointer(rebasing: input[position...])
            switch framing.next(rest) {
            case .skip(let count):
                isLost = false
                position += count
            case .incomplete:
                return position
            case .damaged:
                noteDamage(sink)
                position += framing.resume(rest) ?? rest.count
            case .block(let header):
                let length = header.headerLength + header.payloadLength
                guard rest.count >= length else { return position }
                let payload = UnsafeRawBufferPointer(rebasing: rest[header.headerLength..<length])
                if decode(header, payload, sink) {
                    isLost = false
                } else {
                    noteDamage(sink)
                }
                // A damaged block is passed over whole: looking for marks inside of it would let
                // a hostile file cost the square of its size.
                position += length
            }
        }
        return position
    }

    private func decode(
        _ header: BlockHeader, _ payload: UnsafeRawBufferPointer, _ sink: Decompressor.Sink
    ) -> Bool {
        if header.isStored, header.checksum == nil {
            if !payload.isEmpty { sink(payload) }
            return true
        }
        if output.count < header.outputLength {
            output = [UInt8](repeating: 0, count: header.outputLength)
        }
        return output.withUnsafeMutableBytes { raw in
            let target = UnsafeMutableRawBufferPointer(rebasing: raw[..<header.outputLength])
            guard framing.decode(header, payload, into: target) else { return false }
            if !target.isEmpty { sink(UnsafeRawBufferPointer(target)) }
            return true
        }
    }

    /// Counts neighbouring damage once.
    private func noteDamage(_ sink: Decompressor.Sink) {
        guard !isLost else { return }
        isLost = true
        damagedPlaces += 1
        handOutSeparator(sink)
    }
}

extension UnsafeRawBufferPointer {
    /// Little endian; the caller has checked the length.
    func littleEndian32(at offset: Int) -> UInt32 {
        UInt32(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// Big endian; the caller has checked the length.
    func bigEndian32(at offset: Int) -> UInt32 {
        UInt32(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// The first place from 1 on where `mark` stands, or starts and the bytes end.
    func place(of mark: [UInt8]) -> Int? {
        guard count > 1, let first = mark.first else { return nil }
        var position = 1
        while position < count {
            if self[position] == first {
                let length = Swift.min(mark.count, count - position)
                if self[position..<(position + length)].elementsEqual(mark.prefix(length)) {
                    return position
                }
            }
            position += 1
        }
        return nil
    }
}
