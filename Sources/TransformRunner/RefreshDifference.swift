public import Transform

/// What an incremental model would be, built anew, against what it is: the very rows.
///
/// An incremental model drifts where late rows, changed logic or a wrong filter are never made up
/// for; nobody sees it until somebody builds it anew.
public struct RefreshDifference: Sendable {
    /// A row and how often it stands there more than on the other side.
    public struct Row: Hashable, Sendable {
        public var values: [SQLValue]
        public var count: Int

        public init(values: [SQLValue], count: Int) {
            self.values = values
            self.count = count
        }
    }

    /// Columns that both have, in the table's order; compared on these.
    public var columns: [String]
    /// Columns of one side only.
    public var vanishedColumns: [String]
    public var newColumns: [String]
    /// Rows of the table that a full refresh would not give, the first of them.
    public var stale: [Row]
    /// Rows that a full refresh would give and the table lacks, the first of them.
    public var missing: [Row]
    /// How many there are of each, counted with their repeats.
    public var staleCount: Int
    public var missingCount: Int

    public var isEmpty: Bool {
        staleCount == 0 && missingCount == 0 && vanishedColumns.isEmpty && newColumns.isEmpty
    }

    private static let name = "spillway_refreshed"

    /// Builds the model's query into a temporary table and compares; changes nothing else.
    ///
    /// - Parameters:
    ///   - session: of a project that was read for a full refresh, so that `is_incremental()` is
    ///     false in it.
    ///   - limit: so many rows of each side at most.
    /// - Throws: where the model is not built yet, or its query fails.
    public init(
        of node: TransformNode, in session: TransformSession, on database: any RunDatabase,
        limit: Int
    ) throws {
        guard let relation = node.relation, try database.kind(of: relation) != nil else {
            throw SQLFailure(
                message: "\(node.name) is not built yet: there is nothing to compare",
                statement: node.path)
        }
        let sql = try session.compile(node).sql
        let table = database.dialect.temporary(Self.name)
        try database.run("drop table if exists \(table)")
        try database.run("create temp table \(Self.name) as \(sql)")
        defer { try? database.run("drop table if exists \(table)") }
        let own = try database.columns(of: relation).map(\.name)
        let fresh = try database.columns(ofTemporary: Self.name)
            .map(\.name)
        let names = Set(fresh.map { $0.lowercased() })
        let known = Set(own.map { $0.lowercased() })
        let columns = own.filter { names.contains($0.lowercased()) }
        self.columns = columns
        vanishedColumns = own.filter { !names.contains($0.lowercased()) }
        newColumns = fresh.filter { !known.contains($0.lowercased()) }
        let list = columns.map { SQLText.quoted($0) }.joined(separator: ", ")
        // EXCEPT takes NULL for equal to NULL, and with the number of repeats as one more column
        // tells which rows stand there another number of times.
        let equals = database.dialect == .sqlite ? "is" : "is not distinct from"
        func differing(_ one: String, _ other: String) -> String {
            let same = columns.map {
                "o.\(SQLText.quoted($0)) \(equals) r.\(SQLText.quoted($0))"
            }.joined(separator: " and ")
            return """
                with one as (select \(list), count(*) as spillway_n from \(one) group by \(list)),
                other as (select \(list), count(*) as spillway_n from \(other) group by \(list)),
                r as (select * from one except select * from other),
                counted as (select \(list), spillway_n - coalesce(
                (select o.spillway_n from other o where \(same)), 0) as spillway_n from r)
                select * from counted where spillway_n > 0
                """
        }
        func rows(_ one: String, _ other: String) throws -> (rows: [Row], count: Int) {
            let query = differing(one, other)
            let found = try database.query(query + " limit \(max(0, limit))").rows.map { row in
                var count = 0
                if case .int(let number)? = row.last { count = number }
                return Row(values: Array(row.dropLast()), count: count)
            }
            return (
                found,
                try database.count(
                    "select cast(coalesce(sum(spillway_n), 0) as bigint) from (\(query)) as counted"
                )
            )
        }
        guard !columns.isEmpty else {
            (stale, missing, staleCount, missingCount) = ([], [], 0, 0)
            return
        }
        (stale, staleCount) = try rows(relation.sql, table)
        (missing, missingCount) = try rows(table, relation.sql)
    }
}
