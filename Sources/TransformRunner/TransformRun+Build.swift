import Domain
import Transform

extension TransformRun {
    func build(_ node: TransformNode, _ result: inout NodeResult) throws {
        guard let relation = node.relation else { return }
        let oldKind = try database.kind(of: relation)
        let isFull = node.config["full_refresh"]?.bool ?? isFullRefresh
        if node.materialized == "incremental", Incremental.strategy(node.config) == "microbatch" {
            return try buildBatches(
                node, relation, isFirst: oldKind != "table" || isFull, oldKind, &result)
        }
        if node.materialized == "incremental" { try Incremental.check(node.config) }
        let isIncremental =
            node.materialized == "incremental" && oldKind == "table" && !isFull
        let compiled = try session.compile(node, isIncremental: isIncremental)
        result.compiledSQL = compiled.sql
        result.rewrites = compiled.rewrites
        result.warnings = compiled.warnings
        guard !SQLScanner.isBlank(compiled.sql) else {
            throw NodeTrouble(
                "\(node.path): the model has no SQL", "Write a select, or remove the file.")
        }
        var warnings = compiled.warnings
        var added: Int?
        try transaction(node, compiled.config, isIncremental: isIncremental) {
            if let header = compiled.config["sql_header"]?.string, !SQLScanner.isBlank(header) {
                try database.run(adapted(header))
            }
            switch compiled.config["materialized"]?.string ?? node.materialized {
            case "view":
                try checkContract(node, compiled)
                try run(Materialisation.view(relation, sql: compiled.sql, oldKind: oldKind))
                // SQLite looks at the columns of a view only when it is read; others have by now.
                try database.check("select * from \(relation.sql)")
            case "table", "materialized_view":
                try makeTable(node, relation, compiled, oldKind)
            case "incremental":
                if isIncremental {
                    let step = try add(node, relation, compiled)
                    warnings += step.warnings
                    added = step.rows
                } else {
                    try makeTable(node, relation, compiled, oldKind)
                }
            case let other:
                let known = ["view", "table", "incremental", "ephemeral", "materialized_view"]
                throw NodeTrouble(
                    "\(node.path): there is no materialization '\(other)' here",
                    nearestName(to: other, among: known).map { "Write '\($0)' instead." }
                        ?? "Write one of \(known.joined(separator: ", ")).")
            }
        }
        result.warnings = warnings
        result.rows = isIncremental ? added : try rowCount(relation, compiled.config, node)
        result.message = "OK"
    }

    /// The rows of a table that was just filled; nil for a view.
    private func rowCount(
        _ relation: RelationName, _ config: ConfigMap, _ node: TransformNode
    ) throws -> Int? {
        guard (config["materialized"]?.string ?? node.materialized) != "view" else { return nil }
        // A table that SQLite made by a query numbers its rows from 1: the last number is looked up, and
        // nothing is counted. With a contract a column may be the number.
        let isPlain =
            database.dialect == .sqlite && config["contract"]?.map?["enforced"]?.bool != true
        return try database.count(
            "select \(isPlain ? "max(rowid)" : "count(*)") from \(relation.sql)")
    }

    private func makeTable(
        _ node: TransformNode, _ relation: RelationName, _ compiled: CompiledNode,
        _ oldKind: String?
    ) throws {
        guard compiled.config["contract"]?.map?["enforced"]?.bool == true else {
            return try run(Materialisation.table(relation, sql: compiled.sql, oldKind: oldKind))
        }
        let columns = try database.columnNames(of: SQLScanner.trimmed(compiled.sql))
        try run(
            Materialisation.contractedTable(
                relation, sql: compiled.sql, oldKind: oldKind, contract: node.columns,
                constraints: node.extra["constraints"]?.asList.compactMap(\.map) ?? [],
                columns: columns))
    }

    /// A contract is one for a view, too, and for the rows that are added to a table.
    private func checkContract(_ node: TransformNode, _ compiled: CompiledNode) throws {
        guard compiled.config["contract"]?.map?["enforced"]?.bool == true else { return }
        try Materialisation.check(
            contract: node.columns,
            against: database.columnNames(of: SQLScanner.trimmed(compiled.sql)))
    }

