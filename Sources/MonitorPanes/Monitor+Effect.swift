public import Domain
import PaneKit

typealias Effect = Monitor.Effect

extension Monitor {
    /// What the panes want done in the world; each answer carries the request it belongs to.
    public enum Effect: Hashable, Sendable {
        case loadPipelines
        case loadRun(RunID)
        /// The tasks of a pipeline that has no run to show.
        case loadStructure(PipelineName)
        case layOut(GraphRequest)
        case loadAttempts(RunID, TaskID)
        case loadLog(LogRequest)
        case searchLog(LogSearch)
        /// Tell of growth of this log file, and of no other; nil: of none.
        case watchLog(path: String?)
        case trigger(PipelineName, params: [String: String])
        case cancelRun(RunID)
        case cancelTask(RunID, TaskID)
        case rerunFailed(RunID)
        case clear(RunID, [TaskID])
        case setPaused(PipelineName, Bool)
    }

    /// What becomes of effects, and what happens by itself.
    public enum Answer: Sendable {
        case pipelinesLoaded([PipelineRow])
        case runLoaded(RunDetail)
        case structureLoaded(PipelineName, [TaskRow])
        case graphLaidOut(GraphRequest, GraphDrawing)
        case attemptsLoaded(RunID, TaskID, [AttemptRow])
        case logLoaded(LogRequest, LogSlice)
        case logSearched(LogSearch, LogSearchResult)
        case logGrew(path: String)
        case runTriggered(RunID)
        case pauseSet(PipelineName, isPaused: Bool)
    }
}

/// A run with its tasks, as one answer.
public struct RunDetail: Hashable, Sendable {
    public var run: RunRow
    /// In file order.
    public var tasks: [TaskRow]

    public init(run: RunRow, tasks: [TaskRow]) {
        self.run = run
        self.tasks = tasks
    }
}

/// Which lines of an attempt's log are wanted.
public struct LogRequest: Hashable, Sendable {
    public var attempt: AttemptID
    public var path: String
    public var anchor: LogAnchor
    public var linesBefore: Int
    public var linesAfter: Int
    /// Only lines that pass; nil: all.
    public var filter: LineFilter?

    public init(
        attempt: AttemptID, path: String, anchor: LogAnchor, linesBefore: Int, linesAfter: Int,
        filter: LineFilter? = nil
    ) {
        self.filter = filter
        self.attempt = attempt
        self.path = path
        self.anchor = anchor
        self.linesBefore = linesBefore
        self.linesAfter = linesAfter
    }
}

/// Which lines of a log are shown.
public struct LineFilter: Hashable, Sendable {
    /// What lines must match (see `TextPattern`).
    public var pattern: String
    /// Lines that match are left out instead.
    public var isInverted: Bool

    /// Reads what was typed: a pattern, or `!` and a pattern; nil where there is none.
    public init?(typed text: String) {
        isInverted = text.hasPrefix("!")
        pattern = isInverted ? String(text.dropFirst()) : text
        if pattern.isEmpty { return nil }
    }

    /// The filter as it was typed.
    var text: String { (isInverted ? "!" : "") + pattern }
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

/// How the search for a pattern ended.
public enum LogSearchResult: Hashable, Sendable {
    /// The line that starts at this byte holds a match.
    case found(offset: Int64)
    /// Found only after passing the end (or start) of the file.
    case wrapped(offset: Int64)
    case notFound
    /// The pattern cannot be read.
    case refused(problem: String)
}
