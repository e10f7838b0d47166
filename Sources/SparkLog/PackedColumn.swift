/// A growing column of whole numbers that takes the bytes its values need.
///
/// One number a task and metric as Int64 would be 250 bytes a task, most of them zero. Values are
/// kept in blocks of 1,024: the last one plain, every full one as offsets from its smallest value
/// in the fewest whole bytes (none at all where all are equal). Reading and appending are O(1).
public struct PackedColumn: Sendable {
    private struct Block: Sendable {
        var base: Int64
        /// 0–8 bytes a value, little endian.
        var width: Int
        /// Seven bytes longer than its values, so that each can be read as eight bytes.
        var bytes: [UInt8]
    }

    private static let blockCount = 1024
    private var blocks: [Block] = []
    private var open: [Int64] = []

    init() {}

    public var count: Int { blocks.count * Self.blockCount + open.count }

    /// Bytes of memory held for values.
    public var residentBytes: Int {
        blocks.reduce(open.capacity * 8) { $0 + $1.bytes.capacity + 56 }
    }

    /// - Precondition: `0 <= row < count`.
    public subscript(row: Int) -> Int64 {
        let index = row >> 10
        guard index < blocks.count else { return open[row & 1023] }
        let block = blocks[index]
        guard block.width > 0 else { return block.base }
        let word = block.bytes.withUnsafeBytes {
            UInt64(
                littleEndian: $0.loadUnaligned(
                    fromByteOffset: (row & 1023) * block.width, as: UInt64.self))
        }
        return block.base &+ Int64(bitPattern: word & Self.mask(block.width))
    }

    @inline(__always)
    mutating func append(_ value: Int64) {
        open.append(value)
        if open.count == Self.blockCount { seal() }
    }

    private mutating func seal() {
        let base = open.min() ?? 0
        let range = UInt64(bitPattern: (open.max() ?? 0) &- base)
        let width = (71 - range.leadingZeroBitCount) / 8
        var bytes: [UInt8] = []
        if width > 0 {
            bytes = [UInt8](repeating: 0, count: open.count * width + 8 - width)
            bytes.withUnsafeMutableBytes { raw in
                for (row, value) in open.enumerated() {
                    // Later values overwrite the upper bytes of earlier ones, which are zero.
                    let word = UInt64(bitPattern: value &- base)
                    raw.storeBytes(
                        of: word.littleEndian, toByteOffset: row * width, as: UInt64.self)
                }
            }
        }
        blocks.append(Block(base: base, width: width, bytes: bytes))
        open.removeAll(keepingCapacity: true)
    }

    private static func mask(_ width: Int) -> UInt64 {
        width >= 8 ? .max : (1 << UInt64(width * 8)) - 1
    }
}
