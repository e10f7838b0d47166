/// One value of a result, as its engine gave it.
///
/// What has no exact form here (a decimal, a time, a list) stays the engine's own text, so that
/// nothing is rounded on the way; the kind of its column says what the text means.
public enum CellValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    /// May be infinite or no number; two of those count as equal where their bits are.
    case real(Double)
    /// Bytes that are no UTF-8 are replaced here; ``RowBatch/withBytes(row:column:_:)`` has them.
    case text(String)
    case blob([UInt8])
}

/// How a cell of a ``RowBatch`` is kept.
public enum CellKind: UInt8, Hashable, Sendable {
    case null, boolean, integer, real, text, blob
}

/// One column of a result.
public struct ResultColumn: Hashable, Sendable {
    /// What the values of a column are; decides how they are aligned and compared.
    public enum Kind: String, Hashable, Sendable {
        /// Whole numbers: cells are `integer`, or `text` where 64 bits do not hold them.
        case integer
        case real
        /// Exact decimals: cells are `text`.
        case decimal
        case boolean, text, blob, date, time, timestamp, interval, json, uuid
        /// Lists, structs, ranges and what else has no kind of its own: cells are `text`.
        case other
        /// The engine does not say: every cell has a kind of its own (SQLite's expressions).
        case any

        /// Whether values are aligned to the right and compared as numbers.
        public var isNumeric: Bool { self == .integer || self == .real || self == .decimal }
    }

    /// As the engine named it; two columns may share a name.
    public var name: String
    /// The type in the engine's words; empty where it has none.
    public var type: String
    public var kind: Kind

    public init(name: String, type: String, kind: Kind) {
        self.name = name
        self.type = type
        self.kind = kind
    }
}
