internal import CByteScan
internal import Glibc

/// Reads a file in blocks and finds line ends in it, in both directions, with bounded effort.
///
/// Belongs to one request: it holds one block and sees the file as long as `size` says, however it
/// grows meanwhile.
struct BlockReader {
    /// Where a search for a line end came to.
    enum Outcome: Equatable {
        case found(Int64)
        case nowhere
        /// The effort ran out; nothing was found up to here.
        case stopped(Int64)
    }

    /// Thrown where the file turns out shorter than `size`.
    struct Shrunk: Error {}

    let file: OpenFile
    let size: Int64
    private(set) var gaps: NewlineGaps
    /// Bytes that searches may still read before they stop.
    var effort: Int64
    private let blockBytes: Int
    private var block: [UInt8] = []
    private var blockStart: Int64 = 0

    init(file: OpenFile, size: Int64, gaps: NewlineGaps, effort: Int64, blockBytes: Int) {
        self.file = file
        self.size = size
        self.gaps = gaps
        self.effort = effort
        self.blockBytes = blockBytes
    }

    /// The last line end in `low..<high`.
    mutating func lastNewline(from low: Int64, below high: Int64) throws -> Outcome {
        var end = high
        defer { if end < high { gaps.insert(end..<high) } }
        while end > low {
            if let gap = gaps.range(holding: end - 1) {
                end = max(low, gap.lowerBound)
                continue
            }
            if effort <= 0 { return .stopped(end) }
            try load(end - 1)
            let start = max(low, blockStart)
            let range = Int(start - blockStart)..<Int(end - blockStart)
            effort -= Int64(range.count)
            let hit = block.withUnsafeBytes { bytes -> Int? in
                guard let base = bytes.baseAddress,
                    let place = byte_scan_last(base + range.lowerBound, 10, range.count)
                else { return nil }
                return place - base
            }
            if let hit {
                end = blockStart + Int64(hit) + 1
                return .found(end - 1)
            }
            end = start
        }
        return .nowhere
    }

    /// The first line end in `low..<high`.
    mutating func firstNewline(from low: Int64, below high: Int64) throws -> Outcome {
        var start = low
        defer { if start > low { gaps.insert(low..<start) } }
        while start < high {
            if let gap = gaps.range(holding: start) {
                start = min(high, gap.upperBound)
                continue
            }
            if effort <= 0 { return .stopped(start) }
            try load(start)
            let end = min(high, blockStart + Int64(block.count))
            let range = Int(start - blockStart)..<Int(end - blockStart)
            effort -= Int64(range.count)
            let hit = block.withUnsafeBytes { bytes -> Int? in
                guard let base = bytes.baseAddress,
                    let place = memchr(base + range.lowerBound, 10, range.count)
                else { return nil }
                return UnsafeRawPointer(place) - base
            }
            if let hit {
                start = blockStart + Int64(hit)
                return .found(start)
            }
            start = end
        }
        return .nowhere
    }

    /// The byte at `offset`, which lies below `size`.
    mutating func byte(at offset: Int64) throws -> UInt8 {
        try load(offset)
        return block[Int(offset - blockStart)]
    }

    /// The bytes of `range`, which ends at or below `size`.
    mutating func bytes(_ range: Range<Int64>) throws -> [UInt8] {
        if range.isEmpty { return [] }
        if range.lowerBound >= blockStart, range.upperBound <= blockStart + Int64(block.count) {
            return Array(
                block[
                    Int(range.lowerBound - blockStart)..<Int(range.upperBound - blockStart)])
        }
        let bytes = try file.bytes(at: range.lowerBound, count: range.count)
        guard bytes.count == range.count else { throw Shrunk() }
        return bytes
    }

    private mutating func load(_ offset: Int64) throws {
        if offset >= blockStart, offset < blockStart + Int64(block.count) { return }
        let start = offset / Int64(blockBytes) * Int64(blockBytes)
        let count = Int(min(Int64(blockBytes), size - start))
        block = try file.bytes(at: start, count: count)
        blockStart = start
        if block.count < count { throw Shrunk() }
    }
}
