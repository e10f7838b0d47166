/// What a database holds, as far as the session may see it.
public struct Catalogue: Hashable, Sendable {
    public var tables: [Table]

    public init(tables: [Table]) { self.tables = tables }

    /// A table, a view or what else can be selected from.
    public struct Table: Hashable, Sendable {
        public enum Kind: String, Hashable, Sendable {
            case table, view, virtual, foreign
            case materialisedView = "materialised view"
        }

        /// `main`, `public`, or the name of an attached database.
        public var schema: String
        public var name: String
        public var kind: Kind
        /// Rows, by the engine's statistics or by count; nil where it has neither.
        public var rows: Int64?
        /// Whether `rows` was counted; false where it is an estimate.
        public var isCounted: Bool
        /// On disk, with indexes where the engine counts them in; nil where it does not say.
        public var bytes: Int64?
        public var columns: [Column]
        public var indexes: [Index]

        public init(
            schema: String, name: String, kind: Kind, rows: Int64? = nil, isCounted: Bool = false,
            bytes: Int64? = nil, columns: [Column] = [], indexes: [Index] = []
        ) {
            self.schema = schema
            self.name = name
            self.kind = kind
            self.rows = rows
            self.isCounted = isCounted
            self.bytes = bytes
            self.columns = columns
            self.indexes = indexes
        }
    }

    public struct Column: Hashable, Sendable {
        public var name: String
        public var type: String
        public var isNullable: Bool
        public var isPrimaryKey: Bool

        public init(name: String, type: String, isNullable: Bool, isPrimaryKey: Bool) {
            self.name = name
            self.type = type
            self.isNullable = isNullable
            self.isPrimaryKey = isPrimaryKey
        }
    }

    public struct Index: Hashable, Sendable {
        public var name: String
        /// In order; an expression in the engine's words.
        public var columns: [String]
        public var isUnique: Bool

        public init(name: String, columns: [String], isUnique: Bool) {
            self.name = name
            self.columns = columns
            self.isUnique = isUnique
        }
    }
}
