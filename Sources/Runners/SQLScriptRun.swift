import CSQLite
import Domain

/// One execution of a script: its connection, its transaction, and its lines in the log.
struct SQLScriptRun {
    /// What stopped a script; the line counts from 1.
    private struct Failure: Error {
        var text: String
    }

    private let script: SQLiteScript
    private let cancellation: Cancellation
    private let log: AttemptLog

    /// Steps of SQLite's machine between two looks at the cancellation: well under a millisecond.
    private static let stepsBetweenLooks: Int32 = 1_000
    /// How long another writer of the database is waited for, in looks of 20 ms.
    private static let busyLooks: Int32 = 3_000

    init(_ script: SQLiteScript, _ cancellation: Cancellation, log: AttemptLog) {
        self.script = script
        self.cancellation = cancellation
        self.log = log
    }

    /// Runs the script; returns what went wrong, for people.
    func run() -> String? {
        var connection: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        let code = sqlite3_open_v2(script.database, &connection, flags, nil)
        defer { sqlite3_close_v2(connection) }
        guard code == SQLITE_OK, let connection else {
            return "\(script.database) cannot be opened: " + Self.message(connection, code)
        }
        watchCancellation(connection)
        do {
            try execute(on: connection)
            return nil
        } catch let failure as Failure {
            rollBack(connection)
            return cancellation.isRequested ? "ended on request; rolled back" : failure.text
        } catch {
            rollBack(connection)
            return "\(error)"
        }
    }

    private func execute(on connection: OpaquePointer) throws {
        let text = SQLText(script.text)
        let isWrapped = !text.startsTransaction
        if isWrapped { try simple("BEGIN IMMEDIATE", connection) }
        try text.bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self) else {
                return
            }
            var offset = text.statementStart(after: 0)
            while offset < text.length {
                offset = try statement(at: offset, base, text, connection)
            }
        }
        if isWrapped {
            try simple("COMMIT", connection)
        } else if sqlite3_get_autocommit(connection) == 0 {
            throw Failure(text: "the script leaves a transaction open: COMMIT is missing")
        }
    }

    /// Runs the statement at `offset`; returns where the next begins.
    private func statement(
        at offset: Int, _ base: UnsafePointer<CChar>, _ text: SQLText,
        _ connection: OpaquePointer
    ) throws -> Int {
        var (prepared, tail): (OpaquePointer?, UnsafePointer<CChar>?)
        let begin = SystemClock.monotonic()
        let code = sqlite3_prepare_v2(
            connection, base + offset, Int32(clamping: text.length - offset), &prepared, &tail)
        defer { sqlite3_finalize(prepared) }
        guard code == SQLITE_OK else {
            let inside = max(0, Int(sqlite3_error_offset(connection)))
            throw failure(text.line(at: offset + inside), connection, code)
        }
        let end = tail.map { base.distance(to: $0) } ?? text.length
        guard let prepared else { return max(text.statementStart(after: end), offset + 1) }
        let before = sqlite3_total_changes64(connection)
        var rows = 0
        var step = sqlite3_step(prepared)
        while step == SQLITE_ROW {
            rows += 1
            step = sqlite3_step(prepared)
        }
        guard step == SQLITE_DONE else { throw failure(text.line(at: offset), connection, step) }
        let changed = sqlite3_total_changes64(connection) - before
        let time = Span(
            microseconds: SystemClock.monotonic().microseconds - begin.microseconds)
        let count =
            sqlite3_column_count(prepared) > 0
            ? "\(rows) row\(rows == 1 ? "" : "s")"
            : "\(changed) row\(changed == 1 ? "" : "s") changed"
        let words = text.firstWords(at: offset, until: end, mask: log.masked)
        log.write("line \(text.line(at: offset)): \(words): \(count), \(time.humanText)\n")
        return text.statementStart(after: end)
    }

    private func simple(_ statement: String, _ connection: OpaquePointer) throws {
        let code = sqlite3_exec(connection, statement, nil, nil, nil)
        guard code == SQLITE_OK else {
            throw Failure(text: statement + ": " + Self.message(connection, code))
        }
    }

    private func failure(
        _ line: Int, _ connection: OpaquePointer, _ code: Int32
    ) -> Failure {
        Failure(
            text: "\(script.name), line \(line): " + Self.message(connection, code))
    }

    private func rollBack(_ connection: OpaquePointer) {
        sqlite3_progress_handler(connection, 0, nil, nil)
        if sqlite3_get_autocommit(connection) == 0 {
            sqlite3_exec(connection, "ROLLBACK", nil, nil, nil)
        }
    }

    /// SQLite looks at the cancellation while it computes and while it waits for a lock; unlike an
    /// interrupt from outside this cannot fall between two statements.
    private func watchCancellation(_ connection: OpaquePointer) {
        let context = Unmanaged.passUnretained(cancellation).toOpaque()
        sqlite3_progress_handler(
            connection, Self.stepsBetweenLooks,
            { context in
                guard let context else { return 0 }
                let wanted = Unmanaged<Cancellation>.fromOpaque(context).takeUnretainedValue()
                return wanted.isRequested ? 1 : 0
            }, context)
        sqlite3_busy_handler(
            connection,
            { context, looks in
                guard let context, looks < SQLScriptRun.busyLooks else { return 0 }
                let wanted = Unmanaged<Cancellation>.fromOpaque(context).takeUnretainedValue()
                if wanted.isRequested { return 0 }
                sqlite3_sleep(20)
                return 1
            }, context)
    }

    private static func message(_ connection: OpaquePointer?, _ code: Int32) -> String {
        if let connection, let text = sqlite3_errmsg(connection) { return String(cString: text) }
        return sqlite3_errstr(code).map { String(cString: $0) } ?? "SQLite error \(code)"
    }
}
