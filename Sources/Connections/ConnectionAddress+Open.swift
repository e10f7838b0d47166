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
        case .duckdb(let path): return try DuckDBConnection(path: path, options)
        case .file(let path, let format):
            return try DuckDBConnection(file: path, format: format, options)
        }
    }
}
