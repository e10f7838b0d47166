/// Reads a log line that is a JSON object (RFC 8259) as its fields.
public enum JSONLine {
    /// A field of the object: its name, and its value as text for people.
    public struct Field: Hashable, Sendable {
        public var name: String
        /// A string without its quotes and escapes; anything else as it stands.
        public var value: String
    }

    /// The fields in their order; nil where the line is no whole JSON object. At most `limit`
    /// fields are read, inner objects and lists are not looked into. O(bytes).
    public static func fields(of line: [UInt8], limit: Int = 64) -> [Field]? {
        var reader = Reader(bytes: line)
        return reader.object(limit: limit)
    }

    private struct Reader {
        let bytes: [UInt8]
        var place = 0

        mutating func object(limit: Int) -> [Field]? {
            skipBlanks()
            guard take(UInt8(ascii: "{")) else { return nil }
            var fields: [Field] = []
            skipBlanks()
            if take(UInt8(ascii: "}")) { return isAtEnd ? fields : nil }
            while true {
                skipBlanks()
                guard let name = string() else { return nil }
                skipBlanks()
                guard take(UInt8(ascii: ":")) else { return nil }
                skipBlanks()
                guard let value = value() else { return nil }
                if fields.count < limit { fields.append(Field(name: name, value: value)) }
                skipBlanks()
                if take(UInt8(ascii: ",")) { continue }
                guard take(UInt8(ascii: "}")) else { return nil }
                return isAtEnd ? fields : nil
            }
        }

        private var isAtEnd: Bool {
            bytes[place...].allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
        }

        private mutating func skipBlanks() {
            while place < bytes.count, bytes[place] == 0x20 || bytes[place] == 0x09 { place += 1 }
        }

        private mutating func take(_ byte: UInt8) -> Bool {
            guard place < bytes.count, bytes[place] == byte else { return false }
            place += 1
            return true
        }

        /// A value as text; objects and lists as they stand, by their brackets.
        private mutating func value() -> String? {
            guard place < bytes.count else { return nil }
            if bytes[place] == UInt8(ascii: "\"") { return string() }
            let start = place
            var depth = 0
            while place < bytes.count {
                switch bytes[place] {
                case UInt8(ascii: "\""): guard string() != nil else { return nil }
                case UInt8(ascii: "{"), UInt8(ascii: "["):
                    depth += 1
                    place += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    if depth == 0 { return text(from: start) }
                    depth -= 1
                    place += 1
                case UInt8(ascii: ",") where depth == 0: return text(from: start)
                default: place += 1
                }
            }
            return nil
        }

        private func text(from start: Int) -> String? {
            var end = place
            while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
            return end > start ? String(decoding: bytes[start..<end], as: UTF8.self) : nil
        }

        /// A string with its escapes resolved.
        private mutating func string() -> String? {
            guard take(UInt8(ascii: "\"")) else { return nil }
            var text: [UInt8] = []
            while place < bytes.count {
                let byte = bytes[place]
                place += 1
                switch byte {
                case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
                case UInt8(ascii: "\\"):
                    guard let escaped = escape() else { return nil }
                    text += escaped
                default: text.append(byte)
                }
            }
            return nil
        }

        private mutating func escape() -> [UInt8]? {
            guard place < bytes.count else { return nil }
            let byte = bytes[place]
            place += 1
            switch byte {
            case UInt8(ascii: "n"): return [0x0A]
            case UInt8(ascii: "t"): return [0x09]
            case UInt8(ascii: "r"): return [0x0D]
            case UInt8(ascii: "b"): return [0x08]
            case UInt8(ascii: "f"): return [0x0C]
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
            case UInt8(ascii: "u"):
                guard let high = unit() else { return nil }
                var units = [high]
                if 0xD800..<0xDC00 ~= high, place + 1 < bytes.count,
                    bytes[place] == UInt8(ascii: "\\"), bytes[place + 1] == UInt8(ascii: "u")
                {
                    place += 2
                    guard let low = unit() else { return nil }
                    units.append(low)
                }
                return Array(String(decoding: units, as: UTF16.self).utf8)
            default: return nil
            }
        }

        private mutating func unit() -> UInt16? {
            guard place + 4 <= bytes.count else { return nil }
            defer { place += 4 }
            return UInt16(String(decoding: bytes[place..<place + 4], as: UTF8.self), radix: 16)
        }
    }
}
