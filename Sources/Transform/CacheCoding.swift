import Domain

/// Writes values as bytes: numbers in groups of seven bits, texts as numbers of a table, each once.
struct CacheWriter {
    private(set) var bytes: [UInt8] = []
    private var numbers: [String: Int] = [:]
    private var texts: [String] = []

    /// The table of texts and what was written.
    var whole: [UInt8] {
        var table = CacheWriter()
        table.write(texts.count)
        for text in texts {
            table.write(text.utf8.count)
            table.bytes += Array(text.utf8)
        }
        return table.bytes + bytes
    }

    mutating func write(_ number: Int) {
        // The sign goes to the lowest bit, so that small numbers take one byte.
        var rest = UInt(bitPattern: number << 1 ^ number >> (Int.bitWidth - 1))
        while rest >= 128 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 128)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func write(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    mutating func write(_ text: String) {
        if let number = numbers[text] { return write(number) }
        numbers[text] = texts.count
        write(texts.count)
        texts.append(text)
    }

    mutating func write(_ text: String?) {
        write(text != nil)
        if let text { write(text) }
    }

    mutating func list<Item>(_ items: [Item], _ body: (inout CacheWriter, Item) -> Void) {
        write(items.count)
        for item in items { body(&self, item) }
    }

    mutating func write(_ value: ConfigValue) {
        switch value {
        case .null: bytes.append(0)
        case .bool(let flag): bytes.append(flag ? 2 : 1)
        case .int(let number):
            bytes.append(3)
            write(number)
        case .double(let number):
            bytes.append(4)
            write(Int(bitPattern: UInt(number.bitPattern)))
        case .string(let text):
            bytes.append(5)
            write(text)
        case .list(let items):
            bytes.append(6)
            list(items) { $0.write($1) }
        case .map(let map):
            bytes.append(7)
            write(map)
        }
    }

    mutating func write(_ map: ConfigMap) {
        list(map.pairs) { writer, pair in
            writer.write(pair.key)
            writer.write(pair.value)
        }
    }

    mutating func write(_ place: SourcePlace) {
        write(place.line)
        write(place.column)
    }
}

/// Reads what ``CacheWriter`` wrote; bytes that are none end in ``Damage``.
struct CacheReader {
    struct Damage: Error {}
    private static let deepest = 64

    private let bytes: [UInt8]
    private var offset = 0
    private var texts: [String] = []

    init(_ bytes: [UInt8]) throws(Damage) {
        self.bytes = bytes
        let count = try int()
        guard count >= 0, count <= bytes.count else { throw Damage() }
        texts.reserveCapacity(count)
        for _ in 0..<count {
            let length = try int()
            guard length >= 0, length <= bytes.count - offset else { throw Damage() }
            texts.append(String(decoding: bytes[offset..<offset + length], as: UTF8.self))
            offset += length
        }
    }

    private mutating func byte() throws(Damage) -> UInt8 {
        guard offset < bytes.count else { throw Damage() }
        offset += 1
        return bytes[offset - 1]
    }

    mutating func int() throws(Damage) -> Int {
        var value: UInt = 0
        var shift = 0
        while true {
            let byte = try byte()
            guard shift < UInt.bitWidth else { throw Damage() }
            value |= UInt(byte & 127) << shift
            if byte < 128 { break }
            shift += 7
        }
        return Int(bitPattern: value >> 1) ^ -Int(bitPattern: value & 1)
    }

    mutating func bool() throws(Damage) -> Bool { try byte() != 0 }

    mutating func string() throws(Damage) -> String {
        let number = try int()
        guard texts.indices.contains(number) else { throw Damage() }
        return texts[number]
    }

    mutating func text() throws(Damage) -> String? { try bool() ? try string() : nil }

    mutating func list<Item>(
        _ body: (inout CacheReader) throws(Damage) -> Item
    ) throws(Damage) -> [Item] {
        let count = try int()
        guard count >= 0, count <= bytes.count - offset else { throw Damage() }
        var items: [Item] = []
        items.reserveCapacity(count)
        for _ in 0..<count { items.append(try body(&self)) }
        return items
    }

    mutating func value(depth: Int = 0) throws(Damage) -> ConfigValue {
        guard depth < Self.deepest else { throw Damage() }
        switch try byte() {
        case 0: return .null
        case 1: return .bool(false)
        case 2: return .bool(true)
        case 3: return .int(try int())
        case 4: return .double(Double(bitPattern: UInt64(UInt(bitPattern: try int()))))
        case 5: return .string(try string())
        case 6:
            return .list(
                try list { reader throws(Damage) in try reader.value(depth: depth + 1) })
        case 7: return .map(try map(depth: depth + 1))
        default: throw Damage()
        }
    }

    mutating func map(depth: Int = 0) throws(Damage) -> ConfigMap {
        ConfigMap(
            unique: try list { reader throws(Damage) in
                ConfigMap.Pair(
                    key: try reader.string(), value: try reader.value(depth: depth))
            })
    }

    mutating func place() throws(Damage) -> SourcePlace {
        SourcePlace(line: try int(), column: try int())
    }
}
