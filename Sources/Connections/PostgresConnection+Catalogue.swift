extension PostgresConnection {
    private static let own = "n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'"

    public func names(cancellation: Cancellation) throws -> Catalogue {
        var tables: [Catalogue.Table] = []
        var places: [Int64: Int] = [:]
        let kinds: [String: Catalogue.Table.Kind] = [
            "r": .table, "p": .table, "v": .view, "m": .materialisedView, "f": .foreign,
        ]
        let found = try rows(
            "SELECT c.oid::int8, n.nspname::text, c.relname::text, c.relkind::text, "
                + "c.reltuples::int8 "
                + "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                + "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND \(Self.own) ORDER BY 2, 3",
            cancellation: cancellation)
        for row in found {
            guard case .integer(let oid) = row[0], case .text(let schema) = row[1],
                case .text(let name) = row[2], case .text(let letter) = row[3]
            else { continue }
            var table = Catalogue.Table(schema: schema, name: name, kind: kinds[letter] ?? .table)
            // Minus one: never analyzed.
            if case .integer(let count) = row[4], count >= 0, letter != "v" { table.rows = count }
            places[oid] = tables.count
            tables.append(table)
        }
        try addColumns(to: &tables, places, cancellation)
        try addIndexes(to: &tables, places, cancellation)
        return Catalogue(tables: tables)
    }

    /// Waits for tables that are locked against readers.
    public func addSizes(to catalogue: inout Catalogue, cancellation: Cancellation) throws {
        let found = try rows(
            "SELECT n.nspname::text, c.relname::text, pg_total_relation_size(c.oid) "
                + "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                + "WHERE c.relkind IN ('r', 'm') AND \(Self.own)", cancellation: cancellation)
        var sizes: [[CellValue]: Int64] = [:]
        for row in found {
            if case .integer(let bytes) = row[2] { sizes[Array(row[..<2])] = bytes }
        }
        for place in catalogue.tables.indices {
            let table = catalogue.tables[place]
            catalogue.tables[place].bytes = sizes[[.text(table.schema), .text(table.name)]]
        }
    }

    private func addColumns(
        to tables: inout [Catalogue.Table], _ places: [Int64: Int], _ cancellation: Cancellation
    ) throws {
        let found = try rows(
            "SELECT a.attrelid::int8, a.attname::text, format_type(a.atttypid, a.atttypmod), "
                + "a.attnotnull, coalesce(a.attnum = ANY(i.indkey::int2[]), false) "
                + "FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
                + "JOIN pg_namespace n ON n.oid = c.relnamespace "
                + "LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary "
                + "WHERE a.attnum > 0 AND NOT a.attisdropped AND \(Self.own) "
                + "AND c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY a.attrelid, a.attnum",
            cancellation: cancellation)
        for row in found {
            guard case .integer(let oid) = row[0], let place = places[oid],
                case .text(let name) = row[1], case .text(let type) = row[2]
            else { continue }
            tables[place].columns.append(
                Catalogue.Column(
                    name: name, type: type, isNullable: row[3] == .boolean(false),
                    isPrimaryKey: row[4] == .boolean(true)))
        }
    }

    private func addIndexes(
        to tables: inout [Catalogue.Table], _ places: [Int64: Int], _ cancellation: Cancellation
    ) throws {
        let found = try rows(
            "SELECT i.indrelid::int8, c.relname::text, i.indisunique, "
                + "pg_get_indexdef(i.indexrelid, k, true) "
                + "FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
                + "JOIN pg_namespace n ON n.oid = c.relnamespace, "
                + "generate_series(1, i.indnkeyatts) k WHERE \(Self.own) "
                + "ORDER BY i.indrelid, c.relname, k", cancellation: cancellation)
        for row in found {
            guard case .integer(let oid) = row[0], let place = places[oid],
                case .text(let name) = row[1], case .text(let column) = row[3]
            else { continue }
            if tables[place].indexes.last?.name == name {
                tables[place].indexes[tables[place].indexes.count - 1].columns.append(column)
            } else {
                tables[place].indexes.append(
                    Catalogue.Index(
                        name: name, columns: [column], isUnique: row[2] == .boolean(true)))
            }
        }
    }
}
