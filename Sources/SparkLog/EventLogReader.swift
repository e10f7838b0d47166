/// Reads an event log piece by piece: bytes in, applications out.
///
/// Feed decoded bytes in any portions; ``applications`` may be looked at between any two. Nothing
/// that stands in a log makes it fail: what is no event is counted in
/// ``SparkApplication/reading`` and left out. Memory grows with tasks, stages and plans, not with
/// bytes; a portion is read where it lies, only a line that it cuts is copied.
public struct EventLogReader: Sendable {
    /// Applications that were followed by another one in the same log.
    private var earlier: [SparkApplication] = []
    private var application = SparkApplication()
    private var decoder = EventDecoder()
    /// The start of a line whose end has not come yet.
    private var carry: [UInt8] = []
    private var isSkippingLine = false
    private let maximumLineBytes: Int
    /// Bytes of all lines read, and how many lines those were.
    private var offset: Int64 = 0
    private var lineNumber = 0

    /// - Parameter maximumLineBytes: longer lines are counted as bad and not kept; plans of more
    ///   than 20 MB exist, so the limit is there for the memory only.
    public init(maximumLineBytes: Int = 256 << 20) {
        self.maximumLineBytes = max(1, maximumLineBytes)
    }

    /// What was read so far, in the order of the log; never empty.
    public var applications: [SparkApplication] { earlier + [application] }

    /// The application that the log is at.
    public var currentApplication: SparkApplication { application }

    /// Bytes fed that belong to lines already read.
    public var bytesRead: Int64 { offset }

    /// Reads the next bytes of the log.
    public mutating func feed(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { feed($0) }
    }

