/// A word that names one thing: shown, compared and sorted by its text.
public protocol Name: Hashable, Sendable, Comparable, CustomStringConvertible,
    ExpressibleByStringLiteral
{
    /// The text as the user wrote it.
    var name: String { get }
    /// Wraps `name` without checking it; files are checked where they are read.
    init(_ name: String)
}

extension Name {
    public init(stringLiteral value: String) { self.init(value) }
    public var description: String { name }
    public static func < (left: Self, right: Self) -> Bool { left.name < right.name }
}

/// Names a pipeline; unique in a workspace.
public struct PipelineName: Name {
    public let name: String
    public init(_ name: String) { self.name = name }
}

/// Names a task; unique in its pipeline.
public struct TaskID: Name {
    public let name: String
    public init(_ name: String) { self.name = name }

    /// Whether `text` may name a task: letters, digits, `_`, `-` and `.`, not starting with `-`,
    /// not dots alone, at most 250 characters (as Airflow 3 limits `task_id`).
    public static func isValid(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, first != "-",
            !text.unicodeScalars.allSatisfy({ $0 == "." })
        else { return false }
        return text.unicodeScalars.count <= 250
            && text.unicodeScalars.allSatisfy {
                $0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "_"
                    || $0 == "-" || $0 == "."
            }
    }
}

/// Names one run of a pipeline, as Airflow does: `manual__2026-01-02T03:04:05+00:00`.
public struct RunID: Name {
    public let name: String
    public init(_ name: String) { self.name = name }
}

/// Names a group of tasks; groups shape the picture, not the run.
public struct GroupID: Name {
    public let name: String
    public init(_ name: String) { self.name = name }
}

/// Names a pool of slots that tasks of several pipelines share.
public struct PoolName: Name {
    public let name: String
    public init(_ name: String) { self.name = name }
    /// The pool of every task that names none (Airflow's name for it).
    public static let standard: PoolName = "default_pool"
}

/// Names a database connection.
public struct ConnectionName: Name {
    public let name: String
    public init(_ name: String) { self.name = name }
}

/// One execution of one task in one run; `number` counts from 1 and grows over retries and clears.
public struct AttemptID: Hashable, Sendable {
    public var run: RunID
    public var task: TaskID
    public var number: Int

    public init(run: RunID, task: TaskID, number: Int) {
        self.run = run
        self.task = task
        self.number = number
    }
}
