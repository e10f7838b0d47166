public import Connections
public import Transform
public import TransformRunner

/// A session with DuckDB or PostgreSQL, as a run needs it.
public final class ConnectedRunDatabase: RunDatabase {
    public let dialect: SQLDialect
    public let path: String
    public private(set) var changes = 0
    private let connection: any DatabaseConnection
    private var isInTransaction = false

    /// - Parameter path: where it is, for people; without a secret.
    public init(_ connection: any DatabaseConnection, path: String) {
        self.connection = connection
        self.path = path
        dialect = connection.engine == .postgresql ? .postgres : .duckdb
    }

    private func ask(
        _ sql: String, _ receive: (ResultEvent) -> Void
    ) throws(SQLFailure) {
        do {
            try connection.run(sql, parameters: [:], cancellation: Cancellation()) { event in
                if case .ended(let summary) = event, let count = summary.changes {
                    changes = count
                }
                receive(event)
            }
        } catch let error as DatabaseError {
            let hint = error.hint.map { " " + $0 } ?? ""
            throw SQLFailure(message: error.message + hint, statement: sql)
        } catch {
            throw SQLFailure(message: "\(error)", statement: sql)
        }
    }

    public func run(_ sql: String) throws { try ask(sql) { _ in } }

    public func query(_ sql: String) throws -> QueryTable {
        var columns: [ResultColumn] = []
        var result = QueryTable(columns: [], rows: [])
        try ask(sql) { event in
            switch event {
            case .columns(let found):
                columns = found
                result = QueryTable(columns: found.map(\.name), rows: [])
            case .rows(let batch):
                for row in 0..<batch.rowCount {
                    result.rows.append(
                        columns.indices.map { Self.value(batch[row, $0], columns[$0]) })
                }
            case .began, .ended: break
            }
        }
        return result
    }

    private static func value(_ cell: CellValue, _ column: ResultColumn) -> SQLValue {
        switch cell {
        case .null: return .null
        case .boolean(let flag): return .bool(flag)
        case .integer(let number): return .int(Int(number))
        case .real(let number): return .double(number)
        case .blob(let bytes): return .blob(bytes)
        case .text(let text):
            // Exact decimals, and integers of more than 64 bits, come as texts.
            guard column.kind.isNumeric else { return .text(text) }
            return Int(text).map { .int($0) } ?? Double(text).map { .double($0) } ?? .text(text)
        }
    }

    public func columnNames(of sql: String) throws -> [String] {
        try query("select * from (\n\(sql)\n) as asked limit 0").columns
    }

    // MARK: The catalogue

    public func kind(of relation: RelationName) throws -> String? {
        let place = Self.place(relation, "table_schema", "table_name")
        var sql = "select table_type from information_schema.tables where \(place)"
        // PostgreSQL's information schema knows no materialised views.
        if dialect == .postgres {
            sql +=
                " union all select 'materialized view' from pg_catalog.pg_matviews where "
                + Self.place(relation, "schemaname", "matviewname")
        }
        guard case .text(let type)? = try query(sql).rows.first?.first else { return nil }
        switch type {
        case "VIEW": return "view"
        case "materialized view": return "materialized view"
        default: return "table"
        }
    }

    public func columns(of relation: RelationName) throws -> [(name: String, type: String)] {
        try columns(where: Self.place(relation, "table_schema", "table_name"))
    }

    public func columns(ofTemporary table: String) throws -> [(name: String, type: String)] {
        let schema =
            dialect == .duckdb
            ? "table_catalog = 'temp'"
            : "table_schema = (select nspname from pg_catalog.pg_namespace "
                + "where oid = pg_my_temp_schema())"
        return try columns(where: "\(schema) and table_name = \(SQLText.literal(table))")
    }

    private func columns(where place: String) throws -> [(name: String, type: String)] {
        // The types of PostgreSQL's information schema lack their lengths.
        let sql =
            dialect == .duckdb
            ? "select column_name, data_type from information_schema.columns where \(place) "
                + "order by ordinal_position"
            : "select a.attname::text, format_type(a.atttypid, a.atttypmod) from "
                + "pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid "
                + "join pg_catalog.pg_namespace n on n.oid = c.relnamespace "
                + "where a.attnum > 0 and not a.attisdropped and "
                + place.replacing("table_schema", with: "n.nspname")
                .replacing("table_name", with: "c.relname") + " order by a.attnum"
        return try query(sql).rows.compactMap { row in
            guard row.count == 2, case .text(let name) = row[0], case .text(let type) = row[1]
            else { return nil }
            return (name, type)
        }
    }

    private static func place(
        _ relation: RelationName, _ schema: String, _ table: String
    ) -> String {
        "lower(\(schema)) = \(SQLText.literal(relation.schema.lowercased())) and "
            + "lower(\(table)) = \(SQLText.literal(relation.identifier.lowercased()))"
    }

    public func makeSchemas(_ names: [String]) throws {
        for name in names where !name.isEmpty {
            try run("create schema if not exists \(SQLText.quoted(name))")
        }
    }

    // MARK: Rows

    /// A statement takes so many bytes of values; more rows come in further ones.
    private static let insertBytes = 1 << 18

    public func insert(_ rows: [[SQLValue]], into table: String, width: Int) throws {
        var waiting: [String] = []
        var bytes = 0
        for row in rows {
            let values = row.prefix(width).map(literal).joined(separator: ", ")
            waiting.append("(\(values))")
            bytes += values.utf8.count
            if bytes > Self.insertBytes || waiting.count == 2_000 {
                try flush(&waiting, into: table)
                bytes = 0
            }
        }
        try flush(&waiting, into: table)
    }

    private func flush(_ rows: inout [String], into table: String) throws {
        guard !rows.isEmpty else { return }
        try run("insert into \(table) values \(rows.joined(separator: ", "))")
        rows = []
    }

    private func literal(_ value: SQLValue) -> String {
        switch value {
        case .null: return "null"
        case .int(let number): return "\(number)"
        case .double(let number): return number.isFinite ? "\(number)" : "'\(number)'"
        case .bool(let flag): return flag ? "true" : "false"
        case .text(let text): return SQLText.literal(text)
        case .blob(let bytes):
            return dialect == .postgres
                ? "'\\x\(Digest.hex(bytes))'" : "from_hex('\(Digest.hex(bytes))')"
        }
    }

    // MARK: Transactions

    public func transaction<Result>(_ work: () throws -> Result) throws -> Result {
        try run("begin")
        do {
            let result = try work()
            try run("commit")
            return result
        } catch {
            // The statement that failed may have ended the session; its own error tells more.
            try? run("rollback")
            throw error
        }
    }

    /// Servers let writers wait by themselves; a file of DuckDB has one process at a time, which
    /// was waited for when it was opened.
    public func waitForOthers() {}
}
