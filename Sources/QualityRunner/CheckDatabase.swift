public import Domain
public import JSONText
public import Quality

/// A database on which checks run; belongs to one thread.
///
/// What is needed of one is little, so that others than SQLite can be added: its dialect, the
/// columns of a table, and the rows of a statement.
public protocol CheckDatabase {
    var dialect: Dialect { get }

    /// The columns of a table or view; `table` is its name, or `schema.name`.
    func shape(of table: String) throws(QueryFailure) -> TableShape

    /// The rows of a statement that only reads.
    func rows(_ sql: String) throws(QueryFailure) -> [[JSONValue]]

    /// Of the rows of a statement that only reads those at `places`, from 0 and ascending.
    func rows(_ sql: String, at places: [Int]) throws(QueryFailure) -> [[JSONValue]]

    /// The names of a statement's columns.
    func columnNames(_ sql: String) throws(QueryFailure) -> [String]
}

extension CheckDatabase {
    public func rows(_ sql: String, at places: [Int]) throws(QueryFailure) -> [[JSONValue]] {
        let rows = try rows(sql)
        return places.filter(rows.indices.contains).map { rows[$0] }
    }
}

/// Runs suites and contracts on databases.
public enum QualityRun {
    /// Checks `table` by `suite`: one scan for all row checks, then what a scan cannot count and
    /// the samples of what failed.
    ///
    /// - Throws: where there is no such table. What one check alone asks in vain is in its result.
    public static func check(
        _ suite: Suite, table: String, on database: borrowing some CheckDatabase
    ) throws(QueryFailure) -> CheckReport {
        let shape = try database.shape(of: table)
        var plan = CheckPlan(suite: suite, table: shape, dialect: database.dialect)
        run(&plan, on: database)
        return plan.report
    }

    /// Tests the contract's tables as they are named there.
    ///
    /// - Parameters:
    ///   - now: what freshness is measured against.
    ///   - checksTypes: whether declared types are compared; a CSV file has none.
    public static func test(
        _ contract: Contract, on database: borrowing some CheckDatabase, now: Instant,
        checksTypes: Bool = true
    ) -> ContractReport {
        var report = ContractReport(contract: contract.name, results: [])
        var shapes: [String: TableShape] = [:]
        for object in contract.objects {
            // A table that is not there has no shape: its checks say so.
            shapes[object.tableName] = try? database.shape(of: object.tableName)
        }
        for object in contract.objects {
            var plan = ContractPlan(
                contract: contract, object: object, table: shapes[object.tableName],
                others: shapes, dialect: database.dialect, now: now, checksTypes: checksTypes)
            run(&plan, on: database)
            report.results += plan.results
        }
        // Service levels belong to the contract: they come after all tables.
        let isLevel = { (result: ContractResult) in result.category == "servicelevel" }
        report.results =
            report.results.filter { !isLevel($0) } + report.results.filter(isLevel)
        return report
    }

    /// Runs a plan's statements until it wants no more.
    public static func run(
        _ plan: inout some QueryPlan, on database: borrowing some CheckDatabase
    ) {
        while true {
            let queries = plan.nextQueries()
            if queries.isEmpty { return }
            for query in queries { answer(query, &plan, database) }
        }
    }

    private static func answer(
        _ query: CheckQuery, _ plan: inout some QueryPlan, _ database: borrowing some CheckDatabase
    ) {
        let result: Result<[[JSONValue]], QueryFailure>
        do throws(QueryFailure) {
            let names =
                query.wantsNames
                ? [try database.columnNames(query.sql).map { JSONValue.string($0) }] : []
            let rows =
                if let places = query.places {
                    try database.rows(query.sql, at: places)
                } else {
                    try database.rows(query.sql)
                }
            result = .success(names + rows)
        } catch {
            result = .failure(error)
        }
        for retry in plan.take(result, of: query) { answer(retry, &plan, database) }
    }
}
