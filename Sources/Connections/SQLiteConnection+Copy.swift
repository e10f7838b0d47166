import CSQLite

extension SQLiteConnection {
    /// A copy in memory to try things in; the database itself is only read.
    ///
    /// Where the main database is larger than `largestBytes` only its tables, indexes and statistics
    /// are copied, no rows: plans are the same, times are not.
    ///
    /// - Returns: The copy, and whether it has the rows.
    public func throwawayCopy(
        largestBytes: Int64
    ) throws -> (copy: SQLiteConnection, hasRows: Bool) {
        let copy = try SQLiteConnection(path: nil, ConnectionOptions())
        func number(_ pragma: String) throws -> Int64 {
            guard case .integer(let value)? = try rows("PRAGMA \(pragma)").first?.first else {
                return 0
            }
            return value
        }
        guard try number("page_count") * number("page_size") > largestBytes else {
            guard let backup = sqlite3_backup_init(copy.handle, "main", handle, "main") else {
                throw Self.failure(copy.handle, sqlite3_errcode(copy.handle))
            }
            let step = sqlite3_backup_step(backup, -1)
            sqlite3_backup_finish(backup)
            guard step == SQLITE_DONE else { throw Self.failure(copy.handle, step) }
            return (copy, true)
        }
        let schema = try rows(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' "
                + "ESCAPE '\\' ORDER BY type = 'view', type = 'index', rowid")
        for row in schema {
            if case .text(let sql) = row[0] { try? copy.execute(sql) }
        }
        // Makes the table of statistics, which cannot be made by hand.
        try copy.execute("ANALYZE sqlite_schema")
        for row in (try? rows("SELECT tbl, idx, stat FROM sqlite_stat1")) ?? [] {
            _ = try copy.rows(
                "INSERT INTO sqlite_stat1 VALUES (?, ?, ?)",
                parameters: ["1": row[0], "2": row[1], "3": row[2]])
        }
        try copy.execute("ANALYZE sqlite_schema")
        return (copy, false)
    }
}
