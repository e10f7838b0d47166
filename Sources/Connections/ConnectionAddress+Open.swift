import Glibc

extension ConnectionAddress {
    /// Opens a session; blocks until the engine has answered or `cancellation` is asked for.
    public func open(
        _ options: ConnectionOptions = ConnectionOptions(),
        cancellation: Cancellation = Cancellation()
    ) throws(DatabaseError) -> any DatabaseConnection {
        switch self {
        case .sqlite(let path): return try SQLiteConnection(path: path, options)
        case .postgresql(let uri):
            return try PostgresConnection(uri: uri, options, cancellation: cancellation)
        case .duckdb(let path): return try openDuckDB(path, options, cancellation)
        case .file(let path, let format):
            return try DuckDBConnection(file: path, format: format, options)
        }
    }

    /// DuckDB lets one process alone write a file and does not wait for it, so we do.
    private func openDuckDB(
        _ path: String?, _ options: ConnectionOptions, _ cancellation: Cancellation
    ) throws(DatabaseError) -> DuckDBConnection {
        let patience = Int(min(max(0, options.lockSeconds), 1e6) * 1_000)
        let deadline = MonotonicTime.milliseconds() + patience
        while true {
            do throws(DatabaseError) {
                return try DuckDBConnection(path: path, options)
            } catch {
                guard error.kind == .locked, let path else { throw error }
                // At least once, as whoever was in the way may have gone since.
                repeat {
                    if cancellation.wait(atMost: Self.lockPause) {
                        throw DatabaseError(.cancelled, .duckdb, "Cancelled.")
                    }
                    if MonotonicTime.milliseconds() >= deadline { throw error }
                } while Self.isHeld(path, from: options.isReadOnly ? F_RDLCK : F_WRLCK)
            }
        }
    }

    /// From one look at a lock to the next, in seconds: the kernel tells of locks, but not of their
    /// end without taking them, which would keep others out.
    private static let lockPause = 0.02

    /// Whether another process's lock on the file keeps such a lock out.
    private static func isHeld(_ path: String, from kind: Int32) -> Bool {
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        var lock = flock()
        (lock.l_type, lock.l_whence) = (Int16(kind), Int16(SEEK_SET))
        return fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != Int16(F_UNLCK)
    }
}
