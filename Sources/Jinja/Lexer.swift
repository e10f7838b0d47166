/// Cuts a template into tokens as Jinja2 does with `trim_blocks` and `lstrip_blocks` off, one
/// newline at the end dropped and CR LF read as LF.
struct Lexer {
    let bytes: [UInt8]
    private(set) var tokens: [PlacedToken] = []
    private var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// The text as the lexer reads it: line ends are LF, the last newline is gone.
    static func normalised(_ text: [UInt8]) -> [UInt8] {
        var bytes = text
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        if bytes.contains(13) {
            var copy: [UInt8] = []
            copy.reserveCapacity(bytes.count)
            for (index, byte) in bytes.enumerated() {
                if byte == 13 {
                    copy.append(10)
                } else if byte != 10 || index == 0 || bytes[index - 1] != 13 {
                    copy.append(byte)
                }
            }
            bytes = copy
        }
        if bytes.last == 10 { bytes.removeLast() }
        return bytes
    }

    /// All tokens, `.end` last.
    static func tokens(of bytes: [UInt8]) throws -> [PlacedToken] {
        var lexer = Lexer(bytes: bytes)
        try lexer.run()
        return lexer.tokens
    }

    private func byte(_ ahead: Int = 0) -> UInt8 {
        position + ahead < bytes.count ? bytes[position + ahead] : 0
    }

    private func text(_ start: Int, _ end: Int) -> String {
        String(decoding: bytes[start..<max(start, end)], as: UTF8.self)
    }

    private mutating func add(_ token: Token, at offset: Int) {
        tokens.append(PlacedToken(token: token, offset: offset))
    }

    private mutating func addData(_ start: Int, _ end: Int, stripRight: Bool) {
        var end = end
        if stripRight { while end > start, bytes[end - 1].isSpace { end -= 1 } }
        if end > start { add(.data(text(start, end)), at: start) }
    }

    private mutating func skipSpace() {
        while position < bytes.count, bytes[position].isSpace { position += 1 }
    }

    private mutating func run() throws {
        while position < bytes.count {
            let start = position
            while position < bytes.count, !isOpening(position) { position += 1 }
            guard position < bytes.count else {
                addData(start, position, stripRight: false)
                break
            }
            let kind = bytes[position + 1]
            let opening = position
            let sign = position + 2 < bytes.count ? bytes[position + 2] : 0
            addData(start, opening, stripRight: sign == UInt8(ascii: "-"))
            position += sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") ? 3 : 2
            switch kind {
            case UInt8(ascii: "#"): try skipComment(from: opening)
            case UInt8(ascii: "{"):
                add(.variableBegin, at: opening)
                try code(isBlock: false, from: opening)
            default:
                if try readRaw(from: opening) { continue }
                add(.blockBegin, at: opening)
                try code(isBlock: true, from: opening)
            }
        }
        add(.end, at: bytes.count)
    }

    private func isOpening(_ index: Int) -> Bool {
        guard bytes[index] == UInt8(ascii: "{"), index + 1 < bytes.count else { return false }
        let next = bytes[index + 1]
        return next == UInt8(ascii: "%") || next == UInt8(ascii: "{") || next == UInt8(ascii: "#")
    }

    private mutating func skipComment(from opening: Int) throws {
        while position + 1 < bytes.count {
            if bytes[position] == UInt8(ascii: "#"), bytes[position + 1] == UInt8(ascii: "}") {
                let strips = position > opening + 2 && bytes[position - 1] == UInt8(ascii: "-")
                position += 2
                if strips { skipSpace() }
                return
            }
            position += 1
        }
        throw SyntaxFault(
            message: "Missing end of comment tag", offset: opening,
            remedy: "Close the comment with '#}'.")
    }

