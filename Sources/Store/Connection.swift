import CPageSums
import CSQLite

/// A failure in SQLite's own words.
struct SQLiteFailure: Error, Equatable {
    /// The primary result code.
    var code: Int32
    var message: String
}

/// The writer's connection, by SQLite's own interface: a commit of a handful of rows follows every
/// task, and layers between would cost more time than SQLite itself. Belongs to one thread at a
/// time.
final class Connection {
    fileprivate let handle: OpaquePointer

    /// What a connection is for.
    enum Use {
        /// Reads and writes; keeps the sums of pages, and refuses those that are not as written.
        case writing
        /// The same without sums: of a file that has none yet.
        case making
        /// Reads all that SQLite can read.
        case reading
    }

    /// Opens an existing database; waits up to five seconds for others' locks.
    init(_ path: String, for use: Use = .writing) throws(SQLiteFailure) {
        var opened: OpaquePointer?
        let access = use == .reading ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE
        let sums = use == .writing && spillway_sums_register() == SQLITE_OK
        let code = sqlite3_open_v2(
            path, &opened, access | SQLITE_OPEN_NOMUTEX, sums ? "spillway-sums" : nil)
        guard code == SQLITE_OK, let opened else {
            defer { sqlite3_close_v2(opened) }
            throw Self.failure(opened, code)
        }
        handle = opened
        sqlite3_busy_timeout(handle, 5_000)
    }

    deinit { sqlite3_close_v2(handle) }

    /// Runs statements without values, one after the other.
    func execute(_ statements: String) throws(SQLiteFailure) {
        let code = sqlite3_exec(handle, statements, nil, nil, nil)
        guard code == SQLITE_OK else { throw failure(code) }
    }

    /// The one number that a query gives; 0 where it gives none.
    func integer(_ query: String) throws(SQLiteFailure) -> Int {
        var found: Int64 = 0
        let statement = try Statement(query, self)
        try statement.forEachRow { found = statement.int64(0) ?? 0 }
        return Int(found)
    }

    var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(handle) }

    /// Ends a transaction without its effects, where one is open.
    func rollBack() {
        if sqlite3_get_autocommit(handle) == 0 {
            sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
        }
    }

    /// The bytes of the whole database, as they would be in a file.
    func serialized() throws(SQLiteFailure) -> [UInt8] {
        var count: Int64 = 0
        guard let bytes = sqlite3_serialize(handle, "main", &count, 0) else {
            throw failure(SQLITE_NOMEM)
        }
        defer { sqlite3_free(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
    }

    fileprivate func failure(_ code: Int32) -> SQLiteFailure { Self.failure(handle, code) }

    private static func failure(_ handle: OpaquePointer?, _ code: Int32) -> SQLiteFailure {
        let text =
            handle.flatMap { sqlite3_errmsg($0) } ?? sqlite3_errstr(code)
        return SQLiteFailure(
            code: code & 0xFF, message: text.map { String(cString: $0) } ?? "SQLite error \(code)")
    }
}

/// A statement that is prepared once and run often; values are bound by position from 1 and stay
/// until they are bound anew.
final class Statement {
    private let connection: Connection
    private let handle: OpaquePointer
    /// The first value that could not be bound.
    private var bindingCode = SQLITE_OK

    init(_ sql: String, _ connection: Connection) throws(SQLiteFailure) {
        self.connection = connection
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v3(
            connection.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let prepared else { throw connection.failure(code) }
        handle = prepared
    }

    deinit { sqlite3_finalize(handle) }

    func bind(_ index: Int32, _ value: Int64?) {
        note(
            value.map { sqlite3_bind_int64(handle, index, $0) }
                ?? sqlite3_bind_null(handle, index))
    }

    func bind(_ index: Int32, _ value: Int) { bind(index, Int64(value)) }

    func bind(_ index: Int32, _ value: String?) {
        guard var value else { return note(sqlite3_bind_null(handle, index)) }
        note(
            value.withUTF8 { bytes in
                // An empty text may have no address, which would bind NULL.
                guard let start = bytes.baseAddress else {
                    return spillway_bind_text(handle, index, "", 0)
                }
                return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                    spillway_bind_text(handle, index, $0, Int32(clamping: bytes.count))
                }
            })
    }

    func bind(_ index: Int32, _ value: [UInt8]) {
        note(
            value.withUnsafeBytes {
                spillway_bind_blob(handle, index, $0.baseAddress, Int32(clamping: $0.count))
            })
    }

    var columnCount: Int32 { sqlite3_column_count(handle) }

    /// Binds the values of another statement's present row, in order.
    func bindRow(of other: Statement) {
        for column in 0..<other.columnCount {
            note(sqlite3_bind_value(handle, column + 1, sqlite3_column_value(other.handle, column)))
        }
    }

    /// Runs it to its end and makes it ready for the next values.
    func run() throws(SQLiteFailure) { while try step() {} }

    /// Calls `body` for each row; columns are read by ``int64(_:)`` and ``text(_:)`` meanwhile.
    func forEachRow(_ body: () -> Void) throws(SQLiteFailure) { while try step() { body() } }

    /// The column of the present row, counted from 0; nil for NULL.
    func int64(_ column: Int32) -> Int64? {
        sqlite3_column_type(handle, column) == SQLITE_NULL
            ? nil : sqlite3_column_int64(handle, column)
    }

    /// As ``int64(_:)``.
    func text(_ column: Int32) -> String? {
        guard let start = sqlite3_column_text(handle, column) else { return nil }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    /// Whether there is a row; when not, the statement is at its beginning again.
    private func step() throws(SQLiteFailure) -> Bool {
        guard bindingCode == SQLITE_OK else {
            defer { bindingCode = SQLITE_OK }
            throw connection.failure(bindingCode)
        }
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        guard code == SQLITE_DONE else {
            let failure = connection.failure(code)
            sqlite3_reset(handle)
            throw failure
        }
        sqlite3_reset(handle)
        return false
    }

    private func note(_ code: Int32) { if bindingCode == SQLITE_OK { bindingCode = code } }
}
