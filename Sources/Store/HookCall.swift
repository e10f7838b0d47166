public import Domain
import GRDB

/// That hooks are to be carried out for something that happened: recorded together with it, and kept
/// until they were, so that none is lost whatever becomes of this process.
public struct HookCall: Hashable, Sendable {
    /// Any number that no other has.
    public var id: Int64
    public var run: RunID
    /// Nil: the run itself.
    public var task: TaskID?
    public var attempt: Int
    public var occasion: Hook.Occasion
    /// What the task or run came to.
    public var state: String
    public var note: String?
    public var at: Instant

    public init(
        id: Int64, run: RunID, task: TaskID?, attempt: Int, occasion: Hook.Occasion,
        state: String, note: String?, at: Instant
    ) {
        (self.id, self.run, self.task, self.attempt) = (id, run, task, attempt)
        (self.occasion, self.state, self.note, self.at) = (occasion, state, note, at)
    }
}

extension StoreReader {
    /// What was recorded and not carried out, in the order it happened.
    public func hookCalls() throws(StoreError) -> [HookCall] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT hooks.*, runs.id AS run_id FROM hooks
                    JOIN runs ON runs.number = hooks.run ORDER BY hooks.at, hooks.rowid
                    """
            ).compactMap { row in
                Hook.Occasion(rawValue: row["occasion"]).map { occasion in
                    HookCall(
                        id: row["id"], run: RunID(row["run_id"]),
                        task: (row["task"] as String?).map { TaskID($0) },
                        attempt: row["attempt"], occasion: occasion, state: row["state"],
                        note: row["note"], at: Instant(microseconds: row["at"]))
                }
            }
        }
    }
}

/// Writes the rows of hooks that are to be carried out; seldom, so nothing is kept prepared.
struct HookStatements {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    func insert(_ call: HookCall, run: Int64) throws(SQLiteFailure) {
        let insertion = try Statement(
            """
            INSERT OR REPLACE INTO hooks (id, run, task, attempt, occasion, state, note, at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """, connection)
        insertion.bind(1, call.id)
        insertion.bind(2, run)
        insertion.bind(3, call.task?.name)
        insertion.bind(4, call.attempt)
        insertion.bind(5, call.occasion.rawValue)
        insertion.bind(6, call.state)
        insertion.bind(7, call.note)
        insertion.bind(8, call.at.microseconds)
        try insertion.run()
    }

    func remove(_ id: Int64) throws(SQLiteFailure) {
        let removal = try Statement("DELETE FROM hooks WHERE id = ?", connection)
        removal.bind(1, id)
        try removal.run()
    }
}