    /// Reads `{% raw %}…{% endraw %}` where the block at `position` is one.
    private mutating func readRaw(from opening: Int) throws -> Bool {
        var index = position
        guard let afterName = word("raw", at: &index) else { return false }
        index = afterName
        var strips = false
        if index < bytes.count, bytes[index] == UInt8(ascii: "-") {
            strips = true
            index += 1
        }
        guard index + 1 < bytes.count, bytes[index] == UInt8(ascii: "%"),
            bytes[index + 1] == UInt8(ascii: "}")
        else { return false }
        position = index + 2
        if strips { skipSpace() }
        let start = position
        while position + 1 < bytes.count {
            if bytes[position] == UInt8(ascii: "{"), bytes[position + 1] == UInt8(ascii: "%") {
                let end = position
                var inner = position + 2
                let stripsLeft = inner < bytes.count && bytes[inner] == UInt8(ascii: "-")
                if stripsLeft || (inner < bytes.count && bytes[inner] == UInt8(ascii: "+")) {
                    inner += 1
                }
                if var tail = word("endraw", at: &inner) {
                    let stripsRight = tail < bytes.count && bytes[tail] == UInt8(ascii: "-")
                    if stripsRight || (tail < bytes.count && bytes[tail] == UInt8(ascii: "+")) {
                        tail += 1
                    }
                    if tail + 1 < bytes.count, bytes[tail] == UInt8(ascii: "%"),
                        bytes[tail + 1] == UInt8(ascii: "}")
                    {
                        addData(start, end, stripRight: stripsLeft)
                        position = tail + 2
                        if stripsRight { skipSpace() }
                        return true
                    }
                }
            }
            position += 1
        }
        throw SyntaxFault(
            message: "Missing end of raw directive", offset: opening,
            remedy: "Close it with '{% endraw %}'.")
    }

    /// The index after `name` and the spaces around it, or nil where it does not stand there.
    private func word(_ name: String, at index: inout Int) -> Int? {
        while index < bytes.count, bytes[index].isSpace { index += 1 }
        var cursor = index
        for expected in name.utf8 {
            guard cursor < bytes.count, bytes[cursor] == expected else { return nil }
            cursor += 1
        }
        if cursor < bytes.count, bytes[cursor].isNamePart { return nil }
        while cursor < bytes.count, bytes[cursor].isSpace { cursor += 1 }
        return cursor
    }

    /// Reads the tokens up to the end of a block or of a print statement.
    private mutating func code(isBlock: Bool, from opening: Int) throws {
        let closing = isBlock ? UInt8(ascii: "%") : UInt8(ascii: "}")
        var open: [UInt8] = []
        while position < bytes.count {
            let current = bytes[position]
            if current.isSpace {
                position += 1
                continue
            }
            if open.isEmpty {
                let signed =
                    current == UInt8(ascii: "-") || (isBlock && current == UInt8(ascii: "+"))
                let shift = signed ? 1 : 0
                if byte(shift) == closing, byte(shift + 1) == UInt8(ascii: "}") {
                    add(isBlock ? .blockEnd : .variableEnd, at: position)
                    position += 2 + shift
                    if current == UInt8(ascii: "-") { skipSpace() }
                    return
                }
            }
            let start = position
            if current.isNameStart {
                while position < bytes.count, bytes[position].isNamePart { position += 1 }
                add(.name(text(start, position)), at: start)
            } else if current.isDigit {
                try number()
            } else if current == UInt8(ascii: "'") || current == UInt8(ascii: "\"") {
                try string(quote: current)
            } else {
                try symbol(&open)
            }
        }
        throw SyntaxFault(
            message: isBlock
                ? "unexpected end of template, expected 'end of statement block'"
                : "unexpected end of template, expected 'end of print statement'",
            offset: opening, remedy: isBlock ? "Close it with '%}'." : "Close it with '}}'.")
    }

