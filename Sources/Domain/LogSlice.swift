/// Where in a log file a reader stands: always a byte offset at the start of a line, so that a log
/// opens at its tail without counting its lines first.
public enum LogAnchor: Hashable, Sendable {
    /// After the last line.
    case end
    /// At the line that starts at, or holds, this byte.
    case byte(Int64)
    /// At this line, counted from 0; needs the line index.
    case line(Int64)
}

/// One line of a log file.
public struct LogLine: Hashable, Sendable {
    /// Byte offset of the line's start in its file.
    public var offset: Int64
    /// Length in bytes without the line end.
    public var byteCount: Int64
    /// The raw bytes without the line end, at most what the request allows; not yet made safe.
    public var bytes: [UInt8]
    /// Whether the line end has been written; false only for the last line of a growing file.
    public var isComplete: Bool
    /// False only for a line so long that one of its ends was not found with the effort of one
    /// request: then `offset` is the first byte known to belong to it and `byteCount` a lower
    /// bound. Asking again goes on where the search stopped.
    public var isMeasured: Bool

    public init(
        offset: Int64, byteCount: Int64, bytes: [UInt8], isComplete: Bool, isMeasured: Bool = true
    ) {
        self.offset = offset
        self.byteCount = byteCount
        self.bytes = bytes
        self.isComplete = isComplete
        self.isMeasured = isMeasured
    }

    /// Bytes of the line that were not read because it is longer than the request allows.
    public var hiddenByteCount: Int64 { byteCount - Int64(bytes.count) }
}

/// Some neighbouring lines of a log file, and what is known of the whole.
public struct LogSlice: Hashable, Sendable {
    /// In file order, without gaps.
    public var lines: [LogLine]
    /// Size of the file when the slice was read.
    public var fileSize: Int64
    /// Offset just after the last line of `lines` (its line end included).
    public var endOffset: Int64
    /// Number of the first line, counted from 0; nil until the index has reached it.
    public var firstLineNumber: Int64?
    /// Lines in the whole file; nil until the index is complete.
    public var lineCount: Int64?
    /// Changes whenever the file at this path is another one than before (replaced, truncated):
    /// offsets of one generation mean nothing in the next.
    public var generation: Int

    public init(
        lines: [LogLine], fileSize: Int64, endOffset: Int64, firstLineNumber: Int64? = nil,
        lineCount: Int64? = nil, generation: Int = 0
    ) {
        self.lines = lines
        self.fileSize = fileSize
        self.endOffset = endOffset
        self.firstLineNumber = firstLineNumber
        self.lineCount = lineCount
        self.generation = generation
    }

    public var isAtStart: Bool { lines.first.map { $0.offset == 0 } ?? true }
    public var isAtEnd: Bool { endOffset >= fileSize }
}
