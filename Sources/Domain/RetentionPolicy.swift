/// How long what is over is kept.
public struct RetentionPolicy: Hashable, Sendable {
    /// Runs that ended longer ago go, with all that is recorded of them and their logs; nil: none goes.
    public var runs: Span?
    /// So many of each pipeline's newest runs stay, however old they are; 1…
    public var keep: Int
    /// Logs of runs that ended longer ago go, also where the run stays; nil: with their run.
    public var logs: Span?

    public init(runs: Span? = nil, keep: Int = 20, logs: Span? = nil) {
        (self.runs, self.keep, self.logs) = (runs, keep, logs)
    }

    /// Whether anything ever goes.
    public var removesAnything: Bool { runs != nil || logs != nil }
}
