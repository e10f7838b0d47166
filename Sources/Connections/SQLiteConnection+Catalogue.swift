import CSQLite

extension SQLiteConnection {
    /// Databases up to this size are read through to tell what each table takes.
    private static let measuredBytes: Int64 = 64 << 20

    public func names(cancellation: Cancellation) throws -> Catalogue {
        var tables: [Catalogue.Table] = []
        for row in try rows("PRAGMA database_list", cancellation: cancellation) {
            guard row.count > 1, case .text(let schema) = row[1] else { continue }
            tables += try self.tables(of: schema, cancellation)
        }
        return Catalogue(tables: tables)
    }

    public func addSizes(to catalogue: inout Catalogue, cancellation: Cancellation) throws {
        for schema in Set(catalogue.tables.map(\.schema)) {
            let name = SQLQuoting.name(schema)
            let places = catalogue.tables.indices.filter { catalogue.tables[$0].schema == schema }
            addRows(to: &catalogue.tables, places, name, cancellation)
            addBytes(to: &catalogue.tables, places, name, schema, cancellation)
        }
        // What could not be read has no size; only of what was stopped nothing is said.
        if cancellation.isRequested { throw DatabaseError(.cancelled, .sqlite, "Cancelled.") }
    }

    private func tables(
        of schema: String, _ cancellation: Cancellation
    ) throws -> [Catalogue.Table] {
        let name = SQLQuoting.name(schema)
        let master = name + ".sqlite_master"
        var tables: [Catalogue.Table] = []
        var places: [String: Int] = [:]
        let found = try rows(
            "SELECT name, type, coalesce(sql, '') FROM \(master) WHERE type IN ('table', 'view') "
                + "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
            cancellation: cancellation)
        for row in found {
            guard case .text(let table) = row[0], case .text(let sql) = row[2] else { continue }
            let isVirtual = sql.uppercased().hasPrefix("CREATE VIRTUAL")
            let kind: Catalogue.Table.Kind =
                row[1] == .text("view") ? .view : isVirtual ? .virtual : .table
            places[table] = tables.count
            tables.append(Catalogue.Table(schema: schema, name: table, kind: kind))
        }
        try addColumns(to: &tables, places, master, schema, cancellation)
        try addIndexes(to: &tables, places, master, schema, cancellation)
        return tables
    }

    private func addColumns(
        to tables: inout [Catalogue.Table], _ places: [String: Int], _ master: String,
        _ schema: String, _ cancellation: Cancellation
    ) throws {
        // One statement for all tables; where one table cannot be described (a view on a table that
        // is gone) the others still are, one by one.
        let columns = "c.name, c.type, c.\"notnull\", c.pk"
        let one = "pragma_table_xinfo(m.name, \(SQLQuoting.literal(schema))) c WHERE c.hidden <> 1"
        let all = try? rows(
            "SELECT m.name, \(columns) FROM \(master) m, \(one) AND m.type IN ('table', 'view')",
            cancellation: cancellation)
        let found =
            try all
            ?? tables.flatMap { table -> [[CellValue]] in
                if cancellation.isRequested {
                    throw DatabaseError(.cancelled, .sqlite, "Cancelled.")
                }
                let literal = SQLQuoting.literal(table.name)
                return
                    (try? rows(
                        "SELECT m.name, \(columns) FROM (SELECT \(literal) AS name) m, \(one)"))
                    ?? []
            }
        for row in found {
            guard row.count == 5, case .text(let table) = row[0], let place = places[table],
                case .text(let name) = row[1]
            else { continue }
            var type = ""
            if case .text(let declared) = row[2] { type = declared }
            tables[place].columns.append(
                Catalogue.Column(
                    name: name, type: type, isNullable: row[3] == .integer(0),
                    isPrimaryKey: row[4] != .integer(0)))
        }
    }

    private func addIndexes(
        to tables: inout [Catalogue.Table], _ places: [String: Int], _ master: String,
        _ schema: String, _ cancellation: Cancellation
    ) throws {
        let literal = SQLQuoting.literal(schema)
        let found = try rows(
            "SELECT m.name, i.name, i.\"unique\", c.name FROM \(master) m, "
                + "pragma_index_list(m.name, \(literal)) i, pragma_index_xinfo(i.name, \(literal)) c "
                + "WHERE m.type = 'table' AND c.key = 1 ORDER BY m.name, i.name, c.seqno",
            cancellation: cancellation)
        for row in found {
            guard case .text(let table) = row[0], let place = places[table],
                case .text(let name) = row[1]
            else { continue }
            var column = "(expression)"
            if case .text(let named) = row[3] { column = named }
            if tables[place].indexes.last?.name == name {
                tables[place].indexes[tables[place].indexes.count - 1].columns.append(column)
            } else {
                tables[place].indexes.append(
                    Catalogue.Index(name: name, columns: [column], isUnique: row[2] == .integer(1)))
            }
        }
    }

    /// By the statistics of ANALYZE, or else by the largest row id, which is found at once and is
    /// at least the number of rows of a table that was never emptied in between.
    private func addRows(
        to tables: inout [Catalogue.Table], _ places: [Int], _ schema: String,
        _ cancellation: Cancellation
    ) {
        var counted: [String: Int64] = [:]
        let statistics = try? rows(
            "SELECT tbl, max(CAST(stat AS INTEGER)) FROM \(schema).sqlite_stat1 GROUP BY tbl",
            cancellation: cancellation)
        for row in statistics ?? [] {
            if case .text(let table) = row[0], case .integer(let count) = row[1] {
                counted[table] = count
            }
        }
        for place in places where tables[place].kind == .table && !cancellation.isRequested {
            let table = schema + "." + SQLQuoting.name(tables[place].name)
            if let count = counted[tables[place].name] {
                tables[place].rows = count
            } else if let row = try? rows("SELECT max(rowid) FROM \(table)").first {
                if case .integer(let largest) = row[0] { tables[place].rows = largest }
                if row[0] == .null { (tables[place].rows, tables[place].isCounted) = (0, true) }
            }
        }
    }

    private func addBytes(
        to tables: inout [Catalogue.Table], _ places: [Int], _ name: String, _ schema: String,
        _ cancellation: Cancellation
    ) {
        guard let size = try? rows("PRAGMA \(name).page_count").first?.first,
            case .integer(let pages) = size, pages * 4_096 <= Self.measuredBytes,
            let owners = try? rows("SELECT name, tbl_name FROM \(name).sqlite_master"),
            let found = try? rows(
                "SELECT name, pgsize FROM dbstat WHERE schema = \(SQLQuoting.literal(schema)) "
                    + "AND aggregate = TRUE", cancellation: cancellation)
        else { return }
        // Joined here: SQLite would look through its master table for each line.
        var tableNames: [String: String] = [:]
        for row in owners {
            if case .text(let name) = row[0], case .text(let table) = row[1] {
                tableNames[name] = table
            }
        }
        var bytes: [String: Int64] = [:]
        for row in found {
            if case .text(let name) = row[0], case .integer(let size) = row[1] {
                bytes[tableNames[name] ?? name, default: 0] += size
            }
        }
        for place in places { tables[place].bytes = bytes[tables[place].name] }
    }
}
