internal import Domain

/// The sparse index of one generation of a log: an entry a block, and what it has seen.
///
/// Some 0.1 bytes a line of usual length stay in memory.
struct LogIndex: Sendable {
    let blockBytes: Int64
    private(set) var blocks: [IndexBlock] = []
    /// Bytes from the file's start that have been looked at.
    private(set) var reached: Int64 = 0
    /// Line ends below `reached`.
    private(set) var newlines: Int64 = 0

    init(blockBytes: Int) { self.blockBytes = Int64(blockBytes) }

    init(blockBytes: Int64, blocks: [IndexBlock], reached: Int64, newlines: Int64) {
        self.blockBytes = blockBytes
        self.blocks = blocks
        self.reached = reached
        self.newlines = newlines
        settledBlocks = Self.settled(blocks.count, of: reached, blockBytes)
    }

    /// The blocks whose lines were all seen as far as a line is looked at, in a file of `size`.
    private static func settled(_ count: Int, of size: Int64, _ blockBytes: Int64) -> Int {
        min(count, Int(max(0, size - Int64(LineVisitor.overlap)) / blockBytes))
    }

    /// Blocks that growth of the file will not change: where the next pass begins.
    private(set) var settledBlocks = 0

    /// Puts `findings` of the blocks from `first` on, in a file of `size` bytes, in place of what
    /// was known from there.
    mutating func replace(from first: Int, with findings: [BlockFindings], size: Int64) {
        precondition(first <= blocks.count, "a gap before block \(first) of \(blocks.count)")
        var before = first < blocks.count ? blocks[first].newlinesBefore : newlines
        blocks.removeLast(blocks.count - first)
        for finding in findings {
            blocks.append(
                IndexBlock(
                    newlinesBefore: before, earliest: finding.earliest, latest: finding.latest,
                    levels: finding.levels))
            before += finding.newlines
        }
        newlines = before
        reached = min(size, Int64(blocks.count) * blockBytes)
        settledBlocks = Self.settled(blocks.count, of: size, blockBytes)
    }

    func range(ofBlock block: Int) -> Range<Int64> {
        let start = Int64(block) * blockBytes
        return start..<max(start, min(reached, start + blockBytes))
    }

    /// The block in which the line end number `number` (from 0) lies; nil beyond what is known.
    func block(ofNewline number: Int64) -> Int? {
        guard number >= 0, number < newlines else { return nil }
        var (low, high) = (0, blocks.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if blocks[middle].newlinesBefore <= number { low = middle } else { high = middle }
        }
        return low
    }

    /// Stretches of blocks from `first` on that hold no line end.
    func newlineFreeRanges(from first: Int) -> [Range<Int64>] {
        var ranges: [Range<Int64>] = []
        var start: Int?
        for block in max(0, first)..<max(first, blocks.count) {
            let next = block + 1 < blocks.count ? blocks[block + 1].newlinesBefore : newlines
            if next == blocks[block].newlinesBefore {
                start = start ?? block
                continue
            }
            if let begin = start {
                ranges.append(Int64(begin) * blockBytes..<Int64(block) * blockBytes)
                start = nil
            }
        }
        if let begin = start { ranges.append(Int64(begin) * blockBytes..<reached) }
        return ranges.filter { $0.count >= 1 << 20 }
    }
}
