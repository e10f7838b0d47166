import CSQLite
import Domain

/// Asks a SQLite database a question.
enum SQLProbe {
    /// It is there once the first value of the query's first row is something else than nothing, 0,
    /// an empty text, `false` or `f`. A database that is not there yet has no answer.
    static func look(
        _ query: String, database: String, limit: Span, _ cancellation: Cancellation
    ) -> Result<Sighting, LookFailure> {
        var connection: OpaquePointer?
        let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX
        let opened = sqlite3_open_v2(database, &connection, flags, nil)
        defer { sqlite3_close_v2(connection) }
        if opened == SQLITE_CANTOPEN { return notYet("there is no database at \(database)") }
        guard opened == SQLITE_OK, let connection else {
            return .failure(LookFailure(reason: message(connection)))
        }
        sqlite3_busy_timeout(connection, 2_000)
        let patience = Patience(
            deadline: SystemClock.monotonic() + limit, cancellation: cancellation)
        // It lives as long as the connection is used.
        return withExtendedLifetime(patience) {
            watch(connection, patience)
            return look(query, on: connection)
        }
    }

    private static func look(
        _ query: String, on connection: OpaquePointer
    ) -> Result<Sighting, LookFailure> {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(connection, query, -1, &statement, nil) == SQLITE_OK else {
            return .failure(LookFailure(reason: message(connection)))
        }
        defer { sqlite3_finalize(statement) }
        switch sqlite3_step(statement) {
        case SQLITE_ROW:
            return .success(
                Sighting(isThere: isTrue(statement), words: "the query gave " + value(statement)))
        case SQLITE_DONE: return notYet("the query gave no row")
        case SQLITE_BUSY, SQLITE_LOCKED: return notYet("the database is locked")
        case SQLITE_INTERRUPT: return notYet("the query took too long")
        default: return .failure(LookFailure(reason: message(connection)))
        }
    }

    private static func notYet(_ words: String) -> Result<Sighting, LookFailure> {
        .success(Sighting(isThere: false, words: words))
    }

    /// How long a query may compute.
    private final class Patience {
        let deadline: Span
        let cancellation: Cancellation

        init(deadline: Span, cancellation: Cancellation) {
            (self.deadline, self.cancellation) = (deadline, cancellation)
        }

        var isOver: Bool {
            cancellation.isRequested || SystemClock.monotonic() >= deadline
        }
    }

    private static func watch(_ connection: OpaquePointer, _ patience: Patience) {
        sqlite3_progress_handler(
            connection, 10_000,
            { context in
                guard let context else { return 0 }
                return Unmanaged<Patience>.fromOpaque(context).takeUnretainedValue().isOver ? 1 : 0
            }, Unmanaged.passUnretained(patience).toOpaque())
    }

    /// The first value, as far as a line of the log has room for it.
    private static func value(_ statement: OpaquePointer?) -> String {
        guard sqlite3_column_type(statement, 0) != SQLITE_NULL else { return "null" }
        let text = sqlite3_column_text(statement, 0).map { String(cString: $0) } ?? ""
        let line = text.prefix { !$0.isNewline }.prefix(80)
        return line.isEmpty ? "an empty text" : String(line)
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
