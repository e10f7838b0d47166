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

    /// How the engine would run a query, a step a line; empty where it does not say.
    public func plan(of sql: String) -> [String] {
        let word = dialect == .sqlite ? "explain query plan" : "explain"
        guard let table = try? query("\(word) \(sql)") else { return [] }
        guard dialect == .sqlite else {
            return table.rows.compactMap(\.last).compactMap(SQLFunctions.text)
        }
        // Rows are id, parent, unused, detail; a parent comes before its children.
        var depths: [Int: Int] = [:]
        return table.rows.compactMap { row in
            guard row.count == 4, case .int(let id) = row[0], case .int(let parent) = row[1],
                case .text(let detail) = row[3]
            else { return nil }
            let depth = depths[parent].map { $0 + 1 } ?? 0
            depths[id] = depth
            return String(repeating: "  ", count: depth) + detail
        }
    }
}
