import CSQLite
import Domain

/// Asks a SQLite database a question.
enum SQLProbe {
    struct Failure: Error {
        var reason: String
    }

    /// Whether the first value of the query's first row is something else than nothing, 0, an empty
    /// text, `false` or `f`. A database that is not there yet has no answer: false.
    static func holds(_ query: String, database: String) -> Result<Bool, Failure> {
        var connection: OpaquePointer?
        let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX
        let opened = sqlite3_open_v2(database, &connection, flags, nil)
        defer { sqlite3_close_v2(connection) }
        if opened == SQLITE_CANTOPEN { return .success(false) }
        guard opened == SQLITE_OK, let connection else {
            return .failure(Failure(reason: message(connection)))
        }
        sqlite3_busy_timeout(connection, 2_000)
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(connection, query, -1, &statement, nil) == SQLITE_OK else {
            return .failure(Failure(reason: message(connection)))
        }
        defer { sqlite3_finalize(statement) }
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return .success(isTrue(statement))
        case SQLITE_DONE: return .success(false)
        case SQLITE_BUSY, SQLITE_LOCKED: return .success(false)
        default: return .failure(Failure(reason: message(connection)))
        }
    }

    private static func isTrue(_ statement: OpaquePointer?) -> Bool {
        switch sqlite3_column_type(statement, 0) {
        case SQLITE_NULL: return false
        case SQLITE_INTEGER, SQLITE_FLOAT: return sqlite3_column_double(statement, 0) != 0
        default:
            let text = sqlite3_column_text(statement, 0).map { String(cString: $0) } ?? ""
            return !["", "0", "f", "false", "False", "FALSE"].contains(text)
        }
    }

    private static func message(_ connection: OpaquePointer?) -> String {
        sqlite3_errmsg(connection).map { String(cString: $0) } ?? "no memory"
    }
}
