public import JSONText
public import Quality

extension QualityRun {
    /// Looks at a table; see ``ProfilePlan``.
    public static func profile(
        table: String, on database: borrowing some CheckDatabase
    ) throws(QueryFailure) -> [ColumnProfile] {
        var plan = ProfilePlan(table: try database.shape(of: table), dialect: database.dialect)
        run(&plan, on: database)
        return plan.profiles ?? []
    }

    /// The first rows of `table` (as SQL writes it) where `predicate` is true, with the names of
    /// its columns.
    public static func rows(
        of table: String, where predicate: String, limit: Int,
        on database: borrowing some CheckDatabase
    ) throws(QueryFailure) -> (columns: [String], rows: [[JSONValue]]) {
        let sql = "SELECT * FROM \(table) WHERE \(predicate) LIMIT \(limit)"
        return (try database.columnNames(sql), try database.rows(sql))
    }

    /// Moves the rows that failed a check of `report` from `table` to `target`, all or none.
    ///
    /// - Returns: how many rows were set aside.
    @discardableResult
    public static func quarantine(
        _ report: CheckReport, table: String, into target: String, on database: SQLiteDatabase,
        atLeast verdict: Verdict = .error
    ) throws(QueryFailure) -> Int {
        guard
            let work = Quarantine(
                report, table: try database.shape(of: table), into: target, dialect: .sqlite,
                atLeast: verdict)
        else { return 0 }
        try database.execute("BEGIN IMMEDIATE")
        do throws(QueryFailure) {
            var moved = 0
            for (index, statement) in work.statements.enumerated() {
                let count = try database.execute(statement)
                if index == work.removal { moved = count }
            }
            try database.execute("COMMIT")
            return moved
        } catch let cause {
            do throws(QueryFailure) {
                try database.execute("ROLLBACK")
            } catch {
                throw QueryFailure(message: "\(cause.message); undoing: \(error.message)")
            }
            throw cause
        }
    }
}
