/// Why a text is no JSON, and at which of its bytes.
public struct JSONSyntaxError: Error, Hashable, Sendable {
    public var problem: String
    /// From 0.
    public var offset: Int
}

extension JSONValue {
    /// Containers within containers that are read; more is refused.
    public static let largestDepth = 4_096

    /// Reads JSON (RFC 8259). Whole numbers that 64 bits hold become `integer`, others `number`;
    /// members keep their order and repeated keys. Linear cost, no recursion.
    public init(reading bytes: [UInt8]) throws(JSONSyntaxError) {
        let result = bytes.withUnsafeBytes { bytes -> Result<JSONValue, JSONSyntaxError> in
            var reader = JSONReader(bytes)
            return Result { () throws(JSONSyntaxError) in try reader.read() }
        }
        self = try result.get()
    }

    /// The value of the first member called `key`; nil where there is none or this is no object.
    public subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// The text of a string.
    public var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The value of a number, whole or not.
    public var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The elements of an array; none for anything else.
    public var elements: [JSONValue] {
        if case .array(let values) = self { values } else { [] }
    }
}

private struct JSONReader {
    /// An array or object that is not closed yet. Changed where it lies: taking it out of the stack
    /// would copy what it holds for every element.
    private struct Container {
        var isObject: Bool
        var values: [JSONValue] = []
        var members: [JSONValue.Member] = []
        /// The key whose value comes next.
        var key = ""
    }

    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    mutating func read() throws(JSONSyntaxError) -> JSONValue {
        var open: [Container] = []
        while true {
            skipBlanks()
            var value: JSONValue
            switch current {
            case UInt8(ascii: "["):
                position += 1
                skipBlanks()
                guard current == UInt8(ascii: "]") else {
                    try push(Container(isObject: false), on: &open)
                    continue
                }
                position += 1
                value = .array([])
            case UInt8(ascii: "{"):
                position += 1
                skipBlanks()
                guard current == UInt8(ascii: "}") else {
                    try push(Container(isObject: true, key: try key()), on: &open)
                    continue
                }
                position += 1
                value = .object([JSONValue.Member]())
            default: value = try scalar()
            }
            // A complete value goes into what it stands in, which may be complete by it.
            while !open.isEmpty {
                let top = open.count - 1
                skipBlanks()
                let isMore = current == UInt8(ascii: ",")
                if open[top].isObject {
                    open[top].members.append(JSONValue.Member(open[top].key, value))
                } else {
                    open[top].values.append(value)
                }
                if isMore {
                    position += 1
                    if open[top].isObject {
                        skipBlanks()
                        open[top].key = try key()
                    }
                    break
                }
                try expect(open[top].isObject ? "}" : "]")
                value = open[top].isObject ? .object(open[top].members) : .array(open[top].values)
                open.removeLast()
            }
            if open.isEmpty {
                skipBlanks()
                guard position == bytes.count else { throw failure("more follows the value") }
                return value
            }
        }
    }

    private var current: UInt8 { position < bytes.count ? bytes[position] : 0 }

    private func failure(_ problem: String) -> JSONSyntaxError {
        JSONSyntaxError(
            problem: position < bytes.count ? problem : "the text ends too early",
            offset: min(position, bytes.count))
    }

    private mutating func push(
        _ container: Container, on open: inout [Container]
    ) throws(JSONSyntaxError) {
        guard open.count < JSONValue.largestDepth else { throw failure("it is nested too deeply") }
        open.append(container)
    }

    private mutating func skipBlanks() {
        while [0x20, 0x0A, 0x0D, 0x09].contains(current), position < bytes.count { position += 1 }
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(JSONSyntaxError) {
        guard current == UInt8(ascii: character), position < bytes.count else {
            throw failure("'\(character)' is expected")
        }
        position += 1
    }

    private mutating func key() throws(JSONSyntaxError) -> String {
        let name = try string()
        skipBlanks()
        try expect(":")
        return name
    }

    private mutating func scalar() throws(JSONSyntaxError) -> JSONValue {
        switch current {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(
        _ text: StaticString, _ value: JSONValue
    ) throws(JSONSyntaxError) -> JSONValue {
        let end = position + text.utf8CodeUnitCount
        guard end <= bytes.count, "\(text)".utf8.elementsEqual(bytes[position..<end]) else {
            throw failure("a value is expected")
        }
        position = end
        return value
    }

    private mutating func number() throws(JSONSyntaxError) -> JSONValue {
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
                UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
                position += 1
                continue
            default: break
            }
            break
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if let value = Int64(text), text.first != "+" { return .integer(value) }
        guard let first = text.first, first == "-" || first.isNumber, let value = Double(text)
        else {
            position = start
            throw failure("a value is expected")
        }
        return .number(value)
    }

    private mutating func string() throws(JSONSyntaxError) -> String {
        try expect("\"")
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: bytes[start..<(position - 1)], as: UTF8.self)
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            case 0..<0x20: throw failure("a control character stands in a string")
            default: position += 1
            }
        }
        throw failure("a string is not closed")
    }

    private mutating func escapedString(from start: Int) throws(JSONSyntaxError) -> String {
        var units = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: units, as: UTF8.self)
            case UInt8(ascii: "\\"): units += try Array(String(escape()).utf8)
            case 0..<0x20:
                position -= 1
                throw failure("a control character stands in a string")
            default: units.append(byte)
            }
        }
        throw failure("a string is not closed")
    }

    private mutating func escape() throws(JSONSyntaxError) -> Unicode.Scalar {
        let letter = current
        position += 1
        switch letter {
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
            return Unicode.Scalar(letter)
        case UInt8(ascii: "u"):
            let high = try unit()
            guard (0xD800..<0xDC00).contains(high), current == UInt8(ascii: "\\"),
                position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "u")
            else { return Unicode.Scalar(high) ?? "\u{FFFD}" }
            position += 2
            let low = try unit()
            guard (0xDC00..<0xE000).contains(low) else { return "\u{FFFD}" }
            return Unicode.Scalar(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)) ?? "\u{FFFD}"
        default:
            position -= 1
            throw failure("an unknown escape")
        }
    }

    private mutating func unit() throws(JSONSyntaxError) -> UInt32 {
        let end = position + 4
        guard end <= bytes.count,
            let value = UInt32(String(decoding: bytes[position..<end], as: UTF8.self), radix: 16)
        else { throw failure("four hexadecimal digits are expected") }
        position = end
        return value
    }
}
