/// A column of a table that another column comes from, and how.
public struct ColumnOrigin: Hashable, Sendable {
    /// What is done with the column, in OpenLineage's words.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case identity = "IDENTITY"
        case transformation = "TRANSFORMATION"
        case aggregation = "AGGREGATION"
        case join = "JOIN"
        case groupBy = "GROUP_BY"
        case filter = "FILTER"
        case sort = "SORT"
        case window = "WINDOW"
        case conditional = "CONDITIONAL"

        /// Whether values go over, and not only decide which rows there are.
        public var isDirect: Bool {
            switch self {
            case .identity, .transformation, .aggregation: true
            default: false
            }
        }

        /// This step after an earlier one.
        func after(_ earlier: Kind) -> Kind {
            guard isDirect else { return self }
            guard earlier.isDirect else { return earlier }
            if self == .aggregation || earlier == .aggregation { return .aggregation }
            return self == .identity ? earlier : self
        }
    }

    /// The table as the query names it, its last part.
    public var table: String
    public var column: String
    public var kind: Kind

    public init(table: String, column: String, kind: Kind) {
        self.table = table
        self.column = column
        self.kind = kind
    }
}

/// One column of a query's result and where its values come from.
public struct LineageColumn: Hashable, Sendable {
    public var name: String
    /// Each origin once, in the order of the text.
    public var origins: [ColumnOrigin]

    public init(name: String, origins: [ColumnOrigin]) {
        self.name = name
        self.origins = origins
    }
}

/// A name that no source of its query has.
public struct UnknownColumn: Hashable, Sendable {
    public var name: String
    /// Its place in the SQL, in bytes.
    public var offset: Int
    /// The columns that could have been meant.
    public var known: [String]
}

/// Where the columns of a query come from.
public struct QueryLineage: Hashable, Sendable {
    /// In the query's order. A column named `*` stands for all of a table whose columns are not
    /// known.
    public var columns: [LineageColumn] = []
    /// The columns that decide which rows there are: filters, joins, groups, order.
    public var indirect: [ColumnOrigin] = []
    public var unknown: [UnknownColumn] = []
}
