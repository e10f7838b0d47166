import Glibc

/// A session with DuckDB, by its command line program.
public final class DuckDBConnection: DatabaseConnection {
    public let engine = DatabaseEngine.duckdb
    public private(set) var version = "DuckDB"
    let program: DuckDBProgram

    /// Opens the file at `path`; nil: a database in memory.
    public convenience init(path: String?, _ options: ConnectionOptions) throws(DatabaseError) {
        if let path, !options.makesFile, access(path, F_OK) != 0 {
            var error = DatabaseError(.cannotOpen, .duckdb, "There is no file \(path).")
            error.hint = "Check the path: a database that does not exist is not made by a query."
            throw error
        }
        var arguments = options.isReadOnly && path != nil ? ["-readonly"] : []
        if let path { arguments.append(path) }
        try self.init(arguments, options, holdsDatabase: path == nil)
    }

    /// Opens a file that is no database, as a view named like it without its ending; a pattern
    /// (`part-*.parquet`) stands for several.
    public convenience init(
        file: String, format: ConnectionAddress.FileFormat, _ options: ConnectionOptions
    ) throws(DatabaseError) {
        let base = file.split(separator: "/").last.map(String.init) ?? file
        let name = String(base.prefix { $0 != "." })
        let isPattern = file.contains { $0 == "*" || $0 == "?" || $0 == "[" }
        guard isPattern || access(file, R_OK) == 0 else {
            throw DatabaseError(
                .cannotOpen, .duckdb, "\(file): " + String(cString: strerror(errno)))
        }
        try self.init([], options, holdsDatabase: true)
        let reader =
            switch format {
            case .csv: "read_csv"
            case .json: "read_json"
            case .parquet: "read_parquet"
            }
        let view = SQLQuoting.name(isPattern || name.isEmpty ? "data" : name)
        do {
            try execute(
                "CREATE VIEW \(view) AS SELECT * FROM \(reader)(\(SQLQuoting.literal(file)))")
        } catch {
            close()
            throw (error as? DatabaseError) ?? DatabaseError(.cannotOpen, .duckdb, "\(error)")
        }
    }

    private init(
        _ arguments: [String], _ options: ConnectionOptions, holdsDatabase: Bool
    ) throws(DatabaseError) {
        program = try DuckDBProgram(arguments, holdsDatabase: holdsDatabase)
        let settings = [
            // The greeting has no end of line of its own.
            ".print", ".mode jsonlines", ".changes off", ".highlight_errors off",
            "SET enable_progress_bar = false;",
        ]
        let answer = program.ask(
            Array(settings.joined(separator: "\n").utf8), Cancellation(), idle: { -1 },
            line: { _ in true })
        guard !answer.isLost, answer.errors.isEmpty else {
            close()
            throw DuckDBErrors.error(answer.errors, fallback: .cannotOpen)
        }
        do {
            if case .text(let text)? = try rows("SELECT version()").first?.first {
                version = "DuckDB " + text
            }
            for (name, file) in options.attached.sorted(by: { $0.key < $1.key }) {
                let mode = options.isReadOnly ? " (READ_ONLY)" : ""
                try execute(
                    "ATTACH \(SQLQuoting.literal(file)) AS \(SQLQuoting.name(name))\(mode)")
            }
        } catch {
            close()
            throw (error as? DatabaseError) ?? DatabaseError(.cannotOpen, .duckdb, "\(error)")
        }
    }

    deinit { close() }

    public var isOpen: Bool { program.isRunning }

    public func close() { program.close() }
}
