import CSQLite
public import Domain
public import Transform

/// What SQLite refused, with the statement.
public struct SQLFailure: UserFacingError, Hashable {
    public var message: String
    public var statement: String
    /// Where in the statement, in bytes from 0; nil where the database does not say.
    public var offset: Int?

    public init(message: String, statement: String, offset: Int? = nil) {
        self.message = message
        self.statement = statement
        self.offset = offset
    }

    public var problem: String { "Database error: \(message)" }
    public var remedy: String { "Correct the SQL of the node; its compiled text shows the place." }
}

/// One connection to one SQLite file, set up as a transform needs it: double-quoted texts off, the
/// functions of other engines on.
public final class SQLiteDatabase: RunDatabase {
    public let dialect = SQLDialect.sqlite
    private var handle: OpaquePointer?
    /// As it was given.
    public let path: String

    /// Opens `path`; makes the file where it does not exist. `:memory:` keeps all in memory.
    ///
    /// - Throws: ``NodeTrouble`` where it cannot be opened, or is no database.
    public init(path: String) throws {
        self.path = path
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        guard sqlite3_open_v2(path, &handle, flags, nil) == SQLITE_OK else {
            let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close(handle)
            handle = nil
            throw NodeTrouble(
                "The database '\(path)' cannot be opened: \(message).",
                "Check that its folder exists and may be written, or name another file.")
        }
        sqlite3_busy_timeout(handle, 10_000)
        // An unknown "name" would silently be the text 'name': the trap of §3.
        spillway_sqlite_quotes_off(handle)
        SQLFunctions.register(on: handle)
        // `alter table … rename` would check every view, also those whose table is just being
        // exchanged.
        try run("pragma legacy_alter_table = on")
        do {
            try run("pragma journal_mode = wal")
        } catch {
            throw NodeTrouble(
                "'\(path)' cannot be used as a database: \(error.message).",
                "Name a file of SQLite, or one that does not exist yet.")
        }
        try run("pragma synchronous = normal")
    }

    deinit { sqlite3_close_v2(handle) }

    /// - Parameter start: where the statement that failed begins in `sql`.
    private func failure(_ sql: String, at start: Int = 0) -> SQLFailure {
        let offset = sqlite3_error_offset(handle)
        return SQLFailure(
            message: String(cString: sqlite3_errmsg(handle)), statement: sql,
            offset: offset < 0 ? nil : start + Int(offset))
    }

    /// Runs every statement of `sql`.
    public func run(_ sql: String) throws(SQLFailure) {
        _ = try execute(sql, wantsRows: false)
    }

    /// The rows of the last statement of `sql` that gives some.
    public func query(_ sql: String) throws -> QueryTable {
        try execute(sql, wantsRows: true)
    }

    /// Rows changed by the last insert, update or delete.
    public var changes: Int { Int(sqlite3_changes64(handle)) }

