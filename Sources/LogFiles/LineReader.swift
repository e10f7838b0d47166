internal import Domain

/// Cuts blocks into lines, forwards and backwards from a line's start.
struct LineReader {
    var blocks: BlockReader
    let maxBytesPerLine: Int
    /// Bytes that may be searched in each direction.
    let effort: Int64

    /// What a line costs in memory beside its bytes.
    static let upkeep = 64

    /// Where a line begins, and whether that is certain.
    struct Start: Equatable {
        var offset: Int64
        var isMeasured = true
    }

    mutating func start(of anchor: LogAnchor) throws -> Start {
        switch anchor {
        case .end, .line:
            return Start(offset: blocks.size)
        case .byte(let offset) where offset >= blocks.size:
            return Start(offset: blocks.size)
        case .byte(let offset):
            return try start(ofLineHolding: max(0, offset))
        }
    }

    /// The start of the line whose bytes, line end included, hold `offset`.
    mutating func start(ofLineHolding offset: Int64) throws -> Start {
        blocks.effort = effort
        switch try blocks.lastNewline(from: 0, below: offset) {
        case .found(let newline): return Start(offset: newline + 1)
        case .nowhere: return Start(offset: 0)
        case .stopped(let stop): return Start(offset: stop, isMeasured: false)
        }
    }

    /// Up to `before` lines that end at `start` and up to `after` that begin there, in file order,
    /// with the offset after the last.
    mutating func lines(
        around start: Start, before: Int, after: Int, maxTotalBytes: Int
    ) throws -> (lines: [LogLine], end: Int64) {
        var room = maxTotalBytes
        var later: [LogLine] = []
        var end = start.offset
        blocks.effort = effort
        while later.count < after, end < blocks.size, room > 0 || later.isEmpty {
            var (line, next) = try line(at: end)
            if later.isEmpty, !start.isMeasured { line.isMeasured = false }
            room -= line.bytes.count + Self.upkeep
            later.append(line)
            end = next
            if !line.isMeasured { break }
        }
        var earlier: [LogLine] = []
        var top = start
        blocks.effort = effort
        while earlier.count < before, top.offset > 0, top.isMeasured,
            room > 0 || (earlier.isEmpty && later.isEmpty)
        {
            let (line, begin) = try line(endingAt: top.offset)
            room -= line.bytes.count + Self.upkeep
            earlier.append(line)
            top = begin
        }
        return (earlier.reversed() + later, end)
    }

    /// The line that begins at `offset`, below the end of the file, and where the next begins.
    mutating func line(at offset: Int64) throws -> (line: LogLine, next: Int64) {
        switch try blocks.firstNewline(from: offset, below: blocks.size) {
        case .found(let newline):
            return (try line(offset..<newline, isComplete: true), newline + 1)
        case .nowhere:
            return (try line(offset..<blocks.size, isComplete: false), blocks.size)
        case .stopped(let stop):
            var line = try line(offset..<max(stop, offset), isComplete: false)
            line.isMeasured = false
            return (line, max(stop, offset))
        }
    }

    /// The line that ends, its line end included, at `end`, which is above 0.
    mutating func line(endingAt end: Int64) throws -> (line: LogLine, start: Start) {
        let isComplete = try blocks.byte(at: end - 1) == 10
        let contentEnd = isComplete ? end - 1 : end
        let start = try continuedStart(below: contentEnd)
        var line = try line(start.offset..<contentEnd, isComplete: isComplete)
        line.isMeasured = start.isMeasured
        return (line, start)
    }

    private mutating func continuedStart(below end: Int64) throws -> Start {
        switch try blocks.lastNewline(from: 0, below: end) {
        case .found(let newline): return Start(offset: newline + 1)
        case .nowhere: return Start(offset: 0)
        case .stopped(let stop): return Start(offset: stop, isMeasured: false)
        }
    }

    private mutating func line(_ content: Range<Int64>, isComplete: Bool) throws -> LogLine {
        var content = content
        if isComplete, !content.isEmpty, try blocks.byte(at: content.upperBound - 1) == 13 {
            content = content.lowerBound..<content.upperBound - 1
        }
        let kept = min(Int64(content.count), Int64(maxBytesPerLine))
        let bytes = try blocks.bytes(content.lowerBound..<content.lowerBound + kept)
        return LogLine(
            offset: content.lowerBound, byteCount: Int64(content.count), bytes: bytes,
            isComplete: isComplete)
    }
}
