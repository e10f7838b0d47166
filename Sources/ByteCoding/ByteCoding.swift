/// Writes values one after the other: numbers as LEB128 (signed ones zigzag), text and lists with
/// their length in front. The format of the payloads in the `events` table, of the runner's messages and
/// of its journal.
public struct ByteWriter {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public mutating func write(byte: UInt8) { bytes.append(byte) }

    public mutating func write(unsigned value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    public mutating func write(_ value: Int64) {
        write(unsigned: UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }

    public mutating func write(_ value: Int) { write(Int64(value)) }

    public mutating func write(_ value: Bool) { write(byte: value ? 1 : 0) }

    public mutating func write(_ text: String) {
        write(unsigned: UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    public mutating func write<Value>(_ value: Value?, _ body: (inout ByteWriter, Value) -> Void) {
        write(value != nil)
        if let value { body(&self, value) }
    }

    public mutating func write<Element>(
        list: some Collection<Element>, _ body: (inout ByteWriter, Element) -> Void
    ) {
        write(unsigned: UInt64(list.count))
        for element in list { body(&self, element) }
    }
}

/// Reads what ``ByteWriter`` wrote; every wrong byte is an error, never a crash.
public struct ByteReader {
    private let bytes: [UInt8]
    private var offset = 0

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    public var isAtEnd: Bool { offset == bytes.count }

    public mutating func byte() throws(PayloadError) -> UInt8 {
        guard offset < bytes.count else { throw PayloadError(offset: offset) }
        defer { offset += 1 }
        return bytes[offset]
    }

    public mutating func unsigned() throws(PayloadError) -> UInt64 {
        var (value, shift): (UInt64, UInt64) = (0, 0)
        while true {
            let next = try byte()
            guard shift < 64 else { throw PayloadError(offset: offset) }
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
            shift += 7
        }
    }

    public mutating func int64() throws(PayloadError) -> Int64 {
        let raw = try unsigned()
        return Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1)
    }

    public mutating func int() throws(PayloadError) -> Int { Int(try int64()) }

    public mutating func int32() throws(PayloadError) -> Int32 {
        guard let value = Int32(exactly: try int64()) else { throw PayloadError(offset: offset) }
        return value
    }

    public mutating func bool() throws(PayloadError) -> Bool {
        switch try byte() {
        case 0: false
        case 1: true
        default: throw PayloadError(offset: offset)
        }
    }

    public mutating func string() throws(PayloadError) -> String {
        let length = try count()
        let text = String(decoding: bytes[offset..<offset + length], as: UTF8.self)
        offset += length
        return text
    }

    public mutating func optional<Value>(
        _ body: (inout ByteReader) throws(PayloadError) -> Value
    ) throws(PayloadError) -> Value? {
        try bool() ? try body(&self) : nil
    }

    public mutating func list<Element>(
        _ body: (inout ByteReader) throws(PayloadError) -> Element
    ) throws(PayloadError) -> [Element] {
        let length = try count()
        var elements: [Element] = []
        elements.reserveCapacity(length)
        for _ in 0..<length { elements.append(try body(&self)) }
        return elements
    }

    /// A value of `Value` by its raw word.
    public mutating func word<Value: RawRepresentable>(
        _: Value.Type = Value.self
    ) throws(PayloadError) -> Value where Value.RawValue == String {
        guard let value = Value(rawValue: try string()) else { throw PayloadError(offset: offset) }
        return value
    }

    /// A length; every element takes a byte at least, so it cannot exceed what is left.
    private mutating func count() throws(PayloadError) -> Int {
        guard let length = Int(exactly: try unsigned()), length <= bytes.count - offset else {
            throw PayloadError(offset: offset)
        }
        return length
    }
}

/// A payload is not what its kind and version promise.
public struct PayloadError: Error, Equatable {
    public var offset: Int

    public init(offset: Int) { self.offset = offset }
}
