internal import Glibc

/// Visits the lines of one stretch of a file in a buffer that holds some more around it.
///
/// A line belongs to the stretch in which its first byte lies, whatever its length, so that
/// neighbouring stretches can be visited by different threads.
struct LineVisitor {
    /// Bytes after a stretch that are read along, so that the level and the time of a line that
    /// begins at its end are seen.
    static let overlap = 512

    /// The bytes that must be read to visit `range` of a file of `size` bytes.
    static func needed(for range: Range<Int64>, size: Int64) -> Range<Int64> {
        max(0, range.lowerBound - 1)..<min(size, range.upperBound + Int64(overlap))
    }

    /// Calls `newline` with the offset of each line end in `range`, and `line` with the offset and
    /// the first bytes (without the line end, at most 512) of each line that begins there.
    ///
    /// `bytes` holds `needed(for: range)`.
    @inline(__always)
    static func visit(
        _ bytes: UnsafeRawBufferPointer, of range: Range<Int64>,
        newline: (Int64) -> Void, line: (Int64, UnsafeBufferPointer<UInt8>) -> Void
    ) {
        guard let base = bytes.baseAddress, !range.isEmpty else { return }
        let first = max(0, range.lowerBound - 1)
        let end = Int(range.upperBound - first)
        // The byte before the stretch tells whether a line begins with it.
        var place = Int(range.lowerBound - first)
        var isStart = place == 0 || bytes[place - 1] == 10
        while place < end {
            let found = memchr(base + place, 10, bytes.count - place)
            let stop = found.map { UnsafeRawPointer($0) - base } ?? bytes.count
            if isStart {
                let text = base.assumingMemoryBound(to: UInt8.self) + place
                line(
                    first + Int64(place),
                    UnsafeBufferPointer(start: text, count: min(stop - place, overlap)))
            }
            guard found != nil, stop < end else { return }
            newline(first + Int64(stop))
            place = stop + 1
            isStart = true
        }
    }
}
