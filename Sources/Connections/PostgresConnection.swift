import CPostgres
import Glibc

/// A session with a PostgreSQL server, or one that speaks its protocol, through libpq.
///
/// TLS, service files, `~/.pgpass` and the `PG…` variables work as everywhere with libpq.
public final class PostgresConnection: DatabaseConnection {
    public let engine = DatabaseEngine.postgresql
    public private(set) var version = "PostgreSQL"
    var connection: OpaquePointer?
    private var canceller: OpaquePointer?
    /// Names of types that this module does not know by number.
    private var typeNames: [UInt32: String]?

    /// Connects; blocks for at most `PGCONNECT_TIMEOUT` seconds (10 unless set).
    public init(
        uri: String, _ options: ConnectionOptions, cancellation: Cancellation
    ) throws(DatabaseError) {
        if let problem = spillway_load_libpq() {
            throw DatabaseError(.notInstalled, .postgresql, String(cString: problem))
        }
        // What stands before `dbname` is overridden by the URI.
        let settings = [
            ("fallback_application_name", "spillway"), ("keepalives_idle", "30"),
            ("keepalives_interval", "10"), ("keepalives_count", "3"), ("dbname", uri),
            ("client_encoding", "UTF8"),
        ]
        connection = CStrings.with(settings.map(\.0)) { keys in
            CStrings.with(settings.map(\.1)) { values in PQconnectStartParams(keys, values, 1) }
        }
        do {
            try finishConnecting(WakeDescriptor(cancellation), cancellation)
        } catch {
            close()
            throw error
        }
        // Notices would be printed over the screen.
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        canceller = PQgetCancel(connection)
        let number = PQserverVersion(connection)
        let name = PQparameterStatus(connection, "server_version").map { String(cString: $0) }
        version =
            "PostgreSQL " + (name?.split(separator: " ").first.map(String.init) ?? "\(number)")
        if options.isReadOnly {
            do {
                try execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
            } catch {
                close()
                throw (error as? DatabaseError) ?? failure(.other)
            }
        }
    }

    deinit { close() }

    public var isOpen: Bool { connection != nil && PQstatus(connection) == CONNECTION_OK }

    public func close() {
        PQfreeCancel(canceller)
        canceller = nil
        PQfinish(connection)
        connection = nil
    }

    private func finishConnecting(
        _ wake: WakeDescriptor, _ cancellation: Cancellation
    ) throws(DatabaseError) {
        guard connection != nil else { throw DatabaseError(.other, .postgresql, "Out of memory.") }
        guard PQstatus(connection) != CONNECTION_BAD else { throw connectFailure() }
        let seconds = getenv("PGCONNECT_TIMEOUT").flatMap { Int(String(cString: $0)) } ?? 10
        let deadline = MonotonicTime.milliseconds() + max(1, seconds) * 1_000
        var events = Int16(POLLOUT)
        while true {
            let left = deadline - MonotonicTime.milliseconds()
            guard left > 0 else {
                throw DatabaseError(
                    .unreachable, .postgresql, "The server did not answer in \(seconds) s.")
            }
            Waiting.wait(PQsocket(connection), events, wake.descriptor, left)
            if cancellation.isRequested {
                throw DatabaseError(.cancelled, .postgresql, "Cancelled.")
            }
            switch PQconnectPoll(connection) {
            case PGRES_POLLING_OK: return
            case PGRES_POLLING_READING: events = Int16(POLLIN)
            case PGRES_POLLING_WRITING: events = Int16(POLLOUT)
            default: throw connectFailure()
            }
        }
    }

    /// libpq gives no code for what fails before there is a session, only words.
    private func connectFailure() -> DatabaseError {
        let message = errorMessage
        if PQconnectionNeedsPassword(connection) == 1 || PQconnectionUsedPassword(connection) == 1 {
            return DatabaseError(.notAdmitted, .postgresql, message)
        }
        let refusals = ["authentication failed", "pg_hba.conf", "role \"", "permission denied"]
        if refusals.contains(where: { message.contains($0) }) {
            return DatabaseError(.notAdmitted, .postgresql, message)
        }
        let wrong = ["database \"", "invalid", "certificate", "SSL"]
        let isWrong = wrong.contains { message.contains($0) } && !message.contains("starting up")
        return DatabaseError(isWrong ? .cannotOpen : .unreachable, .postgresql, message)
    }

    private var errorMessage: String {
        let text = PQerrorMessage(connection).map { String(cString: $0) } ?? ""
        let lines = text.split(whereSeparator: \.isNewline).map {
            $0.drop { $0 == " " || $0 == "\t" }
        }
        return lines.isEmpty ? "The server ended the session." : lines.joined(separator: "; ")
    }

    func failure(_ kind: DatabaseError.Kind) -> DatabaseError {
        DatabaseError(kind, .postgresql, errorMessage)
    }

    /// Asks the server to stop what this session runs; blocks for one round trip.
    func sendCancel() {
        var message = [CChar](repeating: 0, count: 256)
        _ = PQcancel(canceller, &message, 256)
    }

    /// The name of a type; those of the database itself are read once.
    func typeName(_ oid: UInt32) -> String? { PostgresTypes.name(of: oid) ?? typeNames?[oid] }

    /// Reads the names of the database's own types, before the first run.
    func loadTypeNames() {
        guard typeNames == nil, PQtransactionStatus(connection) == PQTRANS_IDLE else { return }
        typeNames = [:]
        let text =
            "SELECT oid, typname FROM pg_catalog.pg_type WHERE typtype <> 'c' OR oid >= 16384"
        let result = PQexec(connection, text)
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_TUPLES_OK else { return }
        for row in 0..<PQntuples(result) {
            guard let oid = PQgetvalue(result, row, 0), let name = PQgetvalue(result, row, 1),
                let number = UInt32(String(cString: oid))
            else { continue }
            typeNames?[number] = String(cString: name)
        }
    }
}
