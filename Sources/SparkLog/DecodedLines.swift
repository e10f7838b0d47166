/// Lines that were decoded ahead of their turn, on another thread than the one that holds the model.
///
/// Decoding is most of the work and needs next to nothing of what came before; the model takes what
/// the lines say in their order. Two threads are no use without this: events change one model, and
/// which comes first matters.
///
/// Use one value again and again: its memory is kept.
public struct DecodedLines: Sendable {
    enum Entry {
        case blank
        case bad
        /// A position in `ends`.
        case taskEnd(Int)
        case event(EventRecord, EventDecoder.Heading)
    }

    /// The first `byteCount` are the lines as they are, also for the case that they must be decoded in
    /// their turn.
    private var bytes: [UInt8] = []
    public private(set) var byteCount = 0
    private(set) var place = PlaceInLog(
        offset: 0, listedStages: ListedStages(), applicationsBefore: 0)
    /// One for each line.
    private(set) var entries: [Entry] = []
    /// Ends of tasks; those behind the last one of `entries` are left from earlier lines.
    var ends: [TaskEndRecord] = []
    /// Whether an event is among them that may be the first one of another application.
    private(set) var mayBeginApplication = false
    private var decoder = EventDecoder()

    public init() {}

    /// The texts that the numbers in `entries` and `ends` stand for.
    var strings: StringTable { decoder.strings }
    /// Which numbers the reader's own decoder gives them; -1 for those not asked for yet.
    ///
    /// Kept here, as every value numbers the texts in its own order.
    var numbers: [Int32] = []

    /// Forgets all lines before; those appended next stand at `place`.
    public mutating func begin(at place: PlaceInLog) {
        byteCount = 0
        self.place = place
    }

    /// Takes a copy of bytes; together they must be whole lines, the last one with its line feed.
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        append(upTo: bytes.count) { room in
            room.copyMemory(from: bytes)
            return bytes.count
        }
    }

    /// Has `read` put at most `count` bytes where they are needed.
    ///
    /// - Parameter read: gives the number of bytes that it put at the start of what it was given.
    public mutating func append(
        upTo count: Int, _ read: (UnsafeMutableRawBufferPointer) -> Int
    ) {
        if bytes.count < byteCount + count {
            bytes.append(
                contentsOf: repeatElement(0, count: byteCount + count - bytes.count))
        }
        let place = byteCount
        byteCount += bytes.withUnsafeMutableBytes { raw in
            let room = UnsafeMutableRawBufferPointer(rebasing: raw[place..<(place + count)])
            return min(count, max(0, read(room)))
        }
    }

    /// Takes what follows the last line feed away, all where there is none, and hands it over.
    public mutating func cutLastLine(_ body: (UnsafeRawBufferPointer) -> Void) {
        let count = withLines { lines in
            let whole = ByteScan.lengthOfWholeLines(lines)
            if whole < lines.count { body(UnsafeRawBufferPointer(rebasing: lines[whole...])) }
            return whole
        }
        byteCount = count
    }

    /// Lets the bytes be looked at.
    public func withLines<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<byteCount])) }
    }

    /// The entry of one line, which is blank from then on: what it says is moved, not copied.
    mutating func takeEntry(_ index: Int) -> Entry {
        var entry = Entry.blank
        swap(&entry, &entries[index])
        return entry
    }

    /// Decodes what was appended.
    public mutating func decode() {
        entries.removeAll(keepingCapacity: true)
        mayBeginApplication = false
        decoder.listedStages = place.listedStages
        var lines: [UInt8] = []
        swap(&lines, &bytes)
        lines.withUnsafeBytes { decode(UnsafeRawBufferPointer(rebasing: $0[..<byteCount])) }
        swap(&lines, &bytes)
    }

    private mutating func decode(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.bindMemory(to: UInt8.self).baseAddress else { return }
        let end = base + bytes.count
        var start = base
        var endCount = 0
        while start < end {
            var cursor = JSONCursor(at: start, end: end)
            switch decoder.line(&cursor, offset: place.offset + Int64(start - base)) {
            case .blank: entries.append(.blank)
            case .bad:
                entries.append(.bad)
                cursor.at = ByteScan.endOfLine(start, end: end)
            case .event(.taskEnd, _):
                if endCount == ends.count { ends.append(TaskEndRecord()) }
                swap(&ends[endCount], &decoder.taskEnd)
                entries.append(.taskEnd(endCount))
                endCount += 1
            case .event(let record, let heading):
                note(record)
                entries.append(.event(record, heading))
            }
            start = cursor.at + 1
        }
    }

    private mutating func note(_ record: EventRecord) {
        switch record {
        case .logStart, .applicationStart, .environment, .resourceProfile, .blockManagerAdded:
            mayBeginApplication = true
        case .jobStart(let job): decoder.listedStages.insert(job)
        default: break
        }
    }
}

/// What lines that are decoded ahead must know of the log before them.
public struct PlaceInLog: Sendable {
    /// Where the lines start in the decoded log, in bytes.
    var offset: Int64
    var listedStages: ListedStages
    /// Applications that ended before the lines that are read now.
    var applicationsBefore: Int
}
