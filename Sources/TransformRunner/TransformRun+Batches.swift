import Transform

extension TransformRun {
    /// Builds a microbatch model, each batch in a transaction of its own: one that fails leaves
    /// the others in place.
    func buildBatches(
        _ node: TransformNode, _ relation: RelationName, isFirst: Bool, _ oldKind: String?,
        _ result: inout NodeResult
    ) throws {
        let plan = try Microbatch(node.config)
        var newest: String?
        if settings.fillsGaps, !isFirst {
            let sql =
                "select cast(max(\(database.dialect.time(Incremental.column(plan.eventTime)))) as text) "
                + "from \(relation.sql)"
            newest = try database.query(sql).rows.first?.first.flatMap(SQLFunctions.text)
        }
        let windows = try plan.windows(
            now: now, isFirst: isFirst, newest: newest, start: settings.eventTimes?.start,
            end: settings.eventTimes?.end)
        var failures: [String] = []
        for (number, window) in windows.enumerated() {
            let compiled = try session.compile(
                node, isIncremental: !isFirst || number > 0, window: window)
            result.compiledSQL = compiled.sql
            do {
                try transaction(node, compiled.config, isLast: number == windows.count - 1) {
                    if isFirst, number == 0 {
                        let empty =
                            "select * from (\n\(SQLScanner.trimmed(compiled.sql))\n) as batch limit 0"
                        try run(Materialisation.table(relation, sql: empty, oldKind: oldKind))
                    }
                    try replace(window, plan, relation, compiled)
                }
            } catch {
                // Without the table of the first batch the others have no place to go.
                if isFirst, number == 0 { throw error }
                failures.append("\(window.start): \(Self.words(of: error))")
            }
        }
        result.message = "\(windows.count - failures.count) of \(windows.count) batches"
        guard !failures.isEmpty else { return }
        result.status = failures.count == windows.count ? .error : .partialSuccess
        result.message = "\(result.message ?? ""); " + failures.prefix(5).joined(separator: "; ")
    }

    private func replace(
        _ window: Microbatch.Window, _ plan: Microbatch, _ relation: RelationName,
        _ compiled: CompiledNode
    ) throws {
        let temporary = "spillway_new_rows"
        try database.run("create temp table \(temporary) as \(SQLScanner.trimmed(compiled.sql))")
        let source = database.dialect.temporary(temporary)
        let new = try database.columns(ofTemporary: temporary)
        let change = try Incremental.schemaChange(
            compiled.config, target: relation, source: new,
            existing: database.columns(of: relation))
        try run(change.statements)
        try run(
            plan.statements(
                window, target: relation, source: source, columns: change.columns))
        try database.run("drop table \(source)")
    }
}
