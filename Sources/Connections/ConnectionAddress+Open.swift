extension ConnectionAddress {
    /// Opens a session; blocks until the engine has answered or `cancellation` is asked for.
    public func open(
        _ options: ConnectionOptions = ConnectionOptions(),
        cancellation: Cancellation = Cancellation()
    ) throws(DatabaseError) -> any DatabaseConnection {
        switch self {
        case .sqlite(let path): return try SQLiteConnection(path: path, options)
        case .postgresql, .duckdb, .file: throw DatabaseError(.unsupported, engine, "Not yet.")
        }
    }
}
