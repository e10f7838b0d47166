/// Writes JSON straight into bytes; a manifest of thousands of nodes is no tree in memory.
public struct ArtifactWriter {
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// - Parameter capacity: how many bytes there will be, more or less.
    public init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    public mutating func object(_ key: String? = nil, _ body: (inout ArtifactWriter) -> Void) {
        open(key, UInt8(ascii: "{"))
        body(&self)
        close(UInt8(ascii: "}"))
    }

    public mutating func array(_ key: String? = nil, _ body: (inout ArtifactWriter) -> Void) {
        open(key, UInt8(ascii: "["))
        body(&self)
        close(UInt8(ascii: "]"))
    }

    public mutating func array(_ key: String, _ texts: [String]) {
        array(key) { writer in for text in texts { writer.string(nil, text) } }
    }

    public mutating func string(_ key: String?, _ text: String?) {
        begin(key)
        if let text { quote(text) } else { bytes.append(contentsOf: "null".utf8) }
        needsComma = true
    }

    public mutating func bool(_ key: String?, _ flag: Bool) { raw(key, flag ? "true" : "false") }
    public mutating func number(_ key: String?, _ number: Double) { raw(key, "\(number)") }
    public mutating func int(_ key: String?, _ number: Int?) {
        raw(key, number.map { "\($0)" } ?? "null")
    }
    public mutating func null(_ key: String?) { raw(key, "null") }

    public mutating func value(_ key: String?, _ value: ConfigValue?) {
        switch value {
        case nil, .null?: null(key)
        case .bool(let flag)?: bool(key, flag)
        case .int(let number)?: int(key, number)
        case .double(let number)?:
            raw(key, number.isFinite ? "\(number)" : number.isNaN ? "NaN" : "null")
        case .string(let text)?: string(key, text)
        case .list(let items)?:
            array(key) { writer in for item in items { writer.value(nil, item) } }
        case .map(let map)?: self.map(key, map)
        }
    }

    public mutating func map(_ key: String?, _ map: ConfigMap?) {
        object(key) { writer in for pair in map?.pairs ?? [] { writer.value(pair.key, pair.value) }
        }
    }

    private mutating func raw(_ key: String?, _ text: String) {
        begin(key)
        bytes.append(contentsOf: text.utf8)
        needsComma = true
    }

    private mutating func begin(_ key: String?) {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = false
        if let key {
            quote(key)
            bytes.append(UInt8(ascii: ":"))
        }
    }

    private mutating func open(_ key: String?, _ byte: UInt8) {
        begin(key)
        bytes.append(byte)
        needsComma = false
    }

    private mutating func close(_ byte: UInt8) {
        bytes.append(byte)
        needsComma = true
    }

    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var rest = utf8[...]
            while let special = rest.firstIndex(where: Self.isEscaped) {
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: rest[..<special]))
                escape(rest[special])
                rest = rest[(special + 1)...]
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: rest))
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func isEscaped(_ byte: UInt8) -> Bool {
        byte < 32 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case 10: bytes.append(contentsOf: "\\n".utf8)
        case 9: bytes.append(contentsOf: "\\t".utf8)
        case 13: bytes.append(contentsOf: "\\r".utf8)
        case 0..<32:
            bytes.append(contentsOf: (byte < 16 ? "\\u000" : "\\u00").utf8)
            bytes.append(contentsOf: String(byte, radix: 16).utf8)
        default:
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(byte)
        }
    }
}
