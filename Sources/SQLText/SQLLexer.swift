/// Cuts SQL into tokens. Never fails: what is no SQL becomes operators, what has no end is said to
/// be unterminated. O(length).
public struct SQLLexer: Sendable {
    public let dialect: SQLDialect

    public init(_ dialect: SQLDialect) { self.dialect = dialect }

    /// The tokens of a whole text.
    public func tokens(of text: some StringProtocol) -> [SQLToken] { tokens(of: Array(text.utf8)) }

    /// The tokens of a whole text that should be UTF-8.
    public func tokens(of bytes: [UInt8]) -> [SQLToken] {
        var mode = SQLMode.plain
        return tokens(of: bytes, mode: &mode)
    }

    /// The tokens of one line (or of any piece), which begins in `mode`; `mode` becomes what the
    /// next line begins in.
    ///
    /// A piece must not end inside a character, an operator or a word; ends of lines never do.
    public func tokens(of bytes: [UInt8], mode: inout SQLMode) -> [SQLToken] {
        var tokens: [SQLToken] = []
        bytes.withUnsafeBufferPointer { bytes in
            var scanner = SQLScanner(bytes: bytes, dialect: dialect)
            while let token = scanner.next(&mode) { tokens.append(token) }
        }
        return tokens
    }
}

/// One pass over a text.
struct SQLScanner {
    let bytes: UnsafeBufferPointer<UInt8>
    let dialect: SQLDialect
    var index = 0

    func byte(_ offset: Int) -> UInt8 { offset < bytes.count ? bytes[offset] : 0 }

    mutating func next(_ mode: inout SQLMode) -> SQLToken? {
        guard index < bytes.count else { return nil }
        let start = index
        switch mode {
        case .plain: return begin(&mode)
        case .comment(let depth): return finishComment(from: start, depth: depth, &mode)
        case .quoted(let end, let kind, let hasEscapes):
            return finishQuote(from: start, end, kind, hasEscapes: hasEscapes, &mode)
        case .dollar(let tag): return finishDollar(from: start, tag, &mode)
        }
    }

