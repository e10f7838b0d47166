import Domain
import Transform

extension TransformRun {
    func test(_ node: TransformNode, _ result: inout NodeResult) throws {
        let compiled = try session.compile(node)
        result.compiledSQL = compiled.sql
        let config = compiled.config
        var source = "(\n\(SQLScanner.trimmed(compiled.sql))\n"
        if let limit = config["limit"]?.int { source += "limit \(limit)\n" }
        source += ")"
        let form = config["store_failures_as"]?.text
        if let form, !["table", "view", "ephemeral"].contains(form) {
            throw NodeTrouble(
                "'\(form)' is not a valid value for `store_failures_as`.",
                "Accepted values are: ['ephemeral', 'table', 'view']")
        }
        let isStored =
            config["store_failures"]?.bool
            ?? (settings.storesFailures || form == "table" || form == "view")
        if isStored, form != "ephemeral", let table = node.relation {
            let kind = try database.kind(of: table)
            let rows = "select * from \(source) dbt_internal_test"
            try database.transaction {
                try run(
                    form == "view"
                        ? Materialisation.view(table, sql: rows, oldKind: kind)
                        : Materialisation.table(table, sql: rows, oldKind: kind))
                // SQLite makes a view of anything; one that cannot be read must not stay.
                if form == "view" { try database.check("select * from \(table.sql)") }
            }
            source = table.sql
            result.relationName = table.sql
        }
        let severity = config["severity"]?.text.lowercased() ?? "error"
        guard ["error", "warn"].contains(severity) else {
            throw NodeTrouble("'\(severity)' is no severity", "Write error or warn.")
        }
        for key in ["warn_if", "error_if"] {
            guard let written = config[key]?.text else { continue }
            do {
                try database.check("select 0 \(written)")
            } catch {
                throw NodeTrouble(
                    "\(key) is '\(written)', which nothing can be compared with",
                    "Write it as '> 10' or '!= 0'.")
            }
        }
        let count = config["fail_calc"]?.text ?? "count(*)"
        let warnIf = config["warn_if"]?.text ?? "!= 0"
        let errorIf = config["error_if"]?.text ?? "!= 0"
        let table = try database.query(
            "select failures, failures \(warnIf), failures \(errorIf) from "
                + "(select \(count) as failures from \(source) dbt_internal_test) as counted")
        guard let row = table.rows.first, row.count == 3 else {
            throw NodeTrouble(
                "the test gave no number", "Let its query give the rows that fail.")
        }
        guard let failures = Self.whole(row[0]) else {
            throw NodeTrouble(
                "the test's fail_calc gave \(row[0] == .null ? "NULL" : "no whole number")",
                "Let it count, as 'count(*)' does.")
        }
        let isWarning = Self.isTrue(row[1])
        let isError = Self.isTrue(row[2])
        result.rows = failures
        if severity == "error", isError {
            result.status = .fail
        } else {
            result.status = isWarning ? .warn : .pass
        }
        result.failures = result.status == .pass ? 0 : failures
        if result.status != .pass {
            let word = result.status == .fail ? "fail if \(errorIf)" : "warn if \(warnIf)"
            result.message =
                "Got \(failures) \(failures == 1 ? "result" : "results"), configured to \(word)"
        }
    }

    private static func isTrue(_ value: SQLValue) -> Bool {
        if case .bool(let flag) = value { return flag }
        return whole(value) ?? 0 != 0
    }

    static func whole(_ value: SQLValue) -> Int? {
        switch value {
        case .int(let number): number
        case .double(let number): Int(exactly: number.rounded())
        case .text(let text): Int(text)
        default: nil
        }
    }

    func unitTest(_ node: TransformNode, _ result: inout NodeResult) throws {
        let query = try session.compile(unitTest: node)
        result.compiledSQL = query.sql
        let names = query.columns.map(SQLText.quoted).joined(separator: ", ")
        let actual = try database.query(
            "select \(names.isEmpty ? "*" : names) from (\n\(query.sql)\n) as actual")
        let expected =
            query.expectedSQL.isEmpty
            ? QueryTable(columns: [], rows: []) : try database.query(query.expectedSQL)
        var counts: [[String]: Int] = [:]
        let isSQLite = database.dialect == .sqlite
        func key(_ row: [SQLValue]) -> [String] {
            row.map { isSQLite ? Self.comparable(Self.dateAtMidnight($0)) : Self.comparable($0) }
        }
        for row in actual.rows { counts[key(row), default: 0] += 1 }
        for row in expected.rows { counts[key(row), default: 0] -= 1 }
        let missing = counts.filter { $0.value < 0 }
        let extra = counts.filter { $0.value > 0 }
        result.failures = 0
        result.status = .pass
        guard !missing.isEmpty || !extra.isEmpty else { return }
        let different = counts.values.reduce(0) { $0 + abs($1) }
        result.status = .fail
        // dbt counts a failed unit test as one failure, however many rows differ.
        result.failures = 1
        result.rows = different
        func shown(_ rows: [[String]: Int], _ mark: String) -> [String] {
            rows.keys.map { mark + $0.joined(separator: ", ") }.sorted()
        }
        result.message =
            "actual differs from expected: "
            + (shown(missing, "- ") + shown(extra, "+ ")).prefix(20).joined(separator: "; ")
    }

    /// A day and its midnight are the same: where other engines have a type for times, dbt takes the
    /// expected text for one of them.
    private static func dateAtMidnight(_ value: SQLValue) -> SQLValue {
        guard case .text(let text) = value, text.utf8.count >= 19, text.utf8.count <= 26,
            let (time, isDate) = SQLFunctions.dated(value), !isDate,
            text.utf8.dropFirst(19).allSatisfy({ $0 == 46 || $0 == 48 })
        else { return value }
        let isMidnight = time.hour == 0 && time.minute == 0 && time.second == 0
        return .text(SQLFunctions.shown(time, isDate: isMidnight))
    }

    /// Values by what they mean: 2 and 2.0 are the same.
    private static func comparable(_ value: SQLValue) -> String {
        switch value {
        case .null: "NULL"
        case .int(let number): "\(number)"
        case .double(let number):
            Int(exactly: number).map { "\($0)" } ?? "\(number)"
        case .text(let text): "'\(text)'"
        case .bool(let flag): flag ? "1" : "0"
        case .blob(let bytes): "x" + Digest.hex(bytes)
        }
    }
}
