import CZlib
import CZstd
import TestRandom
import Testing

@testable import Codecs

/// Text of many lines, and the same text as each codec packs it, in several blocks.
enum Packed {
    static let text: [UInt8] = Array(
        (0..<300).map { "line \($0) of a log that repeats itself, itself, itself\n" }.joined().utf8)

    static func bytes(_ codec: Codec) -> [UInt8] {
        let parts = stride(from: 0, to: text.count, by: 5_000).map {
            Array(text[$0..<min($0 + 5_000, text.count)])
        }
        switch codec {
        case .none: return text
        case .zstd: return parts.flatMap(zstd)
        case .gzip: return parts.flatMap(gzip)
        case .lz4: return parts.flatMap(lz4) + lz4End
        case .snappy:
            return snappyHeader + parts.prefix(2).flatMap(snappy) + snappyHeader
                + parts.dropFirst(2).flatMap(snappy)
        case .lzf: return parts.flatMap(lzf)
        }
    }

    private static func zstd(_ part: [UInt8]) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: ZSTD_compressBound(part.count))
        let count = ZSTD_compress(&output, output.count, part, part.count, 1)
        return Array(output[..<count])
    }

    private static func gzip(_ part: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        var output = [UInt8](repeating: 0, count: part.count + 1_000)
        var input = part
        deflateInit2_(
            &stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        let count = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                deflate(&stream, Z_FINISH)
                return Int(stream.total_out)
            }
        }
        deflateEnd(&stream)
        return Array(output[..<count])
    }

    private static func littleEndian(_ number: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    private static let lz4End =
        Array("LZ4Block".utf8) + [0x15] + [UInt8](repeating: 0, count: 12)

    private static func lz4(_ part: [UInt8]) -> [UInt8] {
        let sum = part.withUnsafeBytes { xxHash32($0, seed: 0x9747_B28C) & 0x0FFF_FFFF }
        // One run of literals: length 15 in the token, the rest in bytes of 255.
        var block: [UInt8] = [0xF0]
        var rest = part.count - 15
        while rest >= 255 {
            block.append(255)
            rest -= 255
        }
        block += [UInt8(rest)] + part
        return Array("LZ4Block".utf8) + [0x25] + littleEndian(block.count)
            + littleEndian(part.count) + littleEndian(Int(sum)) + block
    }

    private static let snappyHeader: [UInt8] =
        [0x82, 0x53, 0x4E, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]

    private static func snappy(_ part: [UInt8]) -> [UInt8] {
        let length = part.count - 1
        let block: [UInt8] =
            [UInt8(part.count & 0x7F | 0x80), UInt8(part.count >> 7), 61 << 2]
            + [UInt8(length & 0xFF), UInt8(length >> 8)] + part
        return littleEndian(block.count).reversed() + block
    }

    private static func lzf(_ part: [UInt8]) -> [UInt8] {
        // The first half packed, as literals; the second stored.
        let half = part.count / 2
        var packed: [UInt8] = []
        for start in stride(from: 0, to: half, by: 32) {
            let run = part[start..<min(start + 32, half)]
            packed += [UInt8(run.count - 1)] + run
        }
        let stored = part[half...]
        return [0x5A, 0x56, 1, UInt8(packed.count >> 8), UInt8(packed.count & 255)]
            + [UInt8(half >> 8), UInt8(half & 255)] + packed
            + [0x5A, 0x56, 0, UInt8(stored.count >> 8), UInt8(stored.count & 255)] + stored
    }
}

@Suite("Decompression")
struct CodecsTests {
    struct Result {
        var output: [UInt8] = []
        var isCut = false
        var damagedPlaces = 0
        var codec: Codec?
    }

    func decode(_ bytes: some Collection<UInt8>, portion: Int = 1 << 20) -> Result {
        var result = Result()
        let decompressor = Decompressor()
        let bytes = Array(bytes)
        for start in stride(from: 0, to: bytes.count, by: portion) {
            bytes[start..<min(start + portion, bytes.count)].withUnsafeBytes {
                decompressor.feed($0) { result.output += Array($0) }
            }
        }
        result.isCut = decompressor.finish { result.output += Array($0) }
        result.damagedPlaces = decompressor.damagedPlaces
        result.codec = decompressor.codec
        return result
    }

    @Test(
        "every codec is told by its first bytes and gives the text back", arguments: Codec.allCases)
    func roundTrip(codec: Codec) {
        let result = decode(Packed.bytes(codec))
        #expect(result.codec == codec)
        #expect(result.output == Packed.text)
        #expect(!result.isCut)
        #expect(result.damagedPlaces == 0)
    }