    private mutating func begin(_ mode: inout SQLMode) -> SQLToken {
        let start = index
        let first = bytes[index]
        switch first {
        case 0x20, 0x09...0x0D: return space()
        case UInt8(ascii: "-") where byte(index + 1) == first:
            while index < bytes.count, bytes[index] != 0x0A { index += 1 }
            return SQLToken(.lineComment, start..<index)
        case UInt8(ascii: "/") where byte(index + 1) == UInt8(ascii: "*"):
            index += 2
            return finishComment(from: start, depth: 1, &mode)
        case UInt8(ascii: "'"):
            index += 1
            return finishQuote(from: start, first, .text, hasEscapes: false, &mode)
        case UInt8(ascii: "\""):
            index += 1
            return finishQuote(from: start, first, .quotedName, hasEscapes: false, &mode)
        case UInt8(ascii: "`") where dialect.hasBracketNames:
            index += 1
            return finishQuote(from: start, first, .quotedName, hasEscapes: false, &mode)
        case UInt8(ascii: "[") where dialect.hasBracketNames:
            index += 1
            return finishQuote(
                from: start, UInt8(ascii: "]"), .quotedName, hasEscapes: false, &mode)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
        case UInt8(ascii: ".") where Self.isDigit(byte(index + 1)) && !followsName(index):
            return number()
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"),
            UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: ","), UInt8(ascii: ";"),
            UInt8(ascii: "."):
            index += 1
            return SQLToken(.punctuation, start..<index)
        case UInt8(ascii: "$"): return dollar(&mode)
        case UInt8(ascii: "?") where dialect.hasQuestionMarks:
            index += 1
            while Self.isDigit(byte(index)) { index += 1 }
            return SQLToken(.parameter, start..<index)
        case UInt8(ascii: ":")
        where Self.beginsName(byte(index + 1)) && !followsName(index):
            return namedParameter()
        case UInt8(ascii: "@") where dialect == .sqlite && Self.beginsName(byte(index + 1)):
            return namedParameter()
        default:
            return Self.beginsName(first) ? word(&mode) : operation()
        }
    }

    private mutating func space() -> SQLToken {
        let start = index
        while index < bytes.count, bytes[index] == 0x20 || (0x09...0x0D).contains(bytes[index]) {
            index += 1
        }
        return SQLToken(.space, start..<index)
    }

    private mutating func word(_ mode: inout SQLMode) -> SQLToken {
        let start = index
        if byte(index + 1) == UInt8(ascii: "'"),
            dialect.textPrefixes.contains(bytes[index] | 0x20)
        {
            let hasEscapes = bytes[index] | 0x20 == UInt8(ascii: "e")
            index += 2
            return finishQuote(
                from: start, UInt8(ascii: "'"), .text, hasEscapes: hasEscapes, &mode)
        }
        if dialect == .postgresql, bytes[index] | 0x20 == UInt8(ascii: "u"),
            byte(index + 1) == UInt8(ascii: "&"), [0x22, 0x27].contains(byte(index + 2))
        {
            let quote = bytes[index + 2]
            index += 3
            let kind: SQLToken.Kind = quote == 0x27 ? .text : .quotedName
            return finishQuote(from: start, quote, kind, hasEscapes: false, &mode)
        }
        while index < bytes.count, Self.continuesName(bytes[index]) { index += 1 }
        return SQLToken(.word, start..<index)
    }

    private mutating func namedParameter() -> SQLToken {
        let start = index
        index += 1
        while index < bytes.count, Self.continuesName(bytes[index]) { index += 1 }
        return SQLToken(.parameter, start..<index)
    }

    private mutating func number() -> SQLToken {
        let start = index
        if bytes[index] == UInt8(ascii: "0"), [0x78, 0x6F, 0x62].contains(byte(index + 1) | 0x20) {
            index += 2
            while Self.continuesName(byte(index)), index < bytes.count { index += 1 }
            return SQLToken(.number, start..<index)
        }
        while Self.isDigit(byte(index)) || byte(index) == UInt8(ascii: "_") { index += 1 }
        if byte(index) == UInt8(ascii: "."), byte(index + 1) != UInt8(ascii: ".") {
            index += 1
            while Self.isDigit(byte(index)) || byte(index) == UInt8(ascii: "_") { index += 1 }
        }
        if byte(index) | 0x20 == UInt8(ascii: "e") {
            let sign = byte(index + 1) == 0x2B || byte(index + 1) == 0x2D ? 1 : 0
            if Self.isDigit(byte(index + 1 + sign)) {
                index += 2 + sign
                while Self.isDigit(byte(index)) { index += 1 }
            }
        }
        return SQLToken(.number, start..<index)
    }

    /// `$1`, `$name`, or the beginning of a `$tag$ … $tag$`.
    private mutating func dollar(_ mode: inout SQLMode) -> SQLToken {
        let start = index
        var end = index + 1
        while end < bytes.count, Self.continuesName(bytes[end]), bytes[end] != UInt8(ascii: "$") {
            end += 1
        }
        if dialect.hasDollarQuotes, byte(end) == UInt8(ascii: "$"),
            end == start + 1 || !Self.isDigit(bytes[start + 1])
        {
            index = end + 1
            return finishDollar(from: start, Array(bytes[start...end]), &mode)
        }
        index = max(end, start + 1)
        return SQLToken(end > start + 1 ? .parameter : .operation, start..<index)
    }

    private mutating func operation() -> SQLToken {
        let start = index
        index += 1
        let first = bytes[start]
        if first == UInt8(ascii: ":") {
            if byte(index) == first || byte(index) == UInt8(ascii: "=") { index += 1 }
            return SQLToken(.operation, start..<index)
        }
        guard Self.isOperator(first) else {
            // Bytes that are no SQL: taken together, so that a character is never cut.
            while index < bytes.count, bytes[index] & 0xC0 == 0x80 { index += 1 }
            return SQLToken(.operation, start..<index)
        }
        var hasMarked = Self.isMarked(first)
        while index < bytes.count, Self.isOperator(bytes[index]) {
            if dialect.hasQuestionMarks, bytes[index] == UInt8(ascii: "?") { break }
            let pair = (bytes[index], byte(index + 1))
            if pair == (0x2D, 0x2D) || pair == (0x2F, 0x2A) { break }
            if dialect == .sqlite, !Self.isSQLitePair(bytes[index - 1], bytes[index]) { break }
            hasMarked = hasMarked || Self.isMarked(bytes[index])
            index += 1
        }
        // PostgreSQL: a longer operator ends in + or - only if it holds one of ~!@#%^&|`?.
        while index > start + 1, !hasMarked,
            bytes[index - 1] == 0x2B || bytes[index - 1] == 0x2D
        {
            index -= 1
        }
        return SQLToken(.operation, start..<index)
    }

    // MARK: Ends

    private mutating func finishComment(
        from start: Int, depth: Int, _ mode: inout SQLMode
    ) -> SQLToken {
        var depth = depth
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "*"), byte(index + 1) == UInt8(ascii: "/") {
                index += 2
                depth -= 1
                if depth == 0 {
                    mode = .plain
                    return SQLToken(.blockComment, start..<index)
                }
            } else if dialect.nestsComments, bytes[index] == UInt8(ascii: "/"),
                byte(index + 1) == UInt8(ascii: "*")
            {
                index += 2
                depth += 1
            } else {
                index += 1
            }
        }
        mode = .comment(depth: depth)
        return SQLToken(.blockComment, start..<index, isTerminated: false)
    }

    private mutating func finishQuote(
        from start: Int, _ end: UInt8, _ kind: SQLToken.Kind, hasEscapes: Bool,
        _ mode: inout SQLMode
    ) -> SQLToken {
        while index < bytes.count {
            if hasEscapes, bytes[index] == UInt8(ascii: "\\") {
                index = min(index + 2, bytes.count)
            } else if bytes[index] == end {
                // `]` does not double.
                if end != UInt8(ascii: "]"), byte(index + 1) == end {
                    index += 2
                } else {
                    index += 1
                    mode = .plain
                    return SQLToken(kind, start..<index)
                }
            } else {
                index += 1
            }
        }
        mode = .quoted(end: end, kind, hasEscapes: hasEscapes)
        return SQLToken(kind, start..<index, isTerminated: false)
    }

    private mutating func finishDollar(
        from start: Int, _ tag: [UInt8], _ mode: inout SQLMode
    ) -> SQLToken {
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "$"), bytes[index...].starts(with: tag) {
                index += tag.count
                mode = .plain
                return SQLToken(.text, start..<index)
            }
            index += 1
        }
        mode = .dollar(tag)
        return SQLToken(.text, start..<index, isTerminated: false)
    }

    // MARK: Bytes

    /// Whether what stands before is the end of a name, a number or a bracket: `a[1:n]`, `1.5`.
    private func followsName(_ index: Int) -> Bool {
        guard index > 0 else { return false }
        let before = bytes[index - 1]
        return Self.continuesName(before)
            || [0x22, 0x27, 0x29, 0x5D, 0x60, 0x3A].contains(before)  // " ' ) ] ` :
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    static func beginsName(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte == 0x5F || byte >= 0x80
    }

    static func continuesName(_ byte: UInt8) -> Bool {
        beginsName(byte) || isDigit(byte) || byte == UInt8(ascii: "$")
    }

    private static func isOperator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "/"),
            UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "="):
            true
        default: isMarked(byte)
        }
    }

    private static func isMarked(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "~"), UInt8(ascii: "!"), UInt8(ascii: "@"), UInt8(ascii: "#"),
            UInt8(ascii: "%"), UInt8(ascii: "^"), UInt8(ascii: "&"), UInt8(ascii: "|"),
            UInt8(ascii: "`"), UInt8(ascii: "?"):
            true
        default: false
        }
    }

    /// SQLite's operators of more than one byte: `|| -> ->> << >> <= >= <> != ==`.
    private static func isSQLitePair(_ left: UInt8, _ right: UInt8) -> Bool {
        switch (left, right) {
        case (0x7C, 0x7C), (0x2D, 0x3E), (0x3E, 0x3E), (0x3C, 0x3C), (0x3C, 0x3D), (0x3E, 0x3D),
            (0x3C, 0x3E), (0x21, 0x3D), (0x3D, 0x3D):
            true
        default: false
        }
    }
}
