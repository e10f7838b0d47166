/// A piece of SQL text; the tokens of a text cover it without a gap.
public struct SQLToken: Hashable, Sendable {
    public enum Kind: UInt8, Hashable, Sendable {
        /// Blanks, tabs and ends of lines.
        case space
        /// `-- …` up to, not with, the end of the line.
        case lineComment
        case blockComment
        /// A keyword or a name without quotes.
        case word
        /// `"name"`, and in SQLite `[name]` and `` `name` ``.
        case quotedName
        /// `'text'`, `E'text'`, `x'00'`, `$$text$$`.
        case text
        case number
        /// `?`, `?1`, `:name`, `@name`, `$name`, `$1`.
        case parameter
        case operation
        /// One of `( ) [ ] { } , ; .`
        case punctuation
    }

    public var kind: Kind
    /// Offsets of its bytes in the text.
    public var range: Range<Int>
    /// False where the text ends before the quote or comment does.
    public var isTerminated: Bool

    public init(_ kind: Kind, _ range: Range<Int>, isTerminated: Bool = true) {
        self.kind = kind
        self.range = range
        self.isTerminated = isTerminated
    }

    /// Whether it means nothing to a database.
    public var isBlank: Bool {
        kind == .space || kind == .lineComment || kind == .blockComment
    }

    /// Whether it is a part of a statement: a comment without an end is an error that belongs to
    /// one, except to SQLite, which lets the text end it.
    public func means(in dialect: SQLDialect) -> Bool {
        !isBlank || (!isTerminated && dialect != .sqlite)
    }
}

/// What a line begins in: nothing, or a quote or comment that an earlier line began.
public enum SQLMode: Hashable, Sendable {
    case plain
    /// Inside so many block comments.
    case comment(depth: Int)
    /// Inside a quote that ends with this byte, which doubles to stand for itself.
    case quoted(end: UInt8, SQLToken.Kind, hasEscapes: Bool)
    /// Inside a text that ends with `$tag$`; the bytes are those of the whole end mark.
    case dollar([UInt8])
}
