/// Writes JSON text; the caller keeps objects and arrays in balance.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    var text: String { String(decoding: bytes, as: UTF8.self) }

    mutating func object(_ key: String? = nil, _ body: (inout JSONWriter) -> Void) {
        begin(key, UInt8(ascii: "{"))
        body(&self)
        finish(UInt8(ascii: "}"))
    }

    mutating func array<Element>(
        _ key: String? = nil, _ elements: some Sequence<Element>,
        _ body: (inout JSONWriter, Element) -> Void
    ) {
        begin(key, UInt8(ascii: "["))
        for element in elements { body(&self, element) }
        finish(UInt8(ascii: "]"))
    }

    mutating func value(_ key: String, _ text: String?) {
        separate(key)
        if let text { append(text) } else { append(raw: "null") }
    }

    mutating func value(_ key: String, _ number: (some FixedWidthInteger)?) {
        separate(key)
        append(raw: number.map { "\($0)" } ?? "null")
    }

    /// A value that is JSON already.
    mutating func value(_ key: String, json: String) {
        separate(key)
        append(raw: json)
    }

    mutating func element(_ text: String) {
        separate(nil)
        append(text)
    }

    mutating func element(_ number: some FixedWidthInteger) {
        separate(nil)
        append(raw: "\(number)")
    }

    /// Not a number and infinities become null.
    mutating func value(_ key: String, _ number: Double?) {
        separate(key)
        guard let number, number.isFinite else { return append(raw: "null") }
        let whole = number == number.rounded() && abs(number) < 1e15
        append(raw: whole ? "\(Int64(number))" : "\(number)")
    }

    mutating func value(_ key: String, _ flag: Bool) {
        separate(key)
        append(raw: flag ? "true" : "false")
    }

    private mutating func begin(_ key: String?, _ bracket: UInt8) {
        separate(key)
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func finish(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func separate(_ key: String?) {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
        guard let key else { return }
        append(key)
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func append(raw text: String) { bytes.append(contentsOf: text.utf8) }

    /// Everything outside ASCII and every control character is escaped: a terminal obeys none of it.
    private mutating func append(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for unit in text.utf16 {
            switch unit {
            case 0x22, 0x5C: bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(unit)])
            case 0x0A: append(raw: "\\n")
            case 0x20..<0x7F: bytes.append(UInt8(unit))
            default:
                let digits = String(unit, radix: 16)
                append(raw: "\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
