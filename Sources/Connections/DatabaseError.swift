public import Domain

/// What an engine refused, or why it could not be reached.
public struct DatabaseError: UserFacingError, Hashable {
    /// What kind of failure it is, whatever the engine.
    public enum Kind: String, Hashable, Sendable {
        /// No such file or folder, no permission, a bad address.
        case cannotOpen
        /// The server does not answer, is starting, or refuses more clients: worth another try.
        case unreachable
        /// The server or the program went away in the middle.
        case lost
        /// Wrong or missing password, or no right to the database.
        case notAdmitted
        /// The file is no database of this engine, or it is encrypted.
        case notADatabase
        case corrupt
        /// Another process holds the database.
        case locked
        case readOnly
        case diskFull
        /// The statement cannot be understood: a wrong word, table or column.
        case invalid
        /// A parameter of the text has no value.
        case missingParameter
        /// A value breaks a constraint of the table.
        case constraint
        case cancelled
        /// The engine's program is not installed.
        case notInstalled
        /// This engine cannot do it.
        case unsupported
        case other
    }

    public var kind: Kind
    public var engine: DatabaseEngine
    /// The engine's own words, or ours where it has none; not yet made safe for a terminal.
    public var message: String
    /// What the engine adds: details and hints.
    public var hint: String?
    /// The engine's code: a SQLSTATE, or SQLite's extended result code.
    public var code: String?
    /// Which statement of the text, from 0.
    public var statement: Int?
    /// Byte (UTF-8) of the text where it went wrong.
    public var offset: Int?
    /// The same as a line and a column.
    public var place: SourcePlace?

    public init(
        _ kind: Kind, _ engine: DatabaseEngine, _ message: String, hint: String? = nil,
        code: String? = nil
    ) {
        self.kind = kind
        self.engine = engine
        self.message = message
        self.hint = hint
        self.code = code
    }

    public var problem: String {
        let at = place.map { "line \($0.line), column \($0.column): " } ?? ""
        return at + message
    }

    public var remedy: String {
        if let hint, !hint.isEmpty { return hint }
        switch kind {
        case .cannotOpen: return "Check the address and the permissions of the file and its folder."
        case .unreachable: return "Check that the server runs and that host and port are right."
        case .lost: return "Run it again: the next call opens a new session."
        case .notAdmitted:
            return "Put the password into ~/.pgpass (mode 0600) or PGPASSWORD, and check the user."
        case .notADatabase: return "It is no database of this engine, or it is encrypted."
        case .corrupt:
            return "Restore a copy, or save what is readable with 'sqlite3 FILE .recover'."
        case .locked: return "Another process holds the database: wait until it is done, or end it."
        case .readOnly: return "Open it without --read-only, with the right to write to it."
        case .diskFull: return "Make room on the disk, and run it again."
        case .invalid:
            return place == nil ? "Correct the statement." : "Correct the statement at that place."
        case .missingParameter: return "Give it a value: --param NAME=VALUE."
        case .constraint: return "Correct the values, or the constraint."
        case .cancelled: return "Run it again to see its rows."
        case .notInstalled:
            return engine == .postgresql
                ? "Install PostgreSQL's client library: Debian's package libpq5."
                : "Install DuckDB's command line program and put it on PATH."
        case .unsupported, .other: return "The engine's message says what it does not accept."
        }
    }

    /// The error of a longer text, which held `whole` from its byte `start` on, as one of `whole`.
    func relocated(by start: Int, in whole: String) -> DatabaseError {
        guard let offset else { return self }
        let inside = min(max(0, offset - start), whole.utf8.count)
        return placed(at: inside, in: whole, statement: nil)
    }

    /// The error with its place in `text`, at the byte `offset` of it.
    func placed(at offset: Int?, in text: String, statement: Int?) -> DatabaseError {
        var error = self
        error.statement = statement
        guard let offset else { return error }
        error.offset = offset
        var (line, column) = (1, 1)
        for scalar in String(decoding: text.utf8.prefix(offset), as: UTF8.self).unicodeScalars {
            (line, column) = scalar == "\n" ? (line + 1, 1) : (line, column + 1)
        }
        error.place = SourcePlace(line: line, column: column)
        return error
    }
}
