/// The tokens of a SQL text, as far as finding statements, parameters and dangerous words needs
/// them: every byte belongs to one token, whatever the text. Linear cost, no failure.
struct SQLScanner {
    enum Kind: Hashable {
        case blank, comment, string, quotedName, word, number, parameter, semicolon, open, close
        case symbol
        /// A quote or comment that the text does not close.
        case unterminated
    }

    struct Token: Hashable {
        var kind: Kind
        var range: Range<Int>
    }

    private let bytes: [UInt8]
    private let engine: DatabaseEngine
    private var position = 0

    init(_ bytes: [UInt8], _ engine: DatabaseEngine) {
        self.bytes = bytes
        self.engine = engine
    }

    static func tokens(_ bytes: [UInt8], _ engine: DatabaseEngine) -> [Token] {
        var scanner = SQLScanner(bytes, engine)
        var tokens: [Token] = []
        while let token = scanner.next() { tokens.append(token) }
        return tokens
    }

    mutating func next() -> Token? {
        guard position < bytes.count else { return nil }
        let start = position
        let kind = scan()
        return Token(kind: kind, range: start..<position)
    }

    private func byte(_ ahead: Int = 0) -> UInt8 {
        position + ahead < bytes.count ? bytes[position + ahead] : 0
    }

    private mutating func scan() -> Kind {
        let first = byte()
        switch first {
        case 0...32: return skip(.blank) { $0 <= 32 }
        case UInt8(ascii: "-") where byte(1) == UInt8(ascii: "-"):
            return skip(.comment) { $0 != UInt8(ascii: "\n") }
        case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "*"): return blockComment()
        case UInt8(ascii: "'"): return quoted(first, .string, escapes: false)
        case UInt8(ascii: "\""): return quoted(first, .quotedName, escapes: false)
        case UInt8(ascii: "`") where engine == .sqlite:
            return quoted(first, .quotedName, escapes: false)
        case UInt8(ascii: "[") where engine == .sqlite:
            return quoted(UInt8(ascii: "]"), .quotedName, escapes: false)
        case UInt8(ascii: "E"), UInt8(ascii: "e"):
            if engine != .sqlite, byte(1) == UInt8(ascii: "'") {
                position += 1
                return quoted(UInt8(ascii: "'"), .string, escapes: true)
            }
            return skip(.word, while: Self.isWordByte)
        case UInt8(ascii: "$"): return dollar()
        case UInt8(ascii: ":"), UInt8(ascii: "@"), UInt8(ascii: "#"): return named(first)
        case UInt8(ascii: "?"):
            position += 1
            return skip(.parameter, while: Self.isDigit)
        case UInt8(ascii: ";"): return one(.semicolon)
        case UInt8(ascii: "("): return one(.open)
        case UInt8(ascii: ")"): return one(.close)
        case _ where Self.isDigit(first): return skip(.number, while: Self.isNumberByte)
        case _ where Self.isWordByte(first): return skip(.word, while: Self.isWordByte)
        default: return one(.symbol)
        }
    }

    private mutating func one(_ kind: Kind) -> Kind {
        position += 1
        return kind
    }

    private mutating func skip(_ kind: Kind, while isPart: (UInt8) -> Bool) -> Kind {
        while position < bytes.count, isPart(bytes[position]) { position += 1 }
        return kind
    }

    /// From the opening quote to the closing one; a doubled one does not close.
    private mutating func quoted(_ closing: UInt8, _ kind: Kind, escapes: Bool) -> Kind {
        position += 1
        while position < bytes.count {
            if bytes[position] == closing {
                if byte(1) != closing || closing == UInt8(ascii: "]") {
                    position += 1
                    return kind
                }
                position += 1
            } else if escapes, bytes[position] == UInt8(ascii: "\\") {
                position += 1
            }
            position += 1
        }
        position = bytes.count
        return .unterminated
    }

    /// PostgreSQL's and DuckDB's comments nest; SQLite's do not, and end with the text.
    private mutating func blockComment() -> Kind {
        var depth = 0
        while position < bytes.count {
            if byte() == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*"),
                depth == 0 || engine == .postgresql
            {
                depth += 1
                position += 2
            } else if byte() == UInt8(ascii: "*"), byte(1) == UInt8(ascii: "/") {
                depth -= 1
                position += 2
                if depth == 0 { return .comment }
            } else {
                position += 1
            }
        }
        position = bytes.count
        return engine == .sqlite ? .comment : .unterminated
    }

    /// `$tag$ … $tag$`, `$name`, `$1` or a lone dollar.
    private mutating func dollar() -> Kind {
        var end = position + 1
        while end < bytes.count, Self.isWordByte(bytes[end]), bytes[end] != UInt8(ascii: "$") {
            end += 1
        }
        let isTag = end == position + 1 || !Self.isDigit(bytes[position + 1])
        if engine != .sqlite, isTag, end < bytes.count, bytes[end] == UInt8(ascii: "$") {
            let tag = bytes[position...end]
            position = end + 1
            while position < bytes.count {
                if bytes[position] == UInt8(ascii: "$"), bytes[position...].starts(with: tag) {
                    position += tag.count
                    return .string
                }
                position += 1
            }
            return .unterminated
        }
        let isNamed = end > position + 1
        position = end
        return isNamed ? .parameter : .symbol
    }

    /// `:name` and `@name`; not `::type`, `:=` or an operator.
    private mutating func named(_ first: UInt8) -> Kind {
        if first == UInt8(ascii: ":"), byte(1) == UInt8(ascii: ":") {
            position += 2
            return .symbol
        }
        let next = byte(1)
        let isNamed =
            first != UInt8(ascii: "#") && Self.isWordByte(next) && !Self.isDigit(next)
            && (first == UInt8(ascii: ":") || engine == .sqlite)
        position += 1
        return isNamed ? skip(.parameter, while: Self.isWordByte) : .symbol
    }

    static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    private static func isNumberByte(_ byte: UInt8) -> Bool {
        isWordByte(byte) && byte != UInt8(ascii: "$") || byte == UInt8(ascii: ".")
    }

    static func isWordByte(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte == UInt8(ascii: "_") || isDigit(byte) || byte == UInt8(ascii: "$")
            || (65...90).contains(byte & 0xDF)
    }
}