    @Test("portions of any size give the same text", arguments: Codec.allCases, [1, 3, 1000])
    func portions(codec: Codec, portion: Int) {
        let result = decode(Packed.bytes(codec), portion: portion)
        #expect(result.output == Packed.text)
        #expect(result.damagedPlaces == 0)
    }

    @Test(
        "a file cut at any byte gives a beginning of the text, and says so",
        arguments: Codec.allCases)
    func truncation(codec: Codec) {
        let bytes = Packed.bytes(codec)
        // Every byte of the first blocks and of the end; in between, literals are all alike.
        let lengths =
            Array(0...min(300, bytes.count)) + Array(max(0, bytes.count - 120)...bytes.count)
            + Array(stride(from: 300, to: bytes.count, by: 97))
        var cuts = 0
        for length in lengths {
            let result = decode(bytes[..<length])
            #expect(Packed.text.starts(with: result.output))
            #expect(result.damagedPlaces == 0)
            if result.isCut { cuts += 1 }
        }
        #expect(codec == .none ? cuts == 0 : cuts > 100)
    }

    @Test(
        "flipped bits cost a part of the text, never more", arguments: Codec.allCases, [1, 2, 3, 4])
    func bitFlips(codec: Codec, seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let bytes = Packed.bytes(codec)
        for _ in 0..<50 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let place = Int.random(in: 8..<bytes.count, using: &random)
                damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
            let result = decode(damaged, portion: Int.random(in: 1...20_000, using: &random))
            #expect(result.codec == codec)
            #expect(result.output.count < 40 * Packed.text.count)
        }
    }

    @Test("noise behind a magic number ends in damage, not in a crash", arguments: Codec.allCases)
    func noise(codec: Codec) {
        var random = SeededRandom(seed: 7)
        for _ in 0..<50 {
            var bytes = Array(Packed.bytes(codec).prefix(Int.random(in: 8...40, using: &random)))
            for _ in 0..<5_000 { bytes.append(UInt8.random(in: 0...255, using: &random)) }
            let result = decode(bytes)
            #expect(result.output.count < 1 << 20)
        }
    }

    @Test(
        "what follows a damaged place is read again, a line feed apart",
        arguments: [Codec.zstd, .gzip, .lz4])
    func resumes(codec: Codec) {
        let bytes = Packed.bytes(codec)
        let damage = [UInt8](repeating: 0x55, count: 40)
        let result = decode(bytes + damage + bytes)
        #expect(result.damagedPlaces == 1)
        #expect(result.output == Packed.text + [0x0A] + Packed.text)
    }

    @Test("overlapping copies repeat what was just written")
    func copies() {
        // Snappy: literal "ab", copy of 10 bytes from 2 back. LZ4: the same.
        let wanted = Array("abababababab".utf8)
        var output = [UInt8](repeating: 0, count: 12)
        let snappy: [UInt8] = [12, 1 << 2, 0x61, 0x62, 6 << 2 | 1, 2]
        #expect(
            snappy.withUnsafeBytes { from in
                output.withUnsafeMutableBytes { decodeSnappy(from, into: $0) }
            })
        #expect(output == wanted)
        output = [UInt8](repeating: 0, count: 12)
        let lz4: [UInt8] = [0x26, 0x61, 0x62, 2, 0]
        #expect(
            lz4.withUnsafeBytes { from in
                output.withUnsafeMutableBytes { decodeLZ4(from, into: $0) }
            })
        #expect(output == wanted)
        output = [UInt8](repeating: 0, count: 12)
        let lzf: [UInt8] = [1, 0x61, 0x62, 7 << 5, 1, 1]
        #expect(
            lzf.withUnsafeBytes { from in
                output.withUnsafeMutableBytes { decodeLZF(from, into: $0) }
            })
        #expect(output == wanted)
    }

    @Test("a header that claims gigabytes is damage, and takes no memory")
    func boundedBlocks() {
        let lz4 =
            Array("LZ4Block".utf8) + [0x25, 0, 0, 0, 0x10, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0]
        #expect(decode(lz4).damagedPlaces == 1)
        let snappy = Array(Packed.bytes(.snappy).prefix(16)) + [0x7F, 0xFF, 0xFF, 0xFF, 1, 2, 3]
        #expect(decode(snappy).damagedPlaces == 1)
    }
}