    /// Reads the next bytes of the log; they are not kept.
    public mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        var bytes = bytes
        if isSkippingLine || !carry.isEmpty { bytes = endCarriedLine(bytes) }
        let whole = ByteScan.lengthOfWholeLines(bytes)
        if whole > 0 { readLines(UnsafeRawBufferPointer(rebasing: bytes[..<whole])) }
        keep(UnsafeRawBufferPointer(rebasing: bytes[whole...]))
    }

    /// Whether the bytes fed so far end with a whole line.
    public var isAtStartOfLine: Bool { carry.isEmpty && !isSkippingLine }

    /// What lines `distance` bytes behind those fed so far must know to be decoded ahead.
    public func placeAhead(by distance: Int) -> PlaceInLog {
        PlaceInLog(
            offset: offset + Int64(carry.count + distance), listedStages: decoder.listedStages,
            applicationsBefore: earlier.count)
    }

    /// Reads lines that were decoded ahead, as ``feed(_:)`` would read their bytes.
    ///
    /// What they say is the same as if they had not been decoded ahead: lines that could not know
    /// what came before them are decoded once more.
    ///
    /// - Precondition: they follow the bytes fed so far, which end with a whole line; no other reader
    ///   was ever fed the same value.
    public mutating func feed(_ lines: inout DecodedLines) {
        precondition(isAtStartOfLine && lines.place.offset == offset, "lines out of order")
        if lines.mayBeginApplication || lines.place.applicationsBefore != earlier.count {
            return lines.withLines { readLines($0) }
        }
        for index in 0..<lines.entries.count {
            lineNumber += 1
            switch lines.takeEntry(index) {
            case .blank: break
            case .bad: noteBadLine()
            case .taskEnd(let end):
                lines.ends[end].executor = number(lines.ends[end].executor, &lines)
                lines.ends[end].host = number(lines.ends[end].host, &lines)
                application.reading.events += 1
                application.apply(lines.ends[end], decoder.strings)
            case .event(.taskStart(var start), let heading):
                start.executor = number(start.executor, &lines)
                start.host = number(start.host, &lines)
                take(.taskStart(start), heading)
            case .event(.stage(var stage), let heading):
                if decoder.listedStages.contains(stage: stage.id) {
                    let keeps = decoder.listedStages.keeps(stage: stage.id)
                    stage.dropWhatIsListed(keepsRDDs: keeps)
                }
                for place in stage.totals.indices {
                    stage.totals[place].name = number(stage.totals[place].name, &lines)
                }
                take(.stage(stage), heading)
            case .event(.sqlStart(var execution), let heading):
                renumber(&execution.metrics, &lines)
                take(.sqlStart(execution), heading)
            case .event(.adaptiveUpdate(var execution), let heading):
                renumber(&execution.metrics, &lines)
                take(.adaptiveUpdate(execution), heading)
            case .event(.adaptiveMetrics(let execution, var metrics), let heading):
                renumber(&metrics, &lines)
                take(.adaptiveMetrics(execution: execution, metrics), heading)
            case .event(let record, let heading): take(record, heading)
            }
        }
        offset += Int64(lines.byteCount)
    }

    private mutating func renumber(_ metrics: inout [MetricRecord], _ lines: inout DecodedLines) {
        for place in metrics.indices {
            metrics[place].name = number(metrics[place].name, &lines)
        }
    }

    private mutating func number(_ text: Int32, _ lines: inout DecodedLines) -> Int32 {
        Int32(truncatingIfNeeded: number(Int(text), &lines))
    }

    /// The number here of the text with number `text` of the decoder of `lines`; -1 stays.
    private mutating func number(_ text: Int, _ lines: inout DecodedLines) -> Int {
        guard text >= 0 else { return text }
        while lines.numbers.count <= text { lines.numbers.append(-1) }
        if lines.numbers[text] < 0 {
            lines.numbers[text] = Int32(
                truncatingIfNeeded: decoder.strings.index(sameAs: text, of: lines.strings))
        }
        return Int(lines.numbers[text])
    }

    /// Says that the bytes that follow come from the next file of a rolling log: no line spans two.
    public mutating func beginPiece() {
        endLastLine(isEndOfLog: false)
    }

    /// Reads the last line, which may lack its line feed.
    ///
    /// - Parameter isCut: whether the file ended inside a compressed block.
    /// More may be fed afterwards, as to the log of a running application.
    public mutating func finish(isCut: Bool = false) {
        endLastLine(isEndOfLog: true)
        if isCut { application.reading.isTruncated = true }
    }

    private mutating func endLastLine(isEndOfLog: Bool) {
        if isSkippingLine {
            isSkippingLine = false
            application.reading.isTruncated = true
            return
        }
        guard !carry.isEmpty else { return }
        let badLines = application.reading.badLines
        carry.append(ByteScan.lineFeed)
        let line = carry
        carry.removeAll(keepingCapacity: true)
        line.withUnsafeBytes { readLines($0) }
        offset -= 1
        if application.reading.badLines > badLines {
            // A line that breaks off is no damage of its own: it is where the log ends.
            application.reading.badLines = badLines
            if let last = application.reading.firstBadLines.last, last == lineNumber {
                application.reading.firstBadLines.removeLast()
            }
            application.reading.isTruncated = true
        }
    }

    /// Completes the line that an earlier portion began; returns what comes behind it.
    private mutating func endCarriedLine(
        _ bytes: UnsafeRawBufferPointer
    ) -> UnsafeRawBufferPointer {
        guard let lineFeed = bytes.firstIndex(of: ByteScan.lineFeed) else {
            keep(bytes)
            return UnsafeRawBufferPointer(rebasing: bytes[bytes.endIndex...])
        }
        let head = UnsafeRawBufferPointer(rebasing: bytes[...lineFeed])
        keep(head)
        if isSkippingLine {
            isSkippingLine = false
            offset += Int64(head.count)
        } else {
            var line: [UInt8] = []
            swap(&line, &carry)
            line.withUnsafeBytes { readLines($0) }
            line.removeAll(keepingCapacity: line.count < 16 << 20)
            swap(&line, &carry)
        }
        return UnsafeRawBufferPointer(rebasing: bytes[(lineFeed + 1)...])
    }

    private mutating func keep(_ bytes: UnsafeRawBufferPointer) {
        if isSkippingLine {
            offset += Int64(bytes.count)
        } else if carry.count + bytes.count > maximumLineBytes {
            offset += Int64(carry.count + bytes.count)
            carry = []
            isSkippingLine = true
            lineNumber += 1
            noteBadLine()
        } else {
            carry.append(contentsOf: bytes)
        }
    }

    private mutating func noteBadLine() {
        application.reading.badLines += 1
        if application.reading.firstBadLines.count < 20 {
            application.reading.firstBadLines.append(lineNumber)
        }
    }

    /// - Precondition: `bytes` ends with a line feed.
    private mutating func readLines(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.bindMemory(to: UInt8.self).baseAddress else { return }
        let end = base + bytes.count
        var start = base
        while start < end {
            var cursor = JSONCursor(at: start, end: end)
            lineNumber += 1
            let lineOffset = offset + Int64(start - base)
            if readLine(&cursor, offset: lineOffset) {
                start = cursor.at + 1
            } else {
                start = ByteScan.endOfLine(start, end: end) + 1
            }
        }
        offset += Int64(bytes.count)
    }

    /// Reads one line up to its line feed; false where it is bad, the cursor then anywhere.
    @inline(__always)
    private mutating func readLine(_ cursor: inout JSONCursor, offset: Int64) -> Bool {
        switch decoder.line(&cursor, offset: offset) {
        case .blank: return true
        case .bad:
            noteBadLine()
            return false
        case .event(let record, let heading):
            take(record, heading)
            return true
        }
    }

    @inline(__always)
    private mutating func take(_ record: EventRecord, _ heading: EventDecoder.Heading) {
        if case .taskEnd = record {
            application.reading.events += 1
            application.apply(decoder.taskEnd, decoder.strings)
            return
        }
        if beginsNextApplication(record) {
            earlier.append(application)
            application = SparkApplication()
            decoder.listedStages = ListedStages()
        }
        if case .jobStart(let job) = record { decoder.listedStages.insert(job) }
        application.take(record, heading, decoder.strings)
    }

    /// Whether a record belongs to another application than the one that is being read.
    private func beginsNextApplication(_ record: EventRecord) -> Bool {
        switch record {
        case .logStart:
            return application.startedAt != nil
        case .applicationStart(let start):
            // Some vendors repeat the same start in every piece.
            guard application.startedAt != nil || application.id != nil else { return false }
            return start.id != application.id || start.attempt != application.attempt
        case .environment, .resourceProfile, .blockManagerAdded:
            return application.endedAt != nil && application.running.isEmpty
        default:
            return false
        }
    }
}
