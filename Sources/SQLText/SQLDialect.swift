/// The rules by which SQL text is cut into words.
public enum SQLDialect: String, Hashable, Sendable, CaseIterable {
    case sqlite, postgresql, duckdb

    /// Whether a block comment may hold others.
    var nestsComments: Bool { self != .sqlite }
    /// Whether `$tag$ … $tag$` is a text.
    var hasDollarQuotes: Bool { self != .sqlite }
    /// Whether `[name]` and `` `name` `` are identifiers.
    var hasBracketNames: Bool { self == .sqlite }
    /// Whether `?` stands for a parameter and not for an operator.
    var hasQuestionMarks: Bool { self != .postgresql }
    /// Letters that, right before a quote, begin a text of another kind.
    var textPrefixes: [UInt8] {
        self == .sqlite ? [UInt8(ascii: "x")] : [0x62, 0x65, 0x6E, 0x78]  // b e n x
    }
}
