/// A growing column of whole numbers that takes the bits its values need.
///
/// One number a task and metric as Int64 would be 250 bytes a task, most of them zero. Full blocks
/// of 1,024 values are kept as eight groups, each as offsets from its smallest value in the fewest
/// bits: none at all where all are equal. Neighbours are mostly tasks of one stage and alike, so
/// small groups pay. Reading and appending are O(1).
public struct PackedColumn: Sendable {
    fileprivate struct Block: Sendable {
        /// The smallest value of each group.
        var bases = SIMD8<Int64>()
        /// Bits a value: 0–57 or 64, so that one load of eight bytes holds any value.
        var widths = SIMD8<UInt8>()
        /// Where each group starts in `bytes`.
        var starts = SIMD8<UInt16>()
        /// Eight bytes longer than its values, for the load of the last one.
        var bytes: [UInt8] = []
    }

    private static let blockCount = 1024
    private static let groupCount = 128
    private var blocks: [Block] = []
    private var open: [Int64] = []

    init() {}

    public var count: Int { blocks.count * Self.blockCount + open.count }

    /// Bytes of memory held for values.
    public var residentBytes: Int {
        blocks.reduce(blocks.capacity * MemoryLayout<Block>.stride + open.capacity * 8) {
            $0 + ($1.bytes.isEmpty ? 0 : $1.bytes.capacity + 32)
        }
    }

    /// - Precondition: `0 <= row < count`.
    public subscript(row: Int) -> Int64 {
        let index = row >> 10
        guard index < blocks.count else { return open[row & 1023] }
        let group = (row & 1023) >> 7
        let width = Int(blocks[index].widths[group])
        let base = blocks[index].bases[group]
        guard width > 0 else { return base }
        let bit = (row & 127) * width
        let place = Int(blocks[index].starts[group]) + (bit >> 3)
        let word = blocks[index].bytes.withUnsafeBytes {
            UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: UInt64.self))
        }
        let offset = (word >> UInt64(bit & 7)) & Self.mask(width)
        return base &+ Int64(bitPattern: offset)
    }

    @inline(__always)
    mutating func append(_ value: Int64) {
        if open.isEmpty { open.reserveCapacity(Self.blockCount) }
        open.append(value)
        if open.count == Self.blockCount { seal() }
    }

    private mutating func seal() {
        var block = Block()
        var length = 0
        for group in 0..<8 {
            let values = open[(group * Self.groupCount)..<((group + 1) * Self.groupCount)]
            let base = values.min() ?? 0
            let range = UInt64(bitPattern: (values.max() ?? 0) &- base)
            let bits = 64 - range.leadingZeroBitCount
            block.bases[group] = base
            block.widths[group] = UInt8(bits > 57 ? 64 : bits)
            block.starts[group] = UInt16(length)
            length += Self.groupCount / 8 * Int(block.widths[group])
        }
        if length > 0 {
            block.bytes = [UInt8](repeating: 0, count: length + 8)
            for (row, value) in open.enumerated() { Self.store(value, row, &block) }
        }
        blocks.append(block)
        open.removeAll(keepingCapacity: true)
    }

    private static func store(_ value: Int64, _ row: Int, _ block: inout Block) {
        let group = row >> 7
        let width = Int(block.widths[group])
        guard width > 0 else { return }
        let offset = UInt64(bitPattern: value &- block.bases[group])
        let bit = (row & 127) * width
        let place = Int(block.starts[group]) + (bit >> 3)
        block.bytes.withUnsafeMutableBytes { raw in
            let before = raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            let word = UInt64(littleEndian: before) | (offset << UInt64(bit & 7))
            raw.storeBytes(of: word.littleEndian, toByteOffset: place, as: UInt64.self)
        }
    }

    private static func mask(_ width: Int) -> UInt64 {
        width >= 64 ? .max : (1 << UInt64(width)) - 1
    }
}

extension PackedColumn: IndexCoded {
    static var blank: PackedColumn { PackedColumn() }

    mutating func code(_ coder: inout IndexCoder) {
        coder.code(&open)
        coder.code(&blocks)
        if open.count >= Self.blockCount { coder.damaged() }
    }
}

extension PackedColumn.Block: IndexCoded {
    static var blank: PackedColumn.Block { PackedColumn.Block() }

    mutating func code(_ coder: inout IndexCoder) {
        coder.code(bits: &bases)
        coder.code(bits: &widths)
        coder.code(bits: &starts)
        coder.code(bytes: &bytes)
        guard coder.isReading else { return }
        // A load of eight bytes must end inside, whatever stands in a file.
        for group in 0..<8 where widths[group] > 0 {
            let width = Int(widths[group])
            let last = Int(starts[group]) + (127 * width) >> 3 + 8
            if width > 57 && width != 64 || last > bytes.count {
                self = .blank
                return coder.damaged()
            }
        }
    }
}
