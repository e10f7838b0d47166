internal import Domain
internal import LogText

/// Reads one of several merged logs a page at a time, in one direction.
struct MergeCursor {
    let log: LogFile
    let source: Int
    /// Of the next line going forward its start, going backward its end.
    private(set) var offset: Int64
    let direction: LogDirection
    let pageLines: Int
    let pageBytes: Int
    let maxBytesPerLine: Int
    let stop: StopFlag

    /// Lines read and not yet given, the next one last; with the offset behind each in the
    /// direction of reading.
    private var page: [(line: MergedLogLine, next: Int64)] = []
    private var carried: Instant?
    private var isCarriedKnown = false

    /// What is read of a line at least, to see its time.
    private static let timeBytes = 512

    init(
        log: LogFile, source: Int, offset: Int64, direction: LogDirection, pageLines: Int,
        pageBytes: Int, maxBytesPerLine: Int, stop: StopFlag
    ) {
        self.log = log
        self.source = source
        self.offset = offset
        self.direction = direction
        self.pageLines = pageLines
        self.pageBytes = pageBytes
        self.maxBytesPerLine = maxBytesPerLine
        self.stop = stop
    }

    /// The next line; nil at the end of the log in this direction.
    mutating func peek() throws -> MergedLogLine? {
        if page.isEmpty { try fill() }
        return page.last?.line
    }

    /// Goes past the line that `peek` gave.
    mutating func advance() {
        if let last = page.popLast() { offset = last.next }
    }

    private mutating func fill() throws {
        while page.isEmpty {
            try stop.check()
            let slice = try log.slice(
                anchor: .byte(offset), linesBefore: direction == .backward ? pageLines : 0,
                linesAfter: direction == .forward ? pageLines : 0,
                maxBytesPerLine: max(maxBytesPerLine, Self.timeBytes), maxTotalBytes: pageBytes)
            guard !slice.lines.isEmpty else { return }
            if direction == .forward {
                if slice.endOffset <= offset { return }
                fillForward(slice, try carriedTime(before: slice))
            } else {
                try fillBackward(slice)
                if page.isEmpty { return }
            }
        }
    }

    /// A page read forward; where the rest of an immense line came back, it was given before.
    private mutating func fillForward(_ slice: LogSlice, _ inherited: Instant?) {
        let lines = timed(slice.lines, inherited)
        carried = lines.last?.time
        isCarriedKnown = true
        var next = slice.endOffset
        for line in lines.reversed() where line.line.offset >= offset {
            page.append((line, next))
            next = line.line.offset
        }
        if page.isEmpty { offset = slice.endOffset }
    }

    private mutating func fillBackward(_ slice: LogSlice) throws {
        isCarriedKnown = false
        let lines = timed(slice.lines, try carriedTime(before: slice))
        for line in lines where line.line.offset < offset {
            page.append((line, line.line.offset))
        }
    }

    private func timed(_ lines: [LogLine], _ inherited: Instant?) -> [MergedLogLine] {
        var reader = LogTimestampReader(clock: log.clock)
        var time = inherited
        return lines.map { line in
            let stated = reader.time(of: line.bytes)
            time = stated ?? time
            var line = line
            if line.bytes.count > maxBytesPerLine {
                line.bytes.removeLast(line.bytes.count - maxBytesPerLine)
            }
            return MergedLogLine(
                source: source, line: line, time: time, isTimeStated: stated != nil)
        }
    }

    /// The time that lines at the start of `slice` inherit where they state none.
    private func carriedTime(before slice: LogSlice) throws -> Instant? {
        if isCarriedKnown { return carried }
        var reader = LogTimestampReader(clock: log.clock)
        guard let first = slice.lines.first, reader.time(of: first.bytes) == nil else { return nil }
        var time: Instant?
        _ = try log.walk(
            from: first.offset, direction: .backward, stop: stop,
            isWorthReading: { $0.earliest <= $0.latest },
            matches: { line in
                guard let stated = reader.time(of: line) else { return false }
                // Of a block the last match counts, and it is seen last.
                time = stated
                return true
            })
        return time
    }
}
