internal import Glibc

/// The whole lines that begin in one stretch of a file, in memory.
struct SearchChunk {
    /// Offset in the file of the first byte of `lines`, a line's start.
    var offset: Int64
    /// Ends behind the last line's end, or at the end of the file, or where a line is too long.
    var lines: UnsafeRawBufferPointer

    /// Reads them into `buffer`, in which they stay until it is used again.
    init(
        of range: Range<Int64>, in file: OpenFile, size: Int64, longestLine: Int,
        with buffer: ReadBuffer
    ) throws {
        let first = max(0, range.lowerBound - 1)
        var end = min(size, range.upperBound)
        var bytes = try buffer.fill(from: file, first..<max(first, end))
        var start = 0
        if range.lowerBound > 0 {
            guard let base = bytes.baseAddress, let newline = memchr(base, 10, bytes.count) else {
                self.init(offset: end, lines: UnsafeRawBufferPointer(rebasing: bytes[..<0]))
                return
            }
            start = UnsafeRawPointer(newline) - base + 1
        }
        let searched = bytes.count
        guard start < searched else {
            self.init(offset: end, lines: UnsafeRawBufferPointer(rebasing: bytes[..<0]))
            return
        }
        var stop = bytes.last == 10 ? searched : nil
        while stop == nil, end < size, bytes.count - searched < longestLine {
            let next = min(size, end + 16 * 1_024)
            let seen = bytes.count
            bytes = try buffer.append(from: file, end..<next)
            end = next
            if let base = bytes.baseAddress,
                let newline = memchr(base + seen, 10, bytes.count - seen)
            {
                stop = UnsafeRawPointer(newline) - base + 1
            }
        }
        self.init(
            offset: first + Int64(start),
            lines: UnsafeRawBufferPointer(rebasing: bytes[start..<(stop ?? bytes.count)]))
    }

    private init(offset: Int64, lines: UnsafeRawBufferPointer) {
        self.offset = offset
        self.lines = lines
    }
}
