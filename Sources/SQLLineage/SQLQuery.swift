/// A query as far as lineage needs it: who gives columns to whom.
struct SQLQuery: Sendable {
    struct CommonTable: Sendable {
        var name: String
        var columns: [String]
        var query: SQLQuery
    }

    enum Body: Sendable {
        case select(SQLSelect)
        case query(SQLQuery)
        case values(count: Int)
    }

    var commonTables: [CommonTable] = []
    /// The parts of a union, intersection or difference.
    var bodies: [Body] = []
}

/// One SELECT; expressions are ranges of tokens.
struct SQLSelect: Sendable {
    enum Item: Sendable {
        /// `*`, `t.*`, and what `exclude (…)` leaves out.
        case star(table: String?, without: Set<String>)
        case expression(Range<Int>, name: String)
    }

    struct Source: Sendable {
        enum Rows: Sendable {
            case table([String])
            case query(SQLQuery)
            /// A function that gives rows, such as `json_each(…)`.
            case function(Range<Int>)
        }
        var rows: Rows
        var alias: String?
        var columns: [String] = []
        /// The columns of `using (…)`.
        var using: [String] = []
    }

    var items: [Item] = []
    var sources: [Source] = []
    /// Expressions that decide which rows there are, by what they do.
    var clauses: [(kind: ColumnOrigin.Kind, range: Range<Int>)] = []
}
