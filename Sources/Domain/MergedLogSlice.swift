/// A place between the lines of several logs read as one: of each log, where its next line begins.
public struct MergedLogCut: Hashable, Sendable {
    /// In bytes, in the order of the logs.
    public var offsets: [Int64]

    public init(offsets: [Int64]) { self.offsets = offsets }
}

/// One line of several logs read as one.
public struct MergedLogLine: Hashable, Sendable {
    /// Index of its log.
    public var source: Int
    public var line: LogLine
    /// The time that the line states or, where it states none, that of the line above it in its
    /// log; nil before the first time of a log.
    public var time: Instant?
    /// Whether the line states its time itself; false for the lines of a stack trace.
    public var isTimeStated: Bool

    public init(source: Int, line: LogLine, time: Instant?, isTimeStated: Bool) {
        self.source = source
        self.line = line
        self.time = time
        self.isTimeStated = isTimeStated
    }
}

/// Neighbouring lines of several logs in the order of their times.
public struct MergedLogSlice: Hashable, Sendable {
    public var lines: [MergedLogLine]
    /// Before the first line.
    public var start: MergedLogCut
    /// After the last line.
    public var end: MergedLogCut
    /// Of each log, as ``LogSlice/generation``: cuts of one generation mean nothing in the next.
    public var generations: [Int]

    public init(
        lines: [MergedLogLine], start: MergedLogCut, end: MergedLogCut, generations: [Int]
    ) {
        self.lines = lines
        self.start = start
        self.end = end
        self.generations = generations
    }
}
