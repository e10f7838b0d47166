public import Domain
import Glibc
import SQLText

/// Writes the rows of a query to a file by the engine's own means, which are many times faster than
/// taking row by row: PostgreSQL's `COPY … TO STDOUT`, and DuckDB's `COPY … TO` a file.
///
/// CSV comes out as ``RowEncoder`` writes it, but for numbers with a fraction, which are as the
/// engine writes them (PostgreSQL: `1` and not `1.0`). Where more would differ, the engine is not
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
            let query = query(in: text, connection, parameters),
            format == .parquet || isPlain(query.text, connection, parameters, cancellation),
            let target = ExportTarget(path)
        else { return nil }
        let count =
            connection.engine == .duckdb
            ? try duckdb(query, format, text, connection, parameters, target, cancellation)
            : try postgres(query, text, connection, target, cancellation)
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

    /// Whether the columns are of kinds that the engine writes as we do, under different names.
    private static func isPlain(
        _ query: String, _ connection: any DatabaseConnection, _ parameters: [String: CellValue],
        _ cancellation: Cancellation
    ) -> Bool {
        var columns: [ResultColumn] = []
        // What is wrong with the query is told when it is run.
        try? connection.run(
            "SELECT * FROM (\n\(query)\n) AS q LIMIT 0", parameters: parameters,
            cancellation: cancellation
        ) { if case .columns(let found) = $0 { columns = found } }
        guard !columns.isEmpty, Set(columns.map(\.name)).count == columns.count else {
            return false
        }
        return columns.allSatisfy { column in
            switch column.kind {
            case .boolean: connection.engine == .duckdb
            case .blob, .other, .any, .interval: false
            case .json: connection.engine == .postgresql
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
        _ query: Query, _ text: String, _ connection: any DatabaseConnection,
        _ target: ExportTarget, _ cancellation: Cancellation
    ) throws -> Int {
        let head = "COPY (\n"
        var lines = 0
        var out: [UInt8] = []
        try StatementText.relocating(by: head.utf8.count - query.start, in: text) {
            try connection.run(
                head + query.text + "\n) TO STDOUT (FORMAT csv, HEADER)", parameters: [:],
                cancellation: cancellation
            ) { event in
                guard case .rows(let batch) = event else { return }
                for row in 0..<batch.rowCount {
                    batch.withBytes(row: row, column: 0) { out.append(contentsOf: $0) }
                    out.append(10)
                }
                lines += batch.rowCount
                if out.count >= 1 << 18 {
                    try target.write(out)
                    out.removeAll(keepingCapacity: true)
                }
            }
        }
        try target.write(out)
        return max(0, lines - 1)
    }
}

/// A file that is written beside its place, and put there when it is whole.
private final class ExportTarget {
    let temporary: String
    private let path: String
    private let mode: mode_t?
    private var descriptor: Int32 = -1
    private var isFinished = false

    /// Nil where something that is no file stands in the place.
    init?(_ path: String) {
        var status = stat()
        let isThere = stat(path, &status) == 0
        guard !isThere || status.st_mode & S_IFMT == S_IFREG else { return nil }
        mode = isThere ? status.st_mode & 0o777 : nil
        self.path = path
        temporary = path + ".part-\(getpid())"
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if !isFinished { unlink(temporary) }
    }

    func write(_ bytes: [UInt8]) throws {
        if descriptor < 0 {
            descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
            guard descriptor >= 0 else { throw failure(errno) }
        }
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress.map { $0 + done }, bytes.count - done)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(errno) }
            done += count
        }
    }

    func finish() throws {
        if let mode { chmod(temporary, mode) }
        guard rename(temporary, path) == 0 else { throw failure(errno) }
        isFinished = true
    }

    private func failure(_ code: Int32) -> ExportError { ExportError(path: path, code: code) }
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
