import Domain

/// Why a text is no JSON, and where.
struct JSONFailure: Error {
    var place: SourcePlace
    var problem: String
}

/// Reads JSON (RFC 8259) into nodes with places.
///
/// Time in proportion to the text; nesting is bounded, so that no text exhausts the stack.
struct JSONReader {
    static let deepest = 100

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var lineStart = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            position = 3
            lineStart = 3
        }
    }

    static func read(_ bytes: [UInt8]) throws(JSONFailure) -> SourceNode {
        var reader = JSONReader(bytes)
        let node = try reader.value(depth: 0)
        reader.skipSpace()
        if reader.position < bytes.count { throw reader.failure("there is text after the value") }
        return node
    }

    private var place: SourcePlace {
        // Bytes that go on a character are not counted.
        let column = bytes[min(lineStart, position)..<position].count { $0 & 0xC0 != 0x80 }
        return SourcePlace(line: line, column: column + 1)
    }

    private func failure(_ problem: String) -> JSONFailure {
        JSONFailure(place: place, problem: problem)
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = current {
            switch byte {
            case 10:
                line += 1
                lineStart = position + 1
            case 32, 9, 13: break
            default: return
            }
            position += 1
        }
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(JSONFailure) {
        skipSpace()
        guard current == UInt8(ascii: character) else {
            throw failure("'\(character)' was expected here")
        }
        position += 1
    }

    private mutating func value(depth: Int) throws(JSONFailure) -> SourceNode {
        skipSpace()
        let start = place
        guard depth < Self.deepest else {
            throw failure("this lies more than \(Self.deepest) levels deep")
        }
        guard let byte = current else { throw failure("a value was expected, the text ends") }
        switch byte {
        case UInt8(ascii: "{"):
            return SourceNode(place: start, content: .map(try members(depth: depth)))
        case UInt8(ascii: "["):
            return SourceNode(place: start, content: .list(try elements(depth: depth)))
        case UInt8(ascii: "\""):
            return SourceNode(place: start, content: .text(try string()))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return SourceNode(place: start, content: try number())
        default:
            for (word, content) in [
                ("true", SourceNode.Content.bool(true)), ("false", .bool(false)), ("null", .null),
            ] where bytes[position...].starts(with: word.utf8) {
                position += word.utf8.count
                return SourceNode(place: start, content: content)
            }
            throw failure("a value was expected here")
        }
    }

    private mutating func members(depth: Int) throws(JSONFailure) -> [SourceNode.Entry] {
        position += 1
        var entries: [SourceNode.Entry] = []
        skipSpace()
        if current == UInt8(ascii: "}") {
            position += 1
            return []
        }
        while true {
            skipSpace()
            let start = place
            guard current == UInt8(ascii: "\"") else { throw failure("a key was expected here") }
            let key = try string()
            try expect(":")
            let value = try value(depth: depth + 1)
            entries.append(SourceNode.Entry(key: key, place: start, value: value))
            skipSpace()
            guard current == UInt8(ascii: ",") else { break }
            position += 1
        }
        try expect("}")
        return entries
    }

    private mutating func elements(depth: Int) throws(JSONFailure) -> [SourceNode] {
        position += 1
        var items: [SourceNode] = []
        skipSpace()
        if current == UInt8(ascii: "]") {
            position += 1
            return []
        }
        while true {
            items.append(try value(depth: depth + 1))
            skipSpace()
            guard current == UInt8(ascii: ",") else { break }
            position += 1
        }
        try expect("]")
        return items
    }

    private mutating func number() throws(JSONFailure) -> SourceNode.Content {
        let start = position
        var isWhole = true
        while let byte = current {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): break
            case UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
                isWhole = false
            default:
                return try number(from: start, isWhole)
            }
            position += 1
        }
        return try number(from: start, isWhole)
    }

    private func number(from start: Int, _ isWhole: Bool) throws(JSONFailure)
        -> SourceNode.Content
    {
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let value = Int64(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else {
            throw failure("'\(text.prefix(40))' is no number")
        }
        return .number(value)
    }

    private mutating func string() throws(JSONFailure) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = current {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<32: throw failure("a text goes on over the end of its line")
            default: text.append(byte)
            }
        }
        throw failure("the text ends before its closing '\"'")
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONFailure) {
        guard let byte = current else { throw failure("the text ends after a '\\'") }
        position += 1
        switch byte {
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "u"):
            var units = [try codeUnit()]
            if UTF16.isLeadSurrogate(units[0]), bytes[position...].starts(with: "\\u".utf8) {
                position += 2
                units.append(try codeUnit())
            }
            text += Array(String(decoding: units, as: UTF16.self).utf8)
        default: throw failure("'\\\(Unicode.Scalar(byte))' is no escape of JSON")
        }
    }

    private mutating func codeUnit() throws(JSONFailure) -> UInt16 {
        let end = min(position + 4, bytes.count)
        let digits = String(decoding: bytes[position..<end], as: UTF8.self)
        guard digits.utf8.count == 4, !digits.hasPrefix("+"), !digits.hasPrefix("-"),
            let unit = UInt16(digits, radix: 16)
        else { throw failure("'\\u' needs four hexadecimal digits") }
        position = end
        return unit
    }
}
