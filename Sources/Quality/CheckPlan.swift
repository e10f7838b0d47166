import Domain
public import JSONText

/// A statement that a check plan wants run.
public struct CheckQuery: Hashable, Sendable {
    public var sql: String
    /// Whether this is the common scan: one row with a number for every check.
    public var isScan: Bool
    fileprivate var expressions: [String] = []
}

/// The work of checking one table: statements out, rows in, a report at the end.
///
/// The first round is one scan with all counts and aggregates of all checks; the next ones hold
/// what a scan cannot count (repeated values, ranks) and samples of what failed. Has no database:
/// the caller runs the statements, on whatever speaks the dialect.
public struct CheckPlan: Sendable {
    /// So many numbers at most in one scan: databases bound the width of a row.
    static let widestScan = 500

    private let suite: Suite
    private let table: TableShape
    private let dialect: Dialect
    private var facts = Facts()
    private var results: [CheckResult?]

    public init(suite: Suite, table: TableShape, dialect: Dialect) {
        self.suite = suite
        self.table = table
        self.dialect = dialect
        results = Array(repeating: nil, count: suite.entries.count)
    }

    /// The statements of the next round; none once all is known.
    public mutating func nextQueries() -> [CheckQuery] {
        facts.beginRound()
        for (index, entry) in suite.entries.enumerated() where results[index] == nil {
            results[index] = result(of: entry, index)
        }
        var queries: [CheckQuery] = []
        var rest = facts.wantedScalars[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(Self.widestScan))
            rest = rest.dropFirst(Self.widestScan)
            queries.append(scan(part))
        }
        return queries + facts.wantedTables.map { CheckQuery(sql: $0, isScan: false) }
    }

    private func scan(_ expressions: [String]) -> CheckQuery {
        CheckQuery(
            sql: "SELECT \(expressions.joined(separator: ", ")) FROM \(table.sqlName)",
            isScan: true, expressions: expressions)
    }

    /// Takes the rows of a statement, or why it failed.
    ///
    /// - Returns: statements to run in its place: where a scan fails because of one check, each
    ///   of its numbers is asked for alone, so that the others still have theirs.
    public mutating func take(
        _ result: Result<[[JSONValue]], QueryFailure>, of query: CheckQuery
    ) -> [CheckQuery] {
        guard query.isScan else {
            facts.noteRows(query.sql, result)
            return []
        }
        switch result {
        case .success(let rows):
            for (index, expression) in query.expressions.enumerated() {
                let row = rows.first ?? []
                facts.note(expression, .success(row.indices.contains(index) ? row[index] : .null))
            }
            return []
        case .failure(let failure):
            if query.expressions.count == 1 {
                facts.note(query.expressions[0], .failure(failure))
                return []
            }
            return query.expressions.map { scan([$0]) }
        }
    }

    /// What came out; checks that are not decided yet are left out.
    public var report: CheckReport {
        CheckReport(suite: suite.name, results: results.compactMap { $0 })
    }

    private mutating func result(of entry: SuiteEntry, _ index: Int) -> CheckResult? {
        switch entry {
        case .refused(let refused):
            return CheckResult(
                index: index, type: refused.type, kwargs: refused.kwargs,
                severity: refused.severity,
                exception: refused.problem.problem + ". " + refused.problem.remedy)
        case .expectation(let expectation):
            var outcome = Outcome()
            // Moved there and back: a copy a check would cost the square of their number.
            var held = Facts()
            swap(&held, &facts)
            do throws(Stall) {
                var evaluation = Evaluation(
                    expectation: expectation, table: table, dialect: dialect,
                    counting: suite.counting, facts: held)
                held = Facts()
                defer { facts = evaluation.facts }
                outcome = try evaluation.outcome()
            } catch {
                switch error {
                case .pending: return nil
                case .failed(let message):
                    return CheckResult(
                        index: index, type: expectation.type, kwargs: expectation.kwargs,
                        severity: expectation.severity, exception: message)
                }
            }
            return CheckResult(index: index, expectation, outcome)
        }
    }
}
