import TestRandom
import Testing

@testable import Codecs

/// What damage in the framing of each codec costs: never more than its own block and what cannot be
/// found again behind it.
@Suite("Damage in framings")
struct FramingDamageTests {
    private func decode(_ bytes: [UInt8], portion: Int = 1 << 20) -> CodecsTests.Result {
        CodecsTests().decode(bytes, portion: portion)
    }

    /// Lines of the text that came out whole; each line of it is there once.
    private func lines(_ bytes: [UInt8]) -> Set<[UInt8]> {
        Set(bytes.split(separator: 0x0A).map(Array.init))
    }

    private static let whole = Set(Packed.text.split(separator: 0x0A).map(Array.init))

    /// Where headers of blocks stand.
    private static func headers(_ codec: Codec, _ bytes: [UInt8]) -> [Int] {
        let mark: [UInt8] =
            switch codec {
            case .zstd: [0x28, 0xB5, 0x2F, 0xFD]
            case .lz4: Array("LZ4Block".utf8)
            case .gzip: [0x1F, 0x8B, 8]
            case .lzf: [0x5A, 0x56]
            default: []
            }
        if codec == .snappy {
            // The stream header, the first block, the second one.
            let length = Int(bytes[16]) << 24 | Int(bytes[17]) << 16 | Int(bytes[18]) << 8
            return [0, 16, 20 + length + Int(bytes[19])]
        }
        return bytes.indices.filter { bytes[$0...].starts(with: mark) }
    }

    @Test(
        "a byte of a block's payload costs that block, and the others are read",
        arguments: [Codec.zstd, .lz4, .gzip, .lzf, .snappy])
    func payload(codec: Codec) throws {
        var bytes = Packed.bytes(codec)
        let second = try #require(
            Self.headers(codec, bytes).dropFirst(codec == .snappy ? 2 : 1).first)
        // Behind the lengths, in the codes that say how long a run of bytes is.
        let place =
            second + [.lz4: 21, .snappy: 8, .lzf: 7, .zstd: 12, .gzip: 14][codec, default: 0]
        bytes[place] ^= 0xFF
        let result = decode(bytes)
        #expect(result.codec == codec)
        #expect(result.damagedPlaces <= 2)
        let kept = lines(result.output).intersection(Self.whole).count
        // A block holds about a quarter of the lines.
        #expect(kept >= Self.whole.count / 2, "\(kept) of \(Self.whole.count)")
    }

    @Test(
        "lengths of nothing, of too much and below zero in every header end, and take no memory",
        arguments: [Codec.zstd, .lz4, .gzip, .lzf, .snappy])
    func lengths(codec: Codec) {
        let bytes = Packed.bytes(codec)
        let absurd: [[UInt8]] = [
            [0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF], [0x7F, 0xFF, 0xFF, 0xFF],
            [0xFF, 0xFF, 0xFF, 0x7F], [0x80, 0, 0, 0], [0, 0, 0, 0x80], [0, 0, 0, 1], [1, 0, 0, 0],
            [0, 0, 0, 4], [4, 0, 0, 0],
        ]
        for header in Self.headers(codec, bytes).prefix(3) {
            for offset in 0..<22 where header + offset + 4 <= bytes.count {
                for lengths in absurd {
                    var damaged = bytes
                    damaged.replaceSubrange(
                        (header + offset)..<(header + offset + 4), with: lengths)
                    let result = decode(damaged, portion: 4_096)
                    // Zeros and repeats can stand for much; not for more than all blocks hold.
                    #expect(result.output.count <= 64 << 20)
                }
            }
        }
    }

    @Test(
        "every single bit of a small file may be wrong",
        arguments: [Codec.zstd, .lz4, .gzip, .lzf, .snappy])
    func everyBit(codec: Codec) {
        let bytes = Array(Packed.bytes(codec).prefix(420))
        for place in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[place] ^= 1 << UInt8(bit)
                let result = decode(damaged)
                #expect(result.output.count < 1 << 20)
            }
        }
    }

    @Test(
        "streams put one behind the other are read as one, also of the shortest pieces",
        arguments: [Codec.zstd, .lz4, .gzip, .lzf, .snappy], [1, 7, 1 << 20])
    func concatenated(codec: Codec, portion: Int) {
        let bytes = Packed.bytes(codec)
        let result = decode(bytes + bytes + bytes, portion: portion)
        #expect(result.output == Packed.text + Packed.text + Packed.text)
        #expect(result.damagedPlaces == 0)
        #expect(!result.isCut)
    }

    @Test("what begins as no codec does is handed on as it is")
    func wrongMagic() {
        for codec in [Codec.zstd, .lz4, .gzip, .snappy] {
            var bytes = Packed.bytes(codec)
            bytes[1] ^= 0x20
            let result = decode(bytes)
            #expect(result.codec == Codec.none)
            #expect(result.output == bytes)
        }
    }

    @Test("a small file that stands for gigabytes is decoded in portions")
    func bomb() {
        // A frame of blocks that each repeat one byte 128 kB long.
        var bytes: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58]
        let block: UInt32 = 1 << 1 | (128 << 10) << 3
        for _ in 0..<4_000 {
            bytes += [UInt8(block & 255), UInt8(block >> 8 & 255), UInt8(block >> 16), 0x20]
        }
        let decompressor = Decompressor()
        var (sum, most) = (0, 0)
        bytes.withUnsafeBytes {
            decompressor.feed($0) { part in
                sum += part.count
                most = max(most, part.count)
            }
        }
        #expect(sum == 4_000 * (128 << 10))
        #expect(most <= 1 << 20)
    }
}
