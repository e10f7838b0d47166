/// The text of a script, seen as far as SQLite's parser leaves it to us: where statements begin,
/// on which line, and whether one of them starts a transaction.
struct SQLText {
    /// UTF-8 with a NUL behind the end.
    let bytes: [UInt8]
    let length: Int
    private let lineStarts: [Int]

    init(_ script: String) {
        let text = Array(script.utf8)
        bytes = text + [0]
        length = text.count
        lineStarts = [0] + text.indices.filter { text[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
    }

    /// The line of a byte, from 1. O(log lines).
    func line(at offset: Int) -> Int {
        var (low, high) = (0, lineStarts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return low + 1
    }

    /// The first byte from `offset` on that is no blank, comment or empty statement.
    func statementStart(after offset: Int) -> Int {
        var position = offset
        while position < length {
            let next = skippingComment(at: position)
            if next > position {
                position = next
            } else if bytes[position] <= 0x20 || bytes[position] == UInt8(ascii: ";") {
                position += 1
            } else {
                break
            }
        }
        return position
    }

    /// At most 60 characters of the statement, blanks and comments' line ends made one blank.
    ///
    /// - Parameter mask: puts something else in place of what may not be seen, before it is cut.
    func firstWords(at offset: Int, until end: Int, mask: (String) -> String) -> String {
        let statement = String(
            decoding: bytes[offset..<max(offset, min(end, length, offset + 4_000))], as: UTF8.self)
        let words = mask(statement).prefix(400).split(whereSeparator: \.isWhitespace)
        var text = words.joined(separator: " ")
        while text.hasSuffix(";") { text.removeLast() }
        return text.count <= 60 ? text : text.prefix(59) + "…"
    }

    /// Whether a statement begins with BEGIN; a trigger's body does not count.
    var startsTransaction: Bool {
        var position = statementStart(after: 0)
        while position < length {
            if hasWord("BEGIN", at: position) { return true }
            position = statementStart(after: nextSemicolon(from: position))
        }
        return false
    }

    private func hasWord(_ word: String, at offset: Int) -> Bool {
        let end = offset + word.utf8.count
        guard end <= length else { return false }
        let isSame = zip(bytes[offset..<end], word.utf8).allSatisfy { $0 & 0xDF == $1 }
        let after = bytes[end]
        let isLonger =
            after >= 0x80 || after == UInt8(ascii: "_") || (48...57).contains(after)
            || (65...90).contains(after & 0xDF)
        return isSame && !isLonger
    }

    /// The next semicolon outside of quotes and comments, or the end.
    private func nextSemicolon(from offset: Int) -> Int {
        var position = offset
        while position < length, bytes[position] != UInt8(ascii: ";") {
            let next = skippingComment(at: position)
            position = next > position ? next : skippingQuoted(at: position)
        }
        return position
    }

    private func skippingComment(at offset: Int) -> Int {
        guard offset + 1 < length else { return offset }
        if bytes[offset] == UInt8(ascii: "-"), bytes[offset + 1] == UInt8(ascii: "-") {
            return bytes[offset..<length].firstIndex(of: UInt8(ascii: "\n")) ?? length
        }
        if bytes[offset] == UInt8(ascii: "/"), bytes[offset + 1] == UInt8(ascii: "*") {
            var position = offset + 2
            while position + 1 < length {
                if bytes[position] == UInt8(ascii: "*"), bytes[position + 1] == UInt8(ascii: "/") {
                    return position + 2
                }
                position += 1
            }
            return length
        }
        return offset
    }

    /// One byte on, or behind the closing quote where one opens here.
    private func skippingQuoted(at offset: Int) -> Int {
        let closing: UInt8
        switch bytes[offset] {
        case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"): closing = bytes[offset]
        case UInt8(ascii: "["): closing = UInt8(ascii: "]")
        default: return offset + 1
        }
        let end = bytes[(offset + 1)..<length].firstIndex(of: closing) ?? length
        return min(end + 1, length)
    }
}
