import Domain

/// Writes the rows of backfills and of answered requests: seldom, so nothing is kept prepared.
struct BackfillStatements {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    func insert(
        _ backfill: Backfill, at: Instant, sequence: Int64, definition: Int64?
    ) throws(SQLiteFailure) {
        let insertion = try Statement(
            """
            INSERT INTO backfills (id, pipeline, state, from_tick, to_tick, max_active, reprocess,
            person, created_at, definition, created_seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, connection)
        insertion.bind(1, backfill.id.name)
        insertion.bind(2, backfill.pipeline.name)
        insertion.bind(3, BackfillState.running.rawValue)
        insertion.bind(4, backfill.from.microseconds)
        insertion.bind(5, backfill.to.microseconds)
        insertion.bind(6, backfill.maxActiveRuns)
        insertion.bind(7, backfill.reprocess.rawValue)
        insertion.bind(8, backfill.person)
        insertion.bind(9, at.microseconds)
        insertion.bind(10, definition)
        insertion.bind(11, sequence)
        try insertion.run()
    }

    /// Makes a run one of the backfill's.
    func assign(_ run: Int64, to backfill: BackfillID) throws(SQLiteFailure) {
        let change = try Statement("UPDATE runs SET backfill = ? WHERE number = ?", connection)
        change.bind(1, backfill.name)
        change.bind(2, run)
        try change.run()
    }

    func setLastTick(_ backfill: BackfillID, _ tick: Instant) throws(SQLiteFailure) {
        let change = try Statement("UPDATE backfills SET last_tick = ? WHERE id = ?", connection)
        change.bind(1, tick.microseconds)
        change.bind(2, backfill.name)
        try change.run()
    }

    func setState(
        _ backfill: BackfillID, _ state: BackfillState, at: Instant
    ) throws(SQLiteFailure) {
        let change = try Statement(
            "UPDATE backfills SET state = ?, ended_at = ? WHERE id = ?", connection)
        change.bind(1, state.rawValue)
        change.bind(2, state.isSettled ? at.microseconds : nil)
        change.bind(3, backfill.name)
        try change.run()
    }

    func insert(_ request: AnsweredRequest) throws(SQLiteFailure) {
        let insertion = try Statement(
            "INSERT OR REPLACE INTO requests (id, at, answer) VALUES (?, ?, ?)", connection)
        insertion.bind(1, request.id.name)
        insertion.bind(2, request.at.microseconds)
        insertion.bind(3, RequestCoding.encode(request.answer))
        try insertion.run()
    }
}
