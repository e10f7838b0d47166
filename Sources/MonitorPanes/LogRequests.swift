public import Domain

/// Which lines of an attempt's log are wanted.
public struct LogRequest: Hashable, Sendable {
    public var attempt: AttemptID
    public var path: String
    public var anchor: LogAnchor
    public var linesBefore: Int
    public var linesAfter: Int
    public var filter: LineFilter

    public init(
        attempt: AttemptID, path: String, anchor: LogAnchor, linesBefore: Int, linesAfter: Int,
        filter: LineFilter = LineFilter()
    ) {
        self.filter = filter
        self.attempt = attempt
        self.path = path
        self.anchor = anchor
        self.linesBefore = linesBefore
        self.linesAfter = linesAfter
    }
}

/// A log among those that are read as one.
public struct LogSource: Hashable, Sendable {
    public var task: TaskID
    public var path: String
    /// When the task began: where lines stand that state no time, and have none above them.
    public var startedAt: Instant?

    public init(task: TaskID, path: String, startedAt: Instant? = nil) {
        self.task = task
        self.path = path
        self.startedAt = startedAt
    }
}

/// Which lines of the logs of a run's tasks are wanted, in the order of their times.
public struct MergedLogRequest: Hashable, Sendable {
    public enum Anchor: Hashable, Sendable {
        case start, end
        case cut(MergedLogCut)
        case time(Instant)
    }

    public var run: RunID
    public var sources: [LogSource]
    public var anchor: Anchor
    public var linesBefore: Int
    public var linesAfter: Int
    public var filter: LineFilter
}

/// Which lines of a log are shown.
public struct LineFilter: Hashable, Sendable {
    /// Lines must match one of these, unless there is none (see `TextPattern`).
    public var include: [String] = []
    /// Lines must match none of these.
    public var exclude: [String] = []
    /// Lines must state this level or a worse one; nil: all.
    public var minimumLevel: LogLevel?

    /// A filter that lets every line pass.
    public init() {}

    /// Reads what was typed: patterns apart by ` ; `, those after `!` leave lines out.
    public init(typed text: String, minimumLevel: LogLevel? = nil) {
        self.minimumLevel = minimumLevel
        for term in text.components(apartBy: " ; ") where !term.isEmpty && term != "!" {
            if term.hasPrefix("!") {
                exclude.append(String(term.dropFirst()))
            } else {
                include.append(term)
            }
        }
    }

    public var isEmpty: Bool { include.isEmpty && exclude.isEmpty && minimumLevel == nil }

    /// The patterns as they were typed.
    public var text: String {
        (include + exclude.map { "!" + $0 }).joined(separator: " ; ")
    }
}

extension String {
    /// The parts between the places where `separator` stands.
    fileprivate func components(apartBy separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: true).map(String.init)
    }
}

/// The next place where a log says something.
public struct LogSearch: Hashable, Sendable {
    public enum Direction: Hashable, Sendable { case forward, backward }
    public enum Wanted: Hashable, Sendable {
        /// A line that matches this pattern (see `TextPattern`).
        case text(String)
        /// A line that says it is an error.
        case problem
    }

    public var path: String
    public var wanted: Wanted
    /// Byte offset of a line; the line itself is not searched.
    public var from: Int64
    public var direction: Direction
    /// Whether the line at `from` counts as well.
    public var includesStart: Bool

    public init(
        path: String, wanted: Wanted, from: Int64, direction: Direction, includesStart: Bool
    ) {
        self.path = path
        self.wanted = wanted
        self.from = from
        self.direction = direction
        self.includesStart = includesStart
    }
}

/// The next such place in several logs read as one.
public struct MergedLogSearch: Hashable, Sendable {
    public var run: RunID
    public var sources: [LogSource]
    public var wanted: LogSearch.Wanted
    /// Forward, the first line looked at is the one after this cut; backward, the one before it.
    public var from: MergedLogCut
    public var direction: LogSearch.Direction
    /// The line found last, which is not looked at again: its log's index and its offset.
    public var passedSource: Int?
    public var passedOffset: Int64?
}

/// How the search for a pattern ended.
public enum LogSearchResult: Hashable, Sendable {
    /// The line that starts at this byte holds a match.
    case found(offset: Int64)
    /// Found only after passing the end (or start) of the file.
    case wrapped(offset: Int64)
    /// In several logs: the line right after this cut, of the log with this index.
    case foundMerged(at: MergedLogCut, source: Int)
    case notFound
    /// The pattern cannot be read.
    case refused(problem: String)
}

/// How many lines of a log match, so far.
public struct HitCount: Hashable, Sendable {
    public var lines: Int64
    /// Hundredths of the log that have been looked through.
    public var percent: Int

    public init(lines: Int64, percent: Int) {
        self.lines = lines
        self.percent = percent
    }
}
