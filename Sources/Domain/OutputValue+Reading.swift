extension OutputValue {
    /// Lists and objects deeper in each other than this are refused.
    private static let depthLimit = 64

    /// Reads one JSON value (RFC 8259) that takes all of `text`; nil where it is none. O(bytes).
    public init?(json text: some StringProtocol) {
        self.init(json: Array(text.utf8))
    }

    /// As ``init(json:)-(StringProtocol)``; bytes that are no UTF-8 are replaced.
    public init?(json bytes: [UInt8]) {
        var reader = Reader(bytes: bytes)
        guard let value = reader.value(depth: 0), reader.isAtEnd else { return nil }
        self = value
    }

    private struct Reader {
        let bytes: [UInt8]
        var at = 0

        var isAtEnd: Bool {
            mutating get {
                skipBlanks()
                return at == bytes.count
            }
        }

        private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

        private mutating func skipBlanks() {
            while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
                at += 1
            }
        }

        private mutating func take(_ byte: UInt8) -> Bool {
            guard next == byte else { return false }
            at += 1
            return true
        }

        private mutating func take(word: StaticString) -> Bool {
            word.withUTF8Buffer { word in
                guard bytes[at...].starts(with: word) else { return false }
                at += word.count
                return true
            }
        }

        mutating func value(depth: Int) -> OutputValue? {
            skipBlanks()
            guard depth <= OutputValue.depthLimit, let first = next else { return nil }
            switch first {
            case UInt8(ascii: "\""): return string().map { .text($0) }
            case UInt8(ascii: "["): return list(depth: depth)
            case UInt8(ascii: "{"): return object(depth: depth)
            case UInt8(ascii: "t"): return take(word: "true") ? .boolean(true) : nil
            case UInt8(ascii: "f"): return take(word: "false") ? .boolean(false) : nil
            case UInt8(ascii: "n"): return take(word: "null") ? .null : nil
            default: return number()
            }
        }

        private mutating func list(depth: Int) -> OutputValue? {
            at += 1
            var items: [OutputValue] = []
            skipBlanks()
            if take(UInt8(ascii: "]")) { return .list([]) }
            while true {
                guard let item = value(depth: depth + 1) else { return nil }
                items.append(item)
                skipBlanks()
                if take(UInt8(ascii: ",")) { continue }
                return take(UInt8(ascii: "]")) ? .list(items) : nil
            }
        }

        private mutating func object(depth: Int) -> OutputValue? {
            at += 1
            var members: [Member] = []
            skipBlanks()
            if take(UInt8(ascii: "}")) { return .object([]) }
            while true {
                skipBlanks()
                guard next == UInt8(ascii: "\""), let name = string() else { return nil }
                skipBlanks()
                guard take(UInt8(ascii: ":")), let value = value(depth: depth + 1) else {
                    return nil
                }
                members.append(Member(name, value))
                skipBlanks()
                if take(UInt8(ascii: ",")) { continue }
                return take(UInt8(ascii: "}")) ? .object(members) : nil
            }
        }

        private mutating func number() -> OutputValue? {
            let start = at
            _ = take(UInt8(ascii: "-"))
            if !take(UInt8(ascii: "0")) {
                guard let first = next, (49...57).contains(first) else { return nil }
                skipDigits()
            }
            if take(UInt8(ascii: ".")), !skipDigits() { return nil }
            if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
                if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
                if !skipDigits() { return nil }
            }
            return .number(String(decoding: bytes[start..<at], as: UTF8.self))
        }

        @discardableResult
        private mutating func skipDigits() -> Bool {
            let start = at
            while let byte = next, (48...57).contains(byte) { at += 1 }
            return at > start
        }

        private mutating func string() -> String? {
            at += 1
            var text: [UInt8] = []
            while let byte = next {
                at += 1
                switch byte {
                case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
                case UInt8(ascii: "\\"):
                    guard let scalar = escaped() else { return nil }
                    text.append(contentsOf: Array(String(scalar).utf8))
                case 0..<0x20: return nil
                default: text.append(byte)
                }
            }
            return nil
        }

        private mutating func escaped() -> Unicode.Scalar? {
            guard let code = next else { return nil }
            at += 1
            switch code {
            case UInt8(ascii: "n"): return "\n"
            case UInt8(ascii: "t"): return "\t"
            case UInt8(ascii: "r"): return "\r"
            case UInt8(ascii: "b"): return "\u{8}"
            case UInt8(ascii: "f"): return "\u{C}"
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
                return Unicode.Scalar(code)
            case UInt8(ascii: "u"): return unicode()
            default: return nil
            }
        }

        private mutating func unicode() -> Unicode.Scalar? {
            guard let first = hex() else { return nil }
            guard (0xD800...0xDBFF).contains(first) else {
                // A lone half of a pair stands for no character.
                return Unicode.Scalar(first) ?? "\u{FFFD}"
            }
            guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")), let second = hex(),
                (0xDC00...0xDFFF).contains(second)
            else { return "\u{FFFD}" }
            return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        }

        private mutating func hex() -> UInt32? {
            guard at + 4 <= bytes.count else { return nil }
            defer { at += 4 }
            let digits = bytes[at..<at + 4]
            guard digits.allSatisfy({ $0 != 0x2B && $0 != 0x2D }) else { return nil }
            return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        }
    }
}
