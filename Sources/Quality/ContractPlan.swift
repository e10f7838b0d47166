public import Domain
public import JSONText

/// The work of testing one table of a contract; see ``QueryPlan``.
public struct ContractPlan: QueryPlan {
    private let checks: [ContractCheck]
    private let table: TableShape?
    private let others: [String: TableShape]
    private let dialect: Dialect
    private let now: Instant
    private var facts = Facts()
    private var found: [ContractResult?]

    /// - Parameters:
    ///   - table: what is there in the database; nil where there is no such table.
    ///   - others: the contract's tables that are there, by the name they have in the database.
    ///   - checksTypes: whether declared types are compared; a CSV file has none.
    public init(
        contract: Contract, object: ContractObject, table: TableShape?,
        others: [String: TableShape] = [:], dialect: Dialect, now: Instant, checksTypes: Bool
    ) {
        checks = ContractCheck.all(of: object, contract, checksTypes: checksTypes)
        self.table = table
        self.others = others
        self.dialect = dialect
        self.now = now
        found = Array(repeating: nil, count: checks.count)
    }

    /// In the order of the contract; checks that are not decided yet are left out.
    public var results: [ContractResult] { found.compactMap { $0 } }

    public mutating func nextQueries() -> [CheckQuery] {
        facts.beginRound()
        for (index, check) in checks.enumerated() where found[index] == nil {
            found[index] = evaluate(check)
        }
        return table.map { facts.queries(on: $0) } ?? []
    }

    public mutating func take(
        _ result: Result<[[JSONValue]], QueryFailure>, of query: CheckQuery
    ) -> [CheckQuery] {
        table.map { facts.take(result, of: query, on: $0) } ?? []
    }

    private mutating func evaluate(_ check: ContractCheck) -> ContractResult? {
        var result = check.blank
        guard let table else {
            result.reason = "there is no table '\(check.model)'"
            return result
        }
        do throws(Stall) {
            try measure(check, table, &result)
            return result
        } catch {
            guard case .failed(let message) = error else { return nil }
            result.reason = message
            return result
        }
    }

    private func failed(_ message: String) -> Stall { .failed(message) }

    /// The column as the database spells it: names differ in case at most.
    private func column(_ name: String, _ table: TableShape) -> TableShape.Column? {
        table.column(named: name)
            ?? table.columns.first { $0.name.lowercased() == name.lowercased() }
    }

    private mutating func measure(
        _ check: ContractCheck, _ table: TableShape, _ result: inout ContractResult
    ) throws(Stall) {
        var name = ""
        if let field = check.field, !check.isSetAside {
            let known = column(field, table)
            if check.kind == .present {
                result.result = known == nil ? .failed : .passed
                if known == nil { result.reason = "Field '\(field)' is not present" }
                return
            }
            guard let known else { throw failed("Column '\(field)' not found") }
            name = dialect.quoted(known.name)
            if case .type(let wanted) = check.kind {
                let isSame = LogicalType.matches(wanted, declared: known.type)
                result.result = isSame ? .passed : .failed
                if !isSame { result.reason = "Type is '\(known.type)', expected '\(wanted)'" }
                return
            }
        }
        switch check.kind {
        case .present, .type: break
        case .unrunnable(let reason):
            result.result = .warning
            result.reason = "not run: \(reason)"
        case .wrong(let reason):
            result.reason = reason
        case .rows(let predicate):
            let failing = predicate(name, dialect)
            let counts = try facts.counts([
                "count(*)", "count(*) FILTER (WHERE \(failing))",
            ])
            result.failingRows = failing
            judge(check, .integer(orNull: counts[1]), rows: counts[0], &result)
        case .rowCount:
            let count = try facts.counts(["count(*)"])[0]
            judge(check, .integer(orNull: count), rows: count, &result)
        case .duplicates(let columns):
            try duplicates(check, columns.isEmpty ? [check.field ?? ""] : columns, table, &result)
        case .reference(let reference):
            try missing(check, reference, table, &result)
        case .sql(let query):
            let value = try facts.rows(filled(query, table, name)).first?.first ?? .null
            if value.double == nil, !check.bound.isOfValue, value != .null {
                throw failed("the query gives no number but \(value.text)")
            }
            judge(check, value, rows: nil, &result)
        case .age(let seconds, let isOldest):
            try age(check, name, seconds: seconds, isOldest: isOldest, &result)
        }
    }

    /// Rows with a key that the other table lacks; a key with a NULL in it points nowhere.
    private mutating func missing(
        _ check: ContractCheck, _ reference: ResolvedReference, _ table: TableShape,
        _ result: inout ContractResult
    ) throws(Stall) {
        guard let other = others[reference.table] else {
            result.result = .warning
            result.reason = "not run: there is no table '\(reference.table)' to look in"
            return
        }
        let own = try names(reference.columns, table)
        let theirs = try names(reference.targetColumns, other)
        func filled(_ names: [String]) -> String {
            names.map { "\($0) IS NOT NULL" }.joined(separator: " AND ")
        }
        func row(_ names: [String]) -> String {
            names.count == 1 ? names[0] : "(\(names.joined(separator: ", ")))"
        }
        let failing =
            "\(filled(own)) AND \(row(own)) NOT IN (SELECT \(theirs.joined(separator: ", "))"
            + " FROM \(other.sqlName) WHERE \(filled(theirs)))"
        let value =
            try facts.rows(
                "SELECT count(*) FROM \(table.sqlName) WHERE \(failing)"
            ).first?.first ?? .null
        result.failingRows = failing
        judge(check, value, rows: nil, &result)
    }