    private mutating func symbol(_ open: inout [UInt8]) throws {
        let start = position
        let pair = text(start, min(start + 2, bytes.count))
        if ["**", "//", "==", "!=", "<=", ">="].contains(pair) {
            position += 2
            return add(.symbol(pair), at: start)
        }
        let current = bytes[position]
        switch current {
        case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): open.append(current)
        case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
            let opener = current == UInt8(ascii: ")") ? UInt8(ascii: "(") : current - 2
            guard open.popLast() == opener else {
                throw SyntaxFault(
                    message: "unexpected '\(text(start, start + 1))'", offset: start,
                    remedy: "Open a bracket for it, or remove it.")
            }
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "/"),
            UInt8(ascii: "%"), UInt8(ascii: "~"), UInt8(ascii: "<"), UInt8(ascii: ">"),
            UInt8(ascii: "="), UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: ":"),
            UInt8(ascii: "|"):
            break
        default:
            let shown = text(start, start + 1)
            throw SyntaxFault(message: "unexpected char '\(shown)'", offset: start)
        }
        position += 1
        add(.symbol(text(start, position)), at: start)
    }

    private mutating func digits() {
        while byte().isDigit || (byte() == UInt8(ascii: "_") && byte(1).isDigit) { position += 1 }
    }

    private mutating func number() throws {
        let start = position
        let afterDot = start > 0 && bytes[start - 1] == UInt8(ascii: ".")
        if byte() == 48, let radix = [98: 2, 111: 8, 120: 16][Int(byte(1) | 32)] {
            position += 2
            while byte().isNamePart { position += 1 }
            let body = text(start + 2, position).filter { $0 != "_" }
            guard let value = Int(body, radix: radix) else {
                throw SyntaxFault(message: "bad number '\(text(start, position))'", offset: start)
            }
            return add(.int(value), at: start)
        }
        digits()
        var isFloat = false
        if !afterDot, byte() == UInt8(ascii: "."), byte(1).isDigit {
            isFloat = true
            position += 1
            digits()
        }
        if !afterDot, byte() | 32 == UInt8(ascii: "e") {
            let signed = byte(1) == UInt8(ascii: "+") || byte(1) == UInt8(ascii: "-")
            if byte(signed ? 2 : 1).isDigit {
                isFloat = true
                position += signed ? 2 : 1
                digits()
            }
        }
        let body = text(start, position).filter { $0 != "_" }
        if isFloat, let value = Double(body) { return add(.float(value), at: start) }
        guard let value = Int(body) else {
            return add(.bigInteger(String(body.drop { $0 == "0" })), at: start)
        }
        add(.int(value), at: start)
    }

    private mutating func string(quote: UInt8) throws {
        let start = position
        position += 1
        var body: [UInt8] = []
        while position < bytes.count {
            let current = bytes[position]
            if current == quote {
                position += 1
                return add(.string(String(decoding: body, as: UTF8.self)), at: start)
            }
            if current == UInt8(ascii: "\\"), position + 1 < bytes.count {
                escape(into: &body)
            } else {
                body.append(current)
                position += 1
            }
        }
        throw SyntaxFault(
            message: "this string is not closed", offset: start,
            remedy: "Close it with the quote it began with.")
    }

    /// Reads one escape as Python's string literals do; an unknown one stays as it is.
    private mutating func escape(into body: inout [UInt8]) {
        let kind = bytes[position + 1]
        let simple: [UInt8: UInt8] = [
            110: 10, 116: 9, 114: 13, 92: 92, 39: 39, 34: 34, 98: 8, 102: 12, 118: 11, 97: 7,
        ]
        if let value = simple[kind] {
            body.append(value)
            position += 2
        } else if kind == 10 {
            position += 2
        } else if let count = [120: 2, 117: 4, 85: 8][Int(kind)],
            position + 2 + count <= bytes.count,
            let code = UInt32(text(position + 2, position + 2 + count), radix: 16),
            let scalar = Unicode.Scalar(code)
        {
            body.append(contentsOf: Array(String(scalar).utf8))
            position += 2 + count
        } else if kind >= 48, kind <= 55 {
            var code: UInt32 = 0
            var length = 1
            while length <= 3, byte(length) >= 48, byte(length) <= 55 {
                code = code * 8 + UInt32(byte(length) - 48)
                length += 1
            }
            body.append(contentsOf: Array(String(Unicode.Scalar(code) ?? "?").utf8))
            position += length
        } else {
            body.append(contentsOf: [bytes[position], kind])
            position += 2
        }
    }
}
