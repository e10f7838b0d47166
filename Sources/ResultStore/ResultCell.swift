/// One value of a kept result.
public enum ResultCell: Hashable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case real(Double)
    /// Should be UTF-8; what is not is kept as it came.
    case text([UInt8])
    case blob([UInt8])

    public static func text(_ text: some StringProtocol) -> ResultCell { .text(Array(text.utf8)) }
}

/// How a cell lies in a block.
enum CellTag: UInt8 {
    case null, boolean, integer, real, text, blob
}

/// A column of a kept result.
public struct StoredColumn: Hashable, Sendable {
    /// As the engine named it; two may share a name.
    public var name: String
    /// The type in the engine's words; may be empty.
    public var type: String
    /// Whether its texts are numbers as well (decimals): aligned and compared as such.
    public var isNumeric: Bool
    /// Whether its texts are JSON.
    public var isJSON: Bool

    public init(name: String, type: String = "", isNumeric: Bool = false, isJSON: Bool = false) {
        self.name = name
        self.type = type
        self.isNumeric = isNumeric
        self.isJSON = isJSON
    }
}
