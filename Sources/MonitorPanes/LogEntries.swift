import Domain
import LogText
import PaneKit
import Screen

/// Where a line is: in which of the logs read as one, and at which byte of it. A single log is the
/// first of one.
public struct LogPlace: Hashable, Sendable {
    public var source: Int
    public var offset: Int64

    public init(source: Int = 0, offset: Int64) {
        self.source = source
        self.offset = offset
    }
}

/// A line in the window, and what it says of itself.
struct LogEntry: Hashable, Sendable {
    var source: Int
    var line: LogLine
    /// The time that the line states; nil where it states none.
    var time: Instant?
    /// The level that it states.
    var level: LogLevel?

    var place: LogPlace { LogPlace(source: source, offset: line.offset) }

    /// Whether the line goes on with what the one above says: indented, without time or level.
    var isContinuation: Bool {
        guard time == nil, level == nil else { return false }
        let text =
            line.bytes.first == 0x1B ? SGRText.plainBytes(of: line.bytes)[...] : line.bytes[...]
        return text.first == 0x20 || text.first == 0x09
    }

    init(source: Int, line: LogLine, time: Instant?) {
        self.source = source
        self.line = line
        self.time = time
        level = LogLevel.stated(by: line.bytes)
    }
}

/// The lines around the place shown, and what is known of the whole.
struct LogWindow: Sendable {
    var entries: [LogEntry]
    var isAtStart: Bool
    var isAtEnd: Bool
    /// Of a single log, in bytes; 0 for several.
    var fileSize: Int64
    /// Of several logs: where the window begins.
    var start: MergedLogCut?
    /// Changes whenever one of the logs is another than before.
    var generations: [Int]

    /// The window of a single log; `clock` says what times without a zone or a date mean.
    init(_ slice: LogSlice, clock: LogClock) {
        var reader = LogTimestampReader(clock: clock)
        entries = slice.lines.map { line in
            LogEntry(source: 0, line: line, time: reader.time(of: line.bytes))
        }
        (isAtStart, isAtEnd) = (slice.isAtStart, slice.isAtEnd)
        fileSize = slice.fileSize
        generations = [slice.generation]
    }

    /// The window of several logs. That they end or begin is known by getting fewer lines than
    /// were asked for.
    init(_ slice: MergedLogSlice, _ request: MergedLogRequest) {
        entries = slice.lines.map { line in
            LogEntry(
                source: line.source, line: line.line, time: line.isTimeStated ? line.time : nil)
        }
        switch request.anchor {
        case .end: (isAtStart, isAtEnd) = (entries.count < request.linesBefore, true)
        case .start: (isAtStart, isAtEnd) = (true, entries.count < request.linesAfter)
        case .cut, .time:
            isAtStart = slice.start.offsets.allSatisfy { $0 == 0 }
            isAtEnd = entries.count < request.linesAfter
        }
        fileSize = 0
        start = slice.start
        generations = slice.generations
    }

    /// Of several logs, where they are cut before the entry of that index.
    func cut(before index: Int) -> MergedLogCut? {
        guard var cut = start else { return nil }
        for entry in entries[..<index] where cut.offsets.indices.contains(entry.source) {
            cut.offsets[entry.source] = entry.line.offset + entry.line.byteCount + 1
        }
        return cut
    }
}
