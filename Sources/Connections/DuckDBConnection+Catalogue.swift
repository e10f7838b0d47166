extension DuckDBConnection {
    private static let visible = "database_name NOT IN ('system', 'temp') AND NOT internal"

    public func names(cancellation: Cancellation) throws -> Catalogue {
        var tables: [Catalogue.Table] = []
        var places: [String: Int] = [:]
        let found = try rows(
            "SELECT schema_name, table_name, database_name, FALSE AS v "
                + "FROM duckdb_tables() WHERE \(Self.visible) UNION ALL "
                + "SELECT schema_name, view_name, database_name, TRUE FROM duckdb_views() "
                + "WHERE \(Self.visible) ORDER BY 3, 1, 2", cancellation: cancellation)
        let current = try currentDatabase(cancellation)
        for row in found {
            guard case .text(let schema) = row[0], case .text(let name) = row[1],
                case .text(let database) = row[2]
            else { continue }
            places[database + "\0" + schema + "\0" + name] = tables.count
            tables.append(
                Catalogue.Table(
                    schema: Self.shown(schema, of: database, current), name: name,
                    kind: row[3] == .boolean(true) ? .view : .table))
        }
        let columns = try rows(
            "SELECT database_name, schema_name, table_name, column_name, data_type, is_nullable "
                + "FROM duckdb_columns() WHERE NOT internal ORDER BY 1, 2, 3, column_index",
            cancellation: cancellation)
        for row in columns {
            guard let place = Self.place(row, places), case .text(let name) = row[3],
                case .text(let type) = row[4]
            else { continue }
            tables[place].columns.append(
                Catalogue.Column(
                    name: name, type: type, isNullable: row[5] == .boolean(true),
                    isPrimaryKey: false))
        }
        try addKeys(to: &tables, places, cancellation)
        return Catalogue(tables: tables)
    }

    public func addSizes(to catalogue: inout Catalogue, cancellation: Cancellation) throws {
        let found = try rows(
            "SELECT schema_name, table_name, database_name, estimated_size "
                + "FROM duckdb_tables() WHERE \(Self.visible)", cancellation: cancellation)
        let current = try currentDatabase(cancellation)
        var counts: [[String]: Int64] = [:]
        for row in found {
            guard case .text(let schema) = row[0], case .text(let name) = row[1],
                case .text(let database) = row[2], case .integer(let count) = row[3]
            else { continue }
            counts[[Self.shown(schema, of: database, current), name]] = count
        }
        for place in catalogue.tables.indices {
            let table = catalogue.tables[place]
            catalogue.tables[place].rows = counts[[table.schema, table.name]]
        }
    }

    private func currentDatabase(_ cancellation: Cancellation) throws -> CellValue? {
        try rows("SELECT current_database()", cancellation: cancellation).first?.first
    }

    /// An attached database is named before the schema, as in SQL.
    private static func shown(
        _ schema: String, of database: String, _ current: CellValue?
    ) -> String { current == .text(database) ? schema : database + "." + schema }

    private static func place(_ row: [CellValue], _ places: [String: Int]) -> Int? {
        guard case .text(let database) = row[0], case .text(let schema) = row[1],
            case .text(let table) = row[2]
        else { return nil }
        return places[database + "\0" + schema + "\0" + table]
    }

    private func addKeys(
        to tables: inout [Catalogue.Table], _ places: [String: Int], _ cancellation: Cancellation
    ) throws {
        let keys = try rows(
            "SELECT database_name, schema_name, table_name, unnest(constraint_column_names) "
                + "FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY'",
            cancellation: cancellation)
        for row in keys {
            guard let place = Self.place(row, places), case .text(let name) = row[3],
                let column = tables[place].columns.firstIndex(where: { $0.name == name })
            else { continue }
            tables[place].columns[column].isPrimaryKey = true
        }
        let indexes = try rows(
            "SELECT database_name, schema_name, table_name, index_name, is_unique, expressions "
                + "FROM duckdb_indexes()", cancellation: cancellation)
        for row in indexes {
            guard let place = Self.place(row, places), case .text(let name) = row[3] else {
                continue
            }
            var columns: [String] = []
            if case .text(let list) = row[5] {
                columns = list.split { "[], '\"".contains($0) }.map(String.init)
            }
            tables[place].indexes.append(
                Catalogue.Index(name: name, columns: columns, isUnique: row[4] == .boolean(true)))
        }
    }
}
