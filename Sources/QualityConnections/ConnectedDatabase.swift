public import Connections
public import JSONText
public import Quality
public import QualityRunner

/// A session of any engine, as checks need it: PostgreSQL, DuckDB, and the files that DuckDB reads
/// in place. SQLite has ``SQLiteDatabase``, which brings the functions that it lacks.
public struct ConnectedDatabase: CheckDatabase {
    private let connection: any DatabaseConnection
    public let dialect: Dialect

    /// Opens `address` for reading.
    ///
    /// - Throws: where the engine cannot be reached, in its words.
    public init(_ address: ConnectionAddress) throws(DatabaseError) {
        connection = try address.open(ConnectionOptions(isReadOnly: true))
        dialect = address.engine == .postgresql ? .postgres : .duckdb
    }

    public func shape(of table: String) throws(QueryFailure) -> TableShape {
        let parts = table.split(separator: ".").map(String.init)
        // A name with dots may be one name or a schema and a name.
        let candidates =
            parts.count > 1
            ? [parts.map(dialect.quoted).joined(separator: "."), dialect.quoted(table)]
            : [dialect.quoted(table)]
        var failure = QueryFailure(message: "there is no table '\(table)'")
        for name in candidates {
            do throws(QueryFailure) {
                let columns = try ask("SELECT * FROM \(name) LIMIT 0").columns
                return TableShape(
                    sqlName: name,
                    columns: columns.map { TableShape.Column(name: $0.name, type: $0.type) })
            } catch {
                failure = error
            }
        }
        throw failure
    }

    public func rows(_ sql: String) throws(QueryFailure) -> [[JSONValue]] { try ask(sql).rows }

    public func columnNames(_ sql: String) throws(QueryFailure) -> [String] {
        try ask("SELECT * FROM (\(sql)) AS asked LIMIT 0").columns.map(\.name)
    }

    private func ask(
        _ sql: String
    ) throws(QueryFailure) -> (columns: [ResultColumn], rows: [[JSONValue]]) {
        var columns: [ResultColumn] = []
        var rows: [[JSONValue]] = []
        do {
            try connection.run(sql, parameters: [:], cancellation: Cancellation()) { event in
                switch event {
                case .columns(let found): columns = found
                case .rows(let batch):
                    for row in 0..<batch.rowCount {
                        rows.append(
                            columns.indices.map { Self.json(batch[row, $0], columns[$0]) })
                    }
                case .began, .ended: break
                }
            }
        } catch let error as DatabaseError {
            throw QueryFailure(message: error.message)
        } catch {
            throw QueryFailure(message: "\(error)")
        }
        return (columns, rows)
    }

    private static func json(_ cell: CellValue, _ column: ResultColumn) -> JSONValue {
        switch cell {
        case .null: .null
        case .boolean(let flag): .bool(flag)
        case .integer(let number): .integer(number)
        case .real(let number): .number(number)
        case .text(let text):
            // Exact decimals and integers of more than 64 bits come as texts.
            column.kind.isNumeric
                ? Int64(text).map { .integer($0) } ?? Double(text).map { .number($0) }
                    ?? .string(text) : .string(text)
        case .blob(let bytes): .string(String(decoding: bytes, as: UTF8.self))
        }
    }
}