    /// The columns as SQL writes them.
    private func names(_ columns: [String], _ table: TableShape) throws(Stall) -> [String] {
        var names: [String] = []
        for name in columns {
            guard let known = column(name, table) else {
                throw failed("Column '\(name)' not found")
            }
            names.append(dialect.quoted(known.name))
        }
        return names
    }

    /// Repeated values, not rows; NULLs are no duplicates of each other, as in SQL's UNIQUE.
    private mutating func duplicates(
        _ check: ContractCheck, _ columns: [String], _ table: TableShape,
        _ result: inout ContractResult
    ) throws(Stall) {
        let names = try names(columns, table)
        let list = names.joined(separator: ", ")
        let rowCount = try facts.counts(["count(*)"])[0]
        let isWhole = names.map { "\($0) IS NOT NULL" }.joined(separator: " AND ")
        let groups =
            "FROM \(table.sqlName) WHERE \(isWhole) GROUP BY \(list) HAVING count(*) > 1"
        let row = try facts.rows(
            "SELECT count(*), sum(k) FROM (SELECT count(*) AS k \(groups)) AS repeated")
        let counts = row.first ?? []
        result.failedRows = counts.count == 2 ? counts[1].count : 0
        result.failingRows =
            names.count == 1
            ? "\(list) IN (SELECT \(list) \(groups))" : "(\(list)) IN (SELECT \(list) \(groups))"
        judge(check, .integer(orNull: counts.first?.count ?? 0), rows: rowCount, &result)
    }

    private func filled(_ query: String, _ table: TableShape, _ column: String) -> String {
        var query = query
        func fill(_ name: String, with text: String) {
            for written in ["${\(name)}", "{\(name)}"] {
                // Names come quoted: quotes around the placeholder are not wanted again.
                for quote in ["\"", "`"] {
                    query = query.replacing(quote + written + quote, with: text)
                }
                query = query.replacing(written, with: text)
            }
        }
        for name in ["model", "table", "object", "schema"] { fill(name, with: table.sqlName) }
        for name in ["column", "field", "property"] where !column.isEmpty {
            fill(name, with: column)
        }
        return query
    }

    private mutating func age(
        _ check: ContractCheck, _ column: String, seconds: Double, isOldest: Bool,
        _ result: inout ContractResult
    ) throws(Stall) {
        let value = try facts.values([isOldest ? "min(\(column))" : "max(\(column))"])[0]
        guard case .string(let text) = value, let time = Self.instant(text) else {
            throw failed(
                value == .null ? "there is no time in it" : "\(value.text) is no time")
        }
        let age = now.since(time).inSeconds
        result.metric = check.type == "servicelevel_freshness" ? "freshness" : "retention"
        result.value = .number(age)
        result.threshold = "< \(RuleBound.number(seconds))s"
        result.age = ContractResult.Age(seconds: age, limit: seconds, of: text)
        result.result = age < seconds ? .passed : .failed
        if age >= seconds {
            let old = RuleBound.number((age / 3_600).rounded())
            result.reason = "the \(isOldest ? "oldest" : "newest") value, \(text), is \(old) h old"
        }
    }

    /// A time in ISO 8601 or as databases write it; one without a zone is UTC.
    static func instant(_ text: String) -> Instant? {
        var written = text.replacing(" ", with: "T")
        if written.utf8.count == 10 { written += "T00:00:00" }
        return Instant(iso8601: written) ?? Instant(iso8601: written + "Z")
    }

    private func judge(
        _ check: ContractCheck, _ value: JSONValue, rows: Int?, _ result: inout ContractResult
    ) {
        result.value = value
        result.metric = check.metric
        result.threshold = check.bound.text
        result.rowCount = rows
        result.isPercent = check.isPercent
        var measured = value
        var shown = value.double.map { RuleBound.number($0) } ?? value.plainText
        var wanted = check.bound.text
        if check.isPercent, let rows {
            // To the sixth digit, so that a bound such as 1.1 is met by 33 of 3000.
            let percent =
                rows > 0 ? (Double(value.count) / Double(rows) * 1e8).rounded() / 1e6 : 0
            measured = .number(percent)
            shown = "\(percent)% (\(value.count) of \(rows) rows)"
            wanted += "%"
        }
        if check.bound.holds(measured) {
            result.result = .passed
            return
        }
        if !check.isBlocking { result.result = .warning }
        let subject = check.field ?? check.model
        result.reason = "Actual \(check.metric)(\(subject)) was \(shown), expected \(wanted)"
    }
}
