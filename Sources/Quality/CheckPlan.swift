import Domain
public import JSONText

/// The work of checking one table: statements out, rows in, a report at the end.
///
/// The first round is one scan with all counts and aggregates of all checks; the next ones hold
/// what a scan cannot count (repeated values, ranks) and samples of what failed. Has no database:
/// the caller runs the statements, on whatever speaks the dialect.
public struct CheckPlan: QueryPlan {
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
        return facts.queries(on: table)
    }

    public mutating func take(
        _ result: Result<[[JSONValue]], QueryFailure>, of query: CheckQuery
    ) -> [CheckQuery] {
        facts.take(result, of: query, on: table)
    }

    /// What came out; checks that are not decided yet are left out.
    public var report: CheckReport {
        CheckReport(
            suite: suite.name, table: table.sqlName, results: results.compactMap { $0 })
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