    /// Adds the rows of an incremental model; gives warnings about its keys and how many came.
    private func add(
        _ node: TransformNode, _ relation: RelationName, _ compiled: CompiledNode
    ) throws -> (warnings: [String], rows: Int) {
        let temporary = "spillway_new_rows"
        try database.run("create temp table \(temporary) as \(SQLScanner.trimmed(compiled.sql))")
        let source = database.dialect.temporary(temporary)
        let config = adapted(compiled.config)
        var warnings: [String] = []
        let new = try database.columns(ofTemporary: temporary)
        let change = try Incremental.schemaChange(
            config, target: relation, source: new, existing: database.columns(of: relation))
        if let checks = Incremental.keyChecks(config, source: source) {
            let strategy = Incremental.strategy(config)
            let nulls = try database.count(checks.nulls)
            let doubles = try database.count(checks.doubles)
            if nulls > 0 {
                warnings.append(
                    "\(nulls) new rows have a NULL in the unique key: they never replace a row")
            }
            if doubles > 0, strategy == "merge" {
                throw Incremental.Refusal(
                    message: "\(doubles) values of the unique key stand twice in the new rows",
                    remedy: "Make the query give each key once.")
            }
            if doubles > 0 {
                warnings.append("\(doubles) values of the unique key stand twice in the new rows")
            }
        }
        try run(change.statements)
        try run(
            Incremental.statements(
                config, target: relation, source: source, columns: change.columns))
        let added = database.changes
        try database.run("drop table \(source)")
        return (warnings, added)
    }

    func load(_ node: TransformNode, _ result: inout NodeResult) throws {
        guard let relation = node.relation, let bytes = files.read(node.path) else {
            throw NodeTrouble(
                "\(node.path) cannot be read", "Check that it exists and may be read.")
        }
        let delimiter = node.config["delimiter"]?.text.utf8.first ?? UInt8(ascii: ",")
        let table = try CSVTable(
            bytes, file: node.path, types: node.config["column_types"]?.map ?? ConfigMap(),
            delimiter: delimiter, dialect: database.dialect)
        guard !table.columns.isEmpty else {
            throw NodeTrouble(
                "\(node.path) is empty: its first row names the columns",
                "Write the names of the columns into the first line.")
        }
        let kind = try database.kind(of: relation)
        try transaction(node, node.config) {
            let existing = try database.columns(of: relation).map { $0.name.lowercased() }
            let isFull = node.config["full_refresh"]?.bool ?? isFullRefresh
            if kind == "table", !isFull {
                guard existing == table.columns.map({ $0.name.lowercased() }) else {
                    throw NodeTrouble(
                        "the columns of \(node.path) are not those of its table: "
                            + "[\(table.columns.map(\.name).joined(separator: ", "))] and "
                            + "[\(existing.joined(separator: ", "))]",
                        "Run with --full-refresh to make the table anew.")
                }
                try database.run("delete from \(relation.sql)")
            } else {
                try run(Materialisation.drop(relation, kind))
                let columns = table.columns.map { "\(SQLText.quoted($0.name)) \($0.type)" }
                try database.run(
                    "create table \(relation.sql) (\(columns.joined(separator: ", ")))")
            }
            try database.insert(
                table.rows, into: relation.sql, width: table.columns.count)
        }
        result.rows = table.rows.count
        result.message = "INSERT \(table.rows.count)"
    }

    func snapshot(_ node: TransformNode, _ result: inout NodeResult) throws {
        guard let relation = node.relation else { return }
        let compiled = try session.compile(node)
        result.compiledSQL = compiled.sql
        let kind = try database.kind(of: relation)
        try transaction(node, compiled.config) {
            let temporary = "spillway_snapshot"
            try database.run(
                "create temp table \(temporary) as \(SQLScanner.trimmed(compiled.sql))")
            let columns = try database.columns(ofTemporary: temporary)
            let plan = SnapshotPlan(
                target: relation, source: database.dialect.temporary(temporary),
                sourceColumns: columns.map(\.name), config: adapted(compiled.config), now: now,
                types: Dictionary(columns, uniquingKeysWith: { $1 }))
            let doubles = try database.query(plan.duplicateKeys).rows.compactMap(\.first)
            guard doubles.isEmpty else {
                throw NodeTrouble(
                    "\(node.path): the query gives these keys more than once: "
                        + doubles.compactMap(SQLFunctions.text).joined(separator: "; "),
                    "Make it give each unique_key once, or add a column to the key.")
            }
            if kind == "table" {
                try run(plan.update(existing: database.columns(of: relation)))
            } else {
                try run(plan.create(oldKind: kind))
            }
            try database.run("drop table \(database.dialect.temporary(temporary))")
        }
        result.message = "OK"
    }
}
