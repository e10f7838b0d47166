import CSQLite
import Domain

/// A SQLite database, read and written in this process.
public final class SQLiteConnection: DatabaseConnection {
    public let engine = DatabaseEngine.sqlite
    var handle: OpaquePointer?
    private let lockLooks: Int32

    /// Opens the file at `path`; nil: a database in memory.
    public init(path: String?, _ options: ConnectionOptions) throws(DatabaseError) {
        // A look at a lock every 20 ms.
        lockLooks = Int32(clamping: Int(max(0, options.lockSeconds) * 50))
        var flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        if options.isReadOnly && path != nil {
            flags |= SQLITE_OPEN_READONLY
        } else {
            flags |= SQLITE_OPEN_READWRITE
            if options.makesFile || path == nil { flags |= SQLITE_OPEN_CREATE }
        }
        let code = sqlite3_open_v2(path ?? ":memory:", &handle, flags, nil)
        guard code == SQLITE_OK, handle != nil else {
            let error = Self.failure(handle, code, path: path)
            sqlite3_close_v2(handle)
            handle = nil
            throw error
        }
        spillway_sqlite_quotes_off(handle)
        do {
            try firstLook(path)
            if options.isReadOnly { try simple("PRAGMA query_only = on") }
            for (name, file) in options.attached.sorted(by: { $0.key < $1.key }) {
                try simple("ATTACH \(SQLQuoting.literal(file)) AS \(SQLQuoting.name(name))")
            }
        } catch {
            close()
            throw error
        }
    }

    deinit { close() }

    public var version: String { "SQLite " + String(cString: sqlite3_libversion()) }
    public var isOpen: Bool { handle != nil }

    public func close() {
        // Statements are finalised by whoever made them, so the handle goes for good.
        sqlite3_close_v2(handle)
        handle = nil
    }

    /// A file that is no database, or is encrypted, is told from one now and not by the first query;
    /// one that is just locked is not waited for.
    private func firstLook(_ path: String?) throws(DatabaseError) {
        let code = sqlite3_exec(handle, "PRAGMA schema_version", nil, nil, nil)
        guard code == SQLITE_OK || [SQLITE_BUSY, SQLITE_LOCKED].contains(code & 0xFF) else {
            throw Self.failure(handle, code, path: path)
        }
    }

    private func simple(_ statement: String) throws(DatabaseError) {
        let code = sqlite3_exec(handle, statement, nil, nil, nil)
        guard code == SQLITE_OK else { throw Self.failure(handle, code) }
    }

    static func failure(
        _ handle: OpaquePointer?, _ code: Int32, path: String? = nil
    ) -> DatabaseError {
        let text = handle.flatMap { sqlite3_errmsg($0) } ?? sqlite3_errstr(code)
        var message = text.map { String(cString: $0) } ?? "SQLite error \(code)"
        if let path { message += ": " + path }
        var error = DatabaseError(kind(of: code), .sqlite, message, code: "\(code)")
        if code == SQLITE_CANTOPEN, path != nil {
            error.hint = "Check the path: a database that does not exist is not made by a query."
        }
        return error
    }

    private static func kind(of code: Int32) -> DatabaseError.Kind {
        switch code & 0xFF {
        case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH: .cannotOpen
        case SQLITE_NOTADB: .notADatabase
        case SQLITE_CORRUPT: .corrupt
        case SQLITE_BUSY, SQLITE_LOCKED: .locked
        case SQLITE_READONLY: .readOnly
        case SQLITE_FULL: .diskFull
        case SQLITE_ERROR, SQLITE_RANGE, SQLITE_MISMATCH: .invalid
        case SQLITE_CONSTRAINT: .constraint
        case SQLITE_INTERRUPT: .cancelled
        default: .other
        }
    }

    /// Lets SQLite look at `watch` while it computes and while it waits for a lock.
    func start(_ watch: SQLiteWatch) {
        watch.lockLooks = lockLooks
        let context = Unmanaged.passUnretained(watch).toOpaque()
        sqlite3_progress_handler(
            handle, SQLiteWatch.stepsBetweenLooks,
            { context in
                guard let context else { return 0 }
                let watch = Unmanaged<SQLiteWatch>.fromOpaque(context).takeUnretainedValue()
                return watch.mayGoOn ? 0 : 1
            }, context)
        sqlite3_busy_handler(
            handle,
            { context, looks in
                guard let context else { return 0 }
                let watch = Unmanaged<SQLiteWatch>.fromOpaque(context).takeUnretainedValue()
                guard looks < watch.lockLooks, watch.mayGoOn else { return 0 }
                sqlite3_sleep(20)
                return 1
            }, context)
        guard let address = handle.map({ UInt(bitPattern: $0) }) else { return }
        // The handler above is not asked within long steps such as counting; an interrupt is.
        watch.cancellation.attach { sqlite3_interrupt(OpaquePointer(bitPattern: address)) }
    }

    func stop(_ watch: SQLiteWatch) {
        watch.cancellation.detach()
        sqlite3_progress_handler(handle, 0, nil, nil)
        sqlite3_busy_handler(handle, nil, nil)
    }
}

/// What SQLite's handlers look at during one call.
final class SQLiteWatch {
    /// Steps of SQLite's machine between two looks: well under a millisecond.
    static let stepsBetweenLooks: Int32 = 1_000

    let cancellation: Cancellation
    let delivery: RowDelivery
    var lockLooks: Int32 = 0

    init(_ cancellation: Cancellation, _ delivery: RowDelivery) {
        self.cancellation = cancellation
        self.delivery = delivery
    }

    var mayGoOn: Bool { !cancellation.isRequested && delivery.deliverDue() }
}
