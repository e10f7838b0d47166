public import Transform

/// What a run needs of its database: SQLite by ``SQLiteDatabase``, other engines by a session.
public protocol RunDatabase: TransformDatabase {
    /// Where it is, for people and for the names of datasets; holds no secret.
    var path: String { get }
    /// Rows changed by the last insert, update or delete.
    var changes: Int { get }

    /// Asks the engine to understand `sql`, where making a view does not.
    func check(_ sql: String) throws
    /// The names of a query's columns, without its rows.
    func columnNames(of sql: String) throws -> [String]
    /// The columns of a temporary table, with their types.
    func columns(ofTemporary table: String) throws -> [(name: String, type: String)]
    /// Inserts rows whose values stand in the order of the table's columns.
    func insert(_ rows: [[SQLValue]], into table: String, width: Int) throws
    /// Makes schemas that are not there; SQLite has none.
    func makeSchemas(_ names: [String]) throws
    /// Runs `work` in one transaction: all of it, or nothing.
    func transaction<Result>(_ work: () throws -> Result) throws -> Result
    /// Waits long for other writers instead of failing: nodes of one run share the database.
    func waitForOthers()
}

extension RunDatabase {
    /// The number in the first row and column; 0 for anything else.
    public func count(_ sql: String) throws -> Int {
        if case .int(let number)? = try query(sql).rows.first?.first { return number }
        return 0
    }

    public func check(_ sql: String) throws {}
}
