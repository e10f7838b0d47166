import CSQLite
public import JSONText
public import Quality

/// A connection to an SQLite database with the functions that checks need.
public final class SQLiteDatabase: CheckDatabase {
    public enum Mode: Hashable, Sendable {
        case read, write
    }

    let handle: OpaquePointer

    public var dialect: Dialect { .sqlite }

    /// Opens an existing file; `:memory:` with `.write` is an empty database of its own.
    ///
    /// - Throws: where there is none, or it is no database.
    public init(path: String, mode: Mode = .read) throws(QueryFailure) {
        var opened: OpaquePointer?
        let flags = mode == .read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE
        let code = sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
        guard let opened else { throw QueryFailure(message: "not enough memory for SQLite") }
        handle = opened
        guard code == SQLITE_OK else {
            throw QueryFailure(message: "'\(path)': \(String(cString: sqlite3_errmsg(opened)))")
        }
        sqlite3_busy_timeout(handle, 5_000)
        // Whether it is a database is seen at the first look into it.
        guard sqlite3_exec(handle, "PRAGMA schema_version", nil, nil, nil) != SQLITE_NOTADB else {
            throw QueryFailure(message: "'\(path)' is not an SQLite database")
        }
        CheckFunctions.register(on: handle)
    }

    deinit { sqlite3_close_v2(handle) }

    private func failure() -> QueryFailure {
        QueryFailure(message: String(cString: sqlite3_errmsg(handle)))
    }

    public func shape(of table: String) throws(QueryFailure) -> TableShape {
        // Prepared, not run: the columns of a view and their types are known by then.
        let names = table.split(separator: ".", maxSplits: 1).map(String.init)
        let plain = dialect.quoted(table)
        let name: String
        if try exists(plain) {
            name = plain
        } else if names.count == 2 {
            name = names.map { dialect.quoted($0) }.joined(separator: ".")
        } else {
            throw QueryFailure(message: "there is no table '\(table)'")
        }
        let statement = try prepare("SELECT * FROM \(name)")
        defer { sqlite3_finalize(statement) }
        let columns = (0..<sqlite3_column_count(statement)).map { index in
            TableShape.Column(
                name: sqlite3_column_name(statement, index).map { String(cString: $0) } ?? "",
                type: sqlite3_column_decltype(statement, index).map { String(cString: $0) } ?? "")
        }
        return TableShape(sqlName: name, columns: columns)
    }

    private func exists(_ name: String) throws(QueryFailure) -> Bool {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        if sqlite3_prepare_v2(handle, "SELECT * FROM \(name)", -1, &statement, nil) == SQLITE_OK {
            return true
        }
        let failure = failure()
        if failure.message.hasPrefix("no such table") { return false }
        throw failure
    }

    private func prepare(_ sql: String) throws(QueryFailure) -> OpaquePointer {
        var statement: OpaquePointer?
        var sql = sql
        var rest = 0
        let code = sql.withUTF8 { bytes -> Int32 in
            bytes.withMemoryRebound(to: CChar.self) { text in
                var tail: UnsafePointer<CChar>?
                guard let base = text.baseAddress, let count = Int32(exactly: text.count) else {
                    return SQLITE_TOOBIG
                }
                let code = sqlite3_prepare_v2(handle, base, count, &statement, &tail)
                let used = tail.map { $0 - base } ?? text.count
                rest = text[min(used, text.count)...].count { $0 > 32 && $0 != 59 }
                return code
            }
        }
        guard code == SQLITE_OK else { throw failure() }
        guard let statement else { throw QueryFailure(message: "there is no statement") }
        if rest > 0 {
            sqlite3_finalize(statement)
            throw QueryFailure(message: "there is more than one statement")
        }
        return statement
    }

    public func rows(_ sql: String) throws(QueryFailure) -> [[JSONValue]] {
        let statement = try prepareReading(sql)
        defer { sqlite3_finalize(statement) }
        return try collect(statement)
    }

    /// Keeps no other row, and looks at none behind the last of them.
    public func rows(_ sql: String, at places: [Int]) throws(QueryFailure) -> [[JSONValue]] {
        let statement = try prepareReading(sql)
        defer { sqlite3_finalize(statement) }
        var rows: [[JSONValue]] = []
        var (next, place) = (places.startIndex, 0)
        while next < places.endIndex, try step(statement) {
            if place == places[next] {
                rows.append(row(statement))
                next += 1
            }
            place += 1
        }
        return rows
    }

    private func prepareReading(_ sql: String) throws(QueryFailure) -> OpaquePointer {
        let statement = try prepare(sql)
        guard sqlite3_stmt_readonly(statement) != 0 else {
            sqlite3_finalize(statement)
            throw QueryFailure(message: "a check may only read: this statement writes")
        }
        return statement
    }

    public func columnNames(_ sql: String) throws(QueryFailure) -> [String] {
        let statement = try prepare(sql)
        defer { sqlite3_finalize(statement) }
        return columnNames(statement)
    }

    private func columnNames(_ statement: OpaquePointer) -> [String] {
        (0..<sqlite3_column_count(statement)).map { index in
            sqlite3_column_name(statement, index).map { String(cString: $0) } ?? ""
        }
    }

    /// Runs a statement that changes the database.
    ///
    /// - Returns: how many rows it changed.
    @discardableResult
    public func execute(_ sql: String) throws(QueryFailure) -> Int {
        let statement = try prepare(sql)
        defer { sqlite3_finalize(statement) }
        _ = try collect(statement)
        return Int(sqlite3_changes64(handle))
    }

    private func collect(_ statement: OpaquePointer) throws(QueryFailure) -> [[JSONValue]] {
        var rows: [[JSONValue]] = []
        while try step(statement) { rows.append(row(statement)) }
        return rows
    }

    /// Whether there is a further row.
    private func step(_ statement: OpaquePointer) throws(QueryFailure) -> Bool {
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw failure()
        }
    }

    private func row(_ statement: OpaquePointer) -> [JSONValue] {
        (0..<sqlite3_column_count(statement)).map { index in
            SQLiteCell.value(sqlite3_column_value(statement, index))
        }
    }
}
