public import Domain

/// Where a database is, as people write it: `sqlite:shop.db`, `postgresql://host/db`, `duckdb:`.
public enum ConnectionAddress: Hashable, Sendable {
    /// Absolute path; nil keeps all in memory.
    case sqlite(path: String?)
    /// A connection URI of libpq, never with a password.
    case postgresql(uri: String)
    /// Absolute path; nil keeps all in memory.
    case duckdb(path: String?)
    /// A file that DuckDB reads in place, as a view named like the file.
    case file(path: String, format: FileFormat)

    /// What DuckDB reads in place.
    public enum FileFormat: String, Hashable, Sendable, CaseIterable {
        case csv, json, parquet
    }

    public var engine: DatabaseEngine {
        switch self {
        case .sqlite: .sqlite
        case .postgresql: .postgresql
        case .duckdb, .file: .duckdb
        }
    }

    /// Reads an address; relative paths count from `folder`.
    ///
    /// - Throws: ``ConnectionAddressError``; also for an address that holds a password, since what
    ///   is on a command line or in a project's file is seen by others.
    public init(_ text: String, folder: String) throws(ConnectionAddressError) {
        guard let colon = text.firstIndex(of: ":") else { throw .unknown(text) }
        let word = text[..<colon].lowercased()
        let rest = String(text[text.index(after: colon)...])
        let path = rest.hasPrefix("/") ? rest : folder + "/" + rest
        switch word {
        case "sqlite": self = .sqlite(path: rest.isEmpty || rest == ":memory:" ? nil : path)
        case "duckdb": self = .duckdb(path: rest.isEmpty || rest == ":memory:" ? nil : path)
        case "postgres", "postgresql":
            guard rest.hasPrefix("//") else { throw .malformed(word + ":", "write \(word)://…") }
            guard !Self.holdsPassword(rest) else { throw .holdsPassword }
            self = .postgresql(uri: "postgresql:" + rest)
        default:
            guard let format = FileFormat(rawValue: word) else { throw .unknown(word) }
            guard !rest.isEmpty else { throw .malformed(word + ":", "write \(word):FILE") }
            self = .file(path: path, format: format)
        }
    }

    /// `//user:password@…` or `…?password=…`.
    private static func holdsPassword(_ rest: String) -> Bool {
        let authority = rest.dropFirst(2).prefix { $0 != "/" && $0 != "?" }
        let user = authority.lastIndex(of: "@").map { authority[..<$0] } ?? ""
        let query = rest.drop { $0 != "?" }.lowercased()
        return user.contains(":") || query.contains("password=")
    }

    /// For people; holds no secret.
    public var text: String {
        switch self {
        case .sqlite(let path): "sqlite:" + (path ?? "")
        case .postgresql(let uri): uri
        case .duckdb(let path): "duckdb:" + (path ?? "")
        case .file(let path, let format): format.rawValue + ":" + path
        }
    }
}

/// Why a text is no address of a database.
public enum ConnectionAddressError: UserFacingError, Hashable {
    case unknown(String)
    case malformed(String, String)
    case holdsPassword

    public var problem: String {
        switch self {
        case .unknown(let word): "'\(word)' is neither a connection nor the address of one."
        case .malformed(let word, _): "The address '\(word)' is not complete."
        case .holdsPassword: "The address holds a password, which others could read."
        }
    }

    public var remedy: String {
        switch self {
        case .unknown:
            "Write sqlite:FILE, duckdb:FILE, postgresql://HOST/DB, csv:FILE, json:FILE, parquet:FILE "
                + "or a name of 'connections:' in spillway.yml."
        case .malformed(_, let form): "Instead, \(form)."
        case .holdsPassword:
            "Leave it out, and put it into ~/.pgpass (mode 0600) or the variable PGPASSWORD."
        }
    }
}

/// How a connection is opened.
public struct ConnectionOptions: Hashable, Sendable {
    /// Refuse every change.
    public var isReadOnly: Bool
    /// Make a database file that does not exist.
    public var makesFile: Bool
    /// How long another's lock is waited for, in seconds: of SQLite at each statement, of DuckDB at
    /// the opening.
    public var lockSeconds: Double
    /// Databases to attach, by name (SQLite and DuckDB); absolute paths.
    public var attached: [String: String]

    public init(
        isReadOnly: Bool = false, makesFile: Bool = false, lockSeconds: Double = 5,
        attached: [String: String] = [:]
    ) {
        self.isReadOnly = isReadOnly
        self.makesFile = makesFile
        self.lockSeconds = lockSeconds
        self.attached = attached
    }
}
