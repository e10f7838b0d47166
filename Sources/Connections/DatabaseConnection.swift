/// The engines that a connection can speak to.
public enum DatabaseEngine: String, Hashable, Sendable, CaseIterable {
    case sqlite, postgresql, duckdb
}

/// A session with one database.
///
/// A connection belongs to the thread that opened it (``ConnectionThread`` brings one of its own);
/// its calls block until the engine has answered. What crosses threads is a ``Cancellation``.
public protocol DatabaseConnection: AnyObject {
    var engine: DatabaseEngine { get }
    /// The engine and its version, for people: `SQLite 3.40.1`.
    var version: String { get }
    /// Whether a later call can succeed; false once the server or the program is gone.
    var isOpen: Bool { get }

    /// Runs every statement of `text` in turn and tells what they give, on this thread.
    ///
    /// Rows come in batches: the first as soon as there is one, later ones full or 20 ms old.
    /// Memory is bounded by one batch (about 1 MiB) and the largest row.
    ///
    /// - Parameters:
    ///   - parameters: Values for `:name`, `@name`, `$name` and `$1`/`?1`, which take the names
    ///     `1`, `2`, ….
    ///   - receive: May throw to stop; what it throws comes back. It must not use the connection.
    /// - Throws: ``DatabaseError`` at the first statement that fails, with its place in `text`;
    ///   those before it have taken effect. `.cancelled` soon after `cancellation` asked for it.
    func run(
        _ text: String, parameters: [String: CellValue], cancellation: Cancellation,
        _ receive: (ResultEvent) throws -> Void
    ) throws

    /// What the engine says of how it runs one statement.
    ///
    /// With `isAnalyzing` the statement is really run, its rows are dropped, and changes that it
    /// makes are rolled back.
    func explain(
        _ statement: String, parameters: [String: CellValue], isAnalyzing: Bool,
        cancellation: Cancellation
    ) throws -> Explanation

    /// The tables, views, columns and indexes that can be seen; nothing is measured or waited for.
    func names(cancellation: Cancellation) throws -> Catalogue

    /// Adds rows and bytes to what ``names(cancellation:)`` gave, where the engine knows them.
    ///
    /// May read through a small database, and wait for another's lock. Tables that are gone by now
    /// stay as they are.
    func addSizes(to catalogue: inout Catalogue, cancellation: Cancellation) throws

    /// Ends the session; later calls fail. Also done when the last reference goes.
    func close()
}

/// What a running text gives, in this order for each statement: `began`, `columns` and `rows` where
/// it gives rows, `ended`.
public enum ResultEvent: Sendable {
    case began(StatementPlace)
    case columns([ResultColumn])
    case rows(RowBatch)
    case ended(StatementSummary)
}

/// A statement within the text that was run.
public struct StatementPlace: Hashable, Sendable {
    /// From 0.
    public var index: Int
    /// Its bytes (UTF-8) in the text, without the semicolon.
    public var range: Range<Int>

    public init(index: Int, range: Range<Int>) {
        self.index = index
        self.range = range
    }
}

/// How one statement ended.
public struct StatementSummary: Hashable, Sendable {
    /// A number that the engine keeps of a statement.
    public struct Counter: Hashable, Sendable {
        /// In the engine's words.
        public var name: String
        public var value: Int64
    }

    /// Rows given.
    public var rows: Int
    /// Rows inserted, updated or deleted; nil where the statement does none of these.
    public var changes: Int?
    /// From sending the statement to its last row.
    public var elapsedSeconds: Double
    /// From sending the statement to its first row; nil without rows.
    public var firstRowSeconds: Double?
    /// SQLite's counters of the statement; empty for other engines.
    public var counters: [Counter] = []

    /// The counter named `name`.
    public func counter(_ name: String) -> Int64? { counters.first { $0.name == name }?.value }
}

/// What an engine says of how it runs a statement, not yet understood.
public enum Explanation: Hashable, Sendable {
    /// One line of SQLite's EXPLAIN QUERY PLAN.
    public struct PlanRow: Hashable, Sendable {
        public var id: Int
        public var parent: Int
        public var detail: String
    }

    /// SQLite: the lines, the size of its bytecode, and where it was run what that took.
    case sqlite([PlanRow], bytecodeLength: Int, measured: StatementSummary?)
    /// PostgreSQL, DuckDB: the plan in the engine's JSON.
    case json([UInt8])
}

extension DatabaseConnection {
    /// What can be seen, with sizes.
    public func catalogue(cancellation: Cancellation) throws -> Catalogue {
        var catalogue = try names(cancellation: cancellation)
        try addSizes(to: &catalogue, cancellation: cancellation)
        return catalogue
    }

    /// All rows of the last statement of `text` that gives some; for small results.
    public func rows(
        _ text: String, parameters: [String: CellValue] = [:],
        cancellation: Cancellation = Cancellation()
    ) throws -> [[CellValue]] {
        var rows: [[CellValue]] = []
        try run(text, parameters: parameters, cancellation: cancellation) { event in
            switch event {
            case .columns: rows = []
            case .rows(let batch): rows += (0..<batch.rowCount).map { batch.row($0) }
            case .began, .ended: break
            }
        }
        return rows
    }

    /// Runs statements and drops their rows.
    public func execute(_ text: String, cancellation: Cancellation = Cancellation()) throws {
        try run(text, parameters: [:], cancellation: cancellation) { _ in }
    }
}