    private func execute(_ sql: String, wantsRows: Bool) throws(SQLFailure) -> QueryTable {
        var result = QueryTable(columns: [], rows: [])
        let bytes = Array(sql.utf8)
        var failed: SQLFailure?
        bytes.withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { text in
                guard var next = text.baseAddress else { return }
                let end = next + text.count
                while next < end, failed == nil {
                    var statement: OpaquePointer?
                    var tail: UnsafePointer<CChar>?
                    let length = Int32(clamping: end - next)
                    guard sqlite3_prepare_v2(handle, next, length, &statement, &tail) == SQLITE_OK
                    else {
                        failed = failure(sql, at: text.baseAddress.map { next - $0 } ?? 0)
                        return
                    }
                    defer { sqlite3_finalize(statement) }
                    next = tail ?? end
                    guard let statement else { continue }
                    let count = sqlite3_column_count(statement)
                    if wantsRows, count > 0 {
                        result.columns = (0..<count).map {
                            String(cString: sqlite3_column_name(statement, $0))
                        }
                        result.rows = []
                    }
                    var code = sqlite3_step(statement)
                    while code == SQLITE_ROW {
                        if wantsRows {
                            result.rows.append((0..<count).map { Self.value(statement, $0) })
                        }
                        code = sqlite3_step(statement)
                    }
                    if code != SQLITE_DONE { failed = failure(sql) }
                }
            }
        }
        if let failed { throw failed }
        return result
    }

    private static func value(_ statement: OpaquePointer, _ column: Int32) -> SQLValue {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: return .int(Int(sqlite3_column_int64(statement, column)))
        case SQLITE_FLOAT: return .double(sqlite3_column_double(statement, column))
        case SQLITE_NULL: return .null
        case SQLITE_BLOB:
            let count = Int(sqlite3_column_bytes(statement, column))
            guard let bytes = sqlite3_column_blob(statement, column) else { return .blob([]) }
            return .blob(Array(UnsafeRawBufferPointer(start: bytes, count: count)))
        default:
            guard let text = sqlite3_column_text(statement, column) else { return .null }
            let count = Int(sqlite3_column_bytes(statement, column))
            return .text(
                String(
                    decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self))
        }
    }

    /// Asks SQLite to understand `sql` without running it.
    public func check(_ sql: String) throws(SQLFailure) {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else {
            throw failure(sql)
        }
    }

    /// The names of a query's columns, without running it.
    public func columnNames(of sql: String) throws(SQLFailure) -> [String] {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else {
            throw failure(sql)
        }
        return (0..<sqlite3_column_count(statement)).map {
            String(cString: sqlite3_column_name(statement, $0))
        }
    }

    /// Inserts rows through one prepared statement.
    public func insert(_ rows: [[SQLValue]], into table: String, width: Int) throws(SQLFailure) {
        let marks = [String](repeating: "?", count: width).joined(separator: ", ")
        let sql = "insert into \(table) values (\(marks))"
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else {
            throw failure(sql)
        }
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        for row in rows {
            for (index, value) in row.prefix(width).enumerated() {
                let place = Int32(index + 1)
                switch value {
                case .null: sqlite3_bind_null(statement, place)
                case .int(let number): sqlite3_bind_int64(statement, place, Int64(number))
                case .double(let number): sqlite3_bind_double(statement, place, number)
                case .bool(let flag): sqlite3_bind_int64(statement, place, flag ? 1 : 0)
                case .text(let text):
                    sqlite3_bind_text(
                        statement, place, text, Int32(clamping: text.utf8.count), transient)
                case .blob(let bytes):
                    sqlite3_bind_blob(
                        statement, place, bytes, Int32(clamping: bytes.count), transient)
                }
            }
            guard sqlite3_step(statement) == SQLITE_DONE else { throw failure(sql) }
            sqlite3_reset(statement)
        }
    }

    public func kind(of relation: RelationName) throws -> String? {
        let name = SQLText.literal(relation.tableName.lowercased())
        let found = try query(
            "select type from main.sqlite_master where lower(name) = \(name) "
                + "and type in ('table', 'view')")
        if case .text(let kind)? = found.rows.first?.first { return kind }
        return nil
    }

    public func columns(of relation: RelationName) throws -> [(name: String, type: String)] {
        try columns(ofTable: relation.tableName, schema: "main")
    }

    private func columns(
        ofTable table: String, schema: String
    ) throws -> [(name: String, type: String)] {
        try query(
            "select name, type from pragma_table_info(\(SQLText.literal(table)), "
                + "\(SQLText.literal(schema)))"
        ).rows.compactMap { row in
            guard row.count == 2, case .text(let name) = row[0] else { return nil }
            if case .text(let type) = row[1] { return (name, type) }
            return (name, "")
        }
    }

    public func columns(ofTemporary table: String) throws -> [(name: String, type: String)] {
        try columns(ofTable: table, schema: "temp")
    }

    public func makeSchemas(_ names: [String]) throws {}

    public func waitForOthers() { sqlite3_busy_timeout(handle, 3_600_000) }

    /// Runs `work` in one transaction: all of it, or nothing.
    public func transaction<Result>(_ work: () throws -> Result) throws -> Result {
        try run("begin immediate")
        do {
            let result = try work()
            try run("commit")
            return result
        } catch {
            // A failed statement may have ended the transaction already.
            if sqlite3_get_autocommit(handle) == 0 { try run("rollback") }
            throw error
        }
    }
}
