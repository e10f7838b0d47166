internal import Domain
internal import LogText

/// Looks at some neighbouring blocks of a log for the index; any thread, any order.
struct IndexScan: Sendable {
    let file: OpenFile
    let size: Int64
    let blockBytes: Int64
    let clock: LogClock

    /// The findings of `blocks`, of which the last may be cut by the end of the file.
    func findings(of blocks: Range<Int>, with buffer: ReadBuffer) throws -> [BlockFindings] {
        let range =
            Int64(blocks.lowerBound) * blockBytes..<min(size, Int64(blocks.upperBound) * blockBytes)
        let needed = LineVisitor.needed(for: range, size: size)
        let text = try buffer.fill(from: file, needed)
        var found = [BlockFindings](repeating: BlockFindings(), count: blocks.count)
        var reader = LogTimestampReader(clock: clock)
        found.withUnsafeMutableBufferPointer { found in
            let start = Int64(blocks.lowerBound) * blockBytes
            var current = BlockFindings()
            var currentEnd = start + blockBytes
            var index = 0
            func enter(_ offset: Int64) {
                found[index] = current
                index = Int((offset - start) / blockBytes)
                current = found[index]
                currentEnd = start + Int64(index + 1) * blockBytes
            }
            LineVisitor.visit(
                text, of: range,
                newline: { offset in
                    if offset >= currentEnd { enter(offset) }
                    current.newlines += 1
                },
                line: { offset, line in
                    if offset >= currentEnd { enter(offset) }
                    if let level = LogLevel.stated(by: line) {
                        current.levels |= 1 << level.rawValue
                    }
                    if let time = reader.time(of: line)?.microseconds {
                        current.earliest = min(current.earliest, time)
                        current.latest = max(current.latest, time)
                    }
                })
            if index < found.count { found[index] = current }
        }
        return found
    }
}
