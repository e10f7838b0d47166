import ByteText
public import Domain
import Glibc
import SQLText

/// Writes the rows of a query to a file by the engine's own means, which are many times faster than
/// taking row by row: PostgreSQL's `COPY … TO STDOUT`, and DuckDB's `COPY … TO` a file.
///
/// CSV comes out byte for byte as ``RowEncoder`` writes it. Where it would not, the engine is not
/// asked.
public enum EngineExport {
    public enum Format: Hashable, Sendable {
        case csv
        /// DuckDB alone.
        case parquet
    }

    /// Writes what `text` gives to the file at `path`, which appears whole or not at all; its mode
    /// is that of the file that it replaces.
    ///
    /// - Returns: The rows; nil where the engine cannot, or would write something else: several
    ///   statements, no plain query, kinds of columns with another text, a path that is no file.
    ///   Nothing was run then.
    /// - Throws: ``DatabaseError`` of the query, with its place in `text`.
    public static func write(
        _ text: String, as format: Format, on connection: any DatabaseConnection,
        parameters: [String: CellValue], toFile path: String, cancellation: Cancellation
    ) throws -> Int? {
        guard connection.engine != .sqlite, format == .csv || connection.engine == .duckdb,
            let query = query(in: text, connection, parameters), let target = ExportTarget(path)
        else { return nil }
        var columns: [ResultColumn] = []
        if format == .csv {
            columns = self.columns(of: query.text, connection, parameters, cancellation)
            if cancellation.isRequested {
                throw DatabaseError(.cancelled, connection.engine, "Cancelled.")
            }
            guard isPlain(columns, connection.engine) else { return nil }
        }
        let count =
            connection.engine == .duckdb
            ? try duckdb(query, format, text, connection, parameters, target, cancellation)
            : try postgres(query, columns, text, connection, target, cancellation)
        try target.finish()
        return count
    }

    private struct Query {
        var text: String
        /// Where it begins in the text it came from.
        var start: Int
    }

    /// The one query of a text; nil where it is something else.
    private static func query(
        in text: String, _ connection: any DatabaseConnection, _ parameters: [String: CellValue]
    ) -> Query? {
        let bytes = Array(text.utf8)
        let statements = StatementText.split(bytes, connection.engine)
        guard let statement = statements.first, statements.count == 1, !statement.isUnterminated,
            let word = statement.firstWords(1, bytes).first,
            ["SELECT", "WITH", "FROM", "VALUES", "TABLE"].contains(word)
        else { return nil }
        // COPY takes no values beside its text.
        let takesValues = connection.engine == .duckdb
        guard takesValues || !statement.tokens.contains(where: { $0.kind == .parameter }) else {
            return nil
        }
        return Query(
            text: String(decoding: bytes[statement.range], as: UTF8.self),
            start: statement.range.lowerBound)
    }

    /// The columns that a query would give; none where it is wrong.
    private static func columns(
        of query: String, _ connection: any DatabaseConnection,
        _ parameters: [String: CellValue], _ cancellation: Cancellation
    ) -> [ResultColumn] {
        var columns: [ResultColumn] = []
        // What is wrong with the query is told when it is run.
        try? connection.run(
            "SELECT * FROM (\n\(query)\n) AS q LIMIT 0", parameters: parameters,
            cancellation: cancellation
        ) { if case .columns(let found) = $0 { columns = found } }
        return columns
    }

    /// Whether the columns are of kinds that the engine writes as we do, under different names.
    private static func isPlain(_ columns: [ResultColumn], _ engine: DatabaseEngine) -> Bool {
        guard !columns.isEmpty, Set(columns.map(\.name)).count == columns.count else {
            return false
        }
        // DuckDB does not mind a line that is `\.` alone.
        if engine == .duckdb, columns.count == 1, !columns[0].kind.isNumeric { return false }
        return columns.allSatisfy { column in
            switch column.kind {
            // DuckDB writes single precision with more digits here than there.
            case .real where column.type == "FLOAT": engine == .postgresql
            case .boolean: engine == .duckdb
            case .blob, .other, .any, .interval: false
            case .json: engine == .postgresql
            default: true
            }
        }
    }

    private static func duckdb(
        _ query: Query, _ format: Format, _ text: String, _ connection: any DatabaseConnection,
        _ parameters: [String: CellValue], _ target: ExportTarget, _ cancellation: Cancellation
    ) throws -> Int {
        let options = format == .csv ? "FORMAT csv, HEADER" : "FORMAT parquet"
        let head = "COPY (\n"
        let tail = "\n) TO \(SQLQuoting.literal(target.temporary)) (\(options))"
        var count = 0
        try StatementText.relocating(by: head.utf8.count - query.start, in: text) {
            try connection.run(
                head + query.text + tail, parameters: parameters, cancellation: cancellation
            ) { if case .ended(let summary) = $0 { count = summary.changes ?? 0 } }
        }
        return count
    }

    private static func postgres(
        _ query: Query, _ columns: [ResultColumn], _ text: String,
        _ connection: any DatabaseConnection, _ target: ExportTarget, _ cancellation: Cancellation
    ) throws -> Int {
        let head = "COPY (\n"
        let (heading, line) = (CopiedLine([]), CopiedLine(columns))
        var lines = 0
        var out = ByteSink(capacity: 1 << 19)
        try StatementText.relocating(by: head.utf8.count - query.start, in: text) {
            try connection.run(
                head + query.text + "\n) TO STDOUT (FORMAT csv, HEADER)", parameters: [:],
                cancellation: cancellation
            ) { event in
                guard case .rows(let batch) = event else { return }
                for row in 0..<batch.rowCount {
                    batch.withBytes(row: row, column: 0) {
                        (lines == 0 ? heading : line).append($0, to: &out)
                    }
                    out.append(10)
                    lines += 1
                }
                if out.count >= 1 << 18 {
                    try out.withBytes { try target.write($0) }
                    out.removeAll()
                }
            }
        }
        try out.withBytes { try target.write($0) }
        return max(0, lines - 1)
    }
}

/// Why a file could not be written.
public struct ExportError: UserFacingError, Hashable {
    public var path: String
    public var code: Int32

    public var problem: String { "\(path) cannot be written: \(String(cString: strerror(code)))." }
    public var remedy: String {
        code == ENOSPC ? "Make room on the disk, and run it again." : "Choose another file."
    }
}
