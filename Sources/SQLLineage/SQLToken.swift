/// A piece of SQL text; comments and spaces are none.
struct SQLToken: Sendable {
    enum Kind: Sendable { case word, quoted, string, number, symbol }

    var kind: Kind
    /// A name without its quotes, anything else as it is written.
    var text: String
    /// Its bytes in the text.
    var range: Range<Int>
    /// For brackets: the place of the other one.
    var match: Int?

    var lower: String { text.lowercased() }
    var isName: Bool { kind == .word || kind == .quoted }
    func isWord(_ word: String) -> Bool { kind == .word && lower == word }
    func isSymbol(_ symbol: String) -> Bool { kind == .symbol && text == symbol }
}

/// Cuts SQL into tokens and pairs its brackets.
enum SQLLexer {
    /// Linear in the length; what is no SQL becomes symbols.
    static func tokens(of sql: String) -> [SQLToken] {
        let bytes = Array(sql.utf8)
        var result: [SQLToken] = []
        var index = 0
        while let start = next(bytes, &index) {
            let byte = bytes[start]
            var end = start + 1
            var kind = SQLToken.Kind.symbol
            var text: String?
            switch byte {
            case 39:
                (kind, end) = (.string, endOfQuoted(bytes, start, 39))
            case 34, 96, 91:
                kind = .quoted
                let close: UInt8 = byte == 91 ? 93 : byte
                end = endOfQuoted(bytes, start, close)
                text = unquoted(bytes[start..<end], close)
            case 48...57:
                kind = .number
                while end < bytes.count, isWord(bytes[end]) || bytes[end] == 46 { end += 1 }
            case _ where isWord(byte):
                kind = .word
                while end < bytes.count, isWord(bytes[end]) { end += 1 }
            default:
                let pairs = ["||", "<=", ">=", "<>", "!=", "==", "::", "->", "<<", ">>"]
                if end < bytes.count,
                    pairs.contains(String(decoding: bytes[start...end], as: UTF8.self))
                {
                    end += 1
                }
            }
            result.append(
                SQLToken(
                    kind: kind, text: text ?? String(decoding: bytes[start..<end], as: UTF8.self),
                    range: start..<end))
            index = end
        }
        pair(&result)
        return result
    }

    private static func pair(_ tokens: inout [SQLToken]) {
        var open: [Int] = []
        for index in tokens.indices where tokens[index].kind == .symbol {
            if tokens[index].text == "(" {
                open.append(index)
            } else if tokens[index].text == ")", let start = open.popLast() {
                tokens[start].match = index
                tokens[index].match = start
            }
        }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            || byte == 95 || byte == 36 || byte >= 128
    }

    /// The start of the next token, after spaces and comments.
    private static func next(_ bytes: [UInt8], _ index: inout Int) -> Int? {
        while index < bytes.count {
            if bytes[index] <= 32 {
                index += 1
            } else if bytes[index] == 45, index + 1 < bytes.count, bytes[index + 1] == 45 {
                while index < bytes.count, bytes[index] != 10 { index += 1 }
            } else if bytes[index] == 47, index + 1 < bytes.count, bytes[index + 1] == 42 {
                index += 2
                while index < bytes.count, !(bytes[index - 1] == 42 && bytes[index] == 47) {
                    index += 1
                }
                index += 1
            } else {
                return index
            }
        }
        return nil
    }

    private static func endOfQuoted(_ bytes: [UInt8], _ start: Int, _ close: UInt8) -> Int {
        var index = start + 1
        while index < bytes.count {
            if bytes[index] == close {
                guard close != 93, index + 1 < bytes.count, bytes[index + 1] == close else {
                    return index + 1
                }
                index += 1
            }
            index += 1
        }
        return bytes.count
    }

    private static func unquoted(_ bytes: ArraySlice<UInt8>, _ close: UInt8) -> String {
        var inner: [UInt8] = []
        var isAfterQuote = false
        for byte in bytes.dropFirst().dropLast() {
            if byte == close, !isAfterQuote {
                isAfterQuote = true
            } else {
                isAfterQuote = false
                inner.append(byte)
                continue
            }
            inner.append(byte)
        }
        var result: [UInt8] = []
        var skips = false
        for byte in inner {
            if byte == close {
                skips.toggle()
                if !skips { continue }
            }
            result.append(byte)
        }
        return String(decoding: result, as: UTF8.self)
    }
}
