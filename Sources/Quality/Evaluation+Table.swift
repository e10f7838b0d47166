import JSONText

/// Expectations on the table: its rows, its columns, their types.
extension Evaluation {
    mutating func wholeTable() throws(Stall) -> Outcome {
        var outcome = Outcome()
        switch expectation.kind {
        case .rowCountEqual:
            let count = try facts.counts([rowCount])[0]
            outcome.observedValue = .integer(orNull: count)
            outcome.success = expectation.integer("value") == Int64(count)
        case .rowCountBetween:
            let count = try facts.counts([rowCount])[0]
            outcome.observedValue = .integer(orNull: count)
            outcome.success = isWithin(.integer(orNull: count))
        case .rowCountEqualOther:
            let other = expectation.text("other_table_name") ?? ""
            // Schema and table come as one text: `main.orders`.
            let name = other.split(separator: ".", omittingEmptySubsequences: false)
                .map { dialect.quoted(String($0)) }.joined(separator: ".")
            let own = try facts.counts([rowCount])[0]
            let count = try facts.rows("SELECT count(*) FROM \(name)").first?.first?.count ?? 0
            outcome.observedValue = .object([
                "self": .integer(orNull: own), "other": .integer(orNull: count),
            ])
            outcome.success = own == count
        case .columnCountEqual:
            outcome.observedValue = .integer(orNull: table.columns.count)
            outcome.success = expectation.integer("value") == Int64(table.columns.count)
        case .columnCountBetween:
            outcome.observedValue = .integer(orNull: table.columns.count)
            outcome.success = isWithin(.integer(orNull: table.columns.count))
        case .columnExists:
            let index = table.columns.firstIndex { $0.name == columnName }
            let wanted = expectation.integer("column_index")
            outcome.success = index.map { wanted == nil || wanted == Int64($0) } ?? false
        case .columnsMatchSet: matchSet(&outcome)
        case .columnsMatchList: matchList(&outcome)
        case .unexpectedRows: try unexpectedRows(&outcome)
        default: matchType(&outcome)
        }
        return outcome
    }

    private func matchSet(_ outcome: inout Outcome) {
        let wanted = Set(
            expectation.arguments["column_set"]?.items?.compactMap(\.text) ?? [])
        let found = Set(table.columns.map(\.name))
        let missing = wanted.subtracting(found).sorted()
        let extra = found.subtracting(wanted).sorted()
        let isExact = expectation.arguments["exact_match"]?.flag ?? true
        outcome.observedValue = .array(found.sorted().map { .string($0) })
        outcome.success = missing.isEmpty && (!isExact || extra.isEmpty)
        var mismatched: [JSONValue.Member] = []
        if !extra.isEmpty {
            mismatched.append(.init("unexpected", .array(extra.map { .string($0) })))
        }
        if !missing.isEmpty {
            mismatched.append(.init("missing", .array(missing.map { .string($0) })))
        }
        if !mismatched.isEmpty { outcome.details = .object(["mismatched": .object(mismatched)]) }
    }

    private func matchList(_ outcome: inout Outcome) {
        let wanted = expectation.arguments["column_list"]?.items?.compactMap(\.text) ?? []
        let found = table.columns.map(\.name)
        outcome.observedValue = .array(found.map { .string($0) })
        outcome.success = wanted == found
        let mismatched = (0..<max(wanted.count, found.count)).compactMap { index -> JSONValue? in
            let expected = wanted.indices.contains(index) ? wanted[index] : nil
            let actual = found.indices.contains(index) ? found[index] : nil
            guard expected != actual else { return nil }
            return .object([
                "Expected Column Position": .integer(orNull: index),
                "Expected": .string(orNull: expected), "Found": .string(orNull: actual),
            ])
        }
        if !mismatched.isEmpty { outcome.details = .object(["mismatched": .array(mismatched)]) }
    }

    /// Declared types: on SQLite as ``NamedType`` reads them, elsewhere as they are written,
    /// in whatever case.
    private func matchType(_ outcome: inout Outcome) {
        let found = table.column(named: columnName)?.type ?? ""
        let wanted =
            expectation.text("type_").map { [$0] }
            ?? expectation.arguments["type_list"]?.items?.compactMap(\.text) ?? []
        guard dialect == .sqlite else {
            outcome.observedValue = .string(found)
            outcome.success = wanted.contains { $0.lowercased() == found.lowercased() }
            return
        }
        let type = NamedType(found)
        outcome.observedValue = .string(type.name)
        outcome.success = wanted.contains { name in
            type.isCalled(name)
                || expectation.kind == .columnType && name.lowercased() == type.name.lowercased()
        }
    }

    /// A query of the suite whose rows are the failing ones; `{batch}` stands for the table.
    private mutating func unexpectedRows(_ outcome: inout Outcome) throws(Stall) {
        var query = (expectation.text("unexpected_rows_query") ?? "")
            .replacing("{batch}", with: table.sqlName)
        while let last = query.last, last.isWhitespace || last == ";" { query.removeLast() }
        let count =
            try facts.rows("SELECT count(*) FROM (\(query)) AS failing").first?.first?.count ?? 0
        outcome.observedValue = .integer(orNull: count)
        outcome.success = count == 0
        let rows =
            count == 0
            ? []
            : try facts.namedRows(
                "SELECT * FROM (\(query)) AS failing LIMIT \(Outcome.fetchedSample)")
        outcome.details = .object(["unexpected_rows": .array(rows)])
    }
}
