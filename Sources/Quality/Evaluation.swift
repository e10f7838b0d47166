import Domain
import JSONText

/// Evaluates one expectation from facts; asks for what it needs.
struct Evaluation {
    var expectation: Expectation
    let table: TableShape
    let dialect: Dialect
    let counting: Counting
    var facts: Facts

    /// - Throws: a stall while facts are missing.
    mutating func outcome() throws(Stall) -> Outcome {
        if expectation.kind != .columnExists {
            for name in expectation.columns + (expectation.condition?.columns ?? []) {
                try requireColumn(name)
            }
        }
        switch expectation.kind {
        case .notNull: return try nullity(wanted: false)
        case .null: return try nullity(wanted: true)
        case .unique: return try uniqueColumn()
        case .compoundUnique: return try uniqueTogether()
        case .increasing, .decreasing: return try ordered()
        case .zScores, .notOutliers:
            guard let unexpected = try outlierPredicate() else { return try rows("(1=0)") }
            return try rows(unexpected)
        case .pairEqual, .pairGreater, .pairInSet: return try pair()
        case .uniqueWithinRecord, .columnSumEqual, .columnsEqual: return try record()
        case .minimum, .maximum, .mean, .sum, .deviation, .median, .distinctCount,
            .distinctShare, .filledShare:
            return try aggregate()
        case .quantiles: return try quantiles()
        case .mostCommonInSet: return try mostCommon()
        case .divergence: return try divergence()
        case .distinctInSet, .distinctEqualSet, .distinctContainSet: return try distinctSet()
        case .ofType, .inTypeList, .columnType, .columnExists, .rowCountEqual, .rowCountBetween,
            .rowCountEqualOther, .columnCountEqual, .columnCountBetween, .columnsMatchSet,
            .columnsMatchList, .unexpectedRows:
            return try wholeTable()
        default:
            return try rows(try columnRule())
        }
    }

    func requireColumn(_ name: String) throws(Stall) {
        guard table.column(named: name) == nil else { return }
        let near = nearestName(to: name, among: table.columns.map(\.name))
        throw .failed(
            "the table has no column '\(name)'" + (near.map { "; did you mean '\($0)'?" } ?? ""))
    }

    var columnName: String { expectation.text("column") ?? "" }
    var column: String { dialect.quoted(columnName) }

    /// The rows that the expectation looks at; nil for all.
    var scope: String? { expectation.condition?.sql(dialect) }

    /// Both, as a predicate.
    func scoped(_ predicate: String) -> String {
        scope.map { "(\($0)) AND (\(predicate))" } ?? predicate
    }

    /// A WHERE clause for the scope and `predicates`.
    func whereClause(_ predicates: String...) -> String {
        let parts = (scope.map { [$0] } ?? []) + predicates
        return parts.isEmpty
            ? "" : " WHERE " + parts.map { "(\($0))" }.joined(separator: " AND ")
    }

    /// How many rows of the scope fulfil `predicate`.
    ///
    /// `FILTER` and not `count(CASE …)`: where few rows fail, the aggregate is seldom stepped, and
    /// a scan of many counts costs little more than one with all predicates in its WHERE clause.
    func counted(_ predicate: String) -> String { "count(*) FILTER (WHERE \(scoped(predicate)))" }

    var rowCount: String { aggregated("count", "*") }

    /// How many rows of the scope have no value: as a filter, for there are mostly few.
    var nullCount: String { counted("\(column) IS NULL") }

    /// An aggregate over the values of the scope.
    func aggregated(_ name: String, _ value: String) -> String {
        "\(name)(\(value))" + (scope.map { " FILTER (WHERE \($0))" } ?? "")
    }

    /// Whether the share of rows that are right is enough.
    func meetsMostly(unexpected: Int, of looked: Int) -> Bool {
        looked == 0 || Double(looked - unexpected) / Double(looked) >= expectation.mostly
    }
}
