import Domain
import Glibc

/// Bytes that are being put together, in memory that is used again.
struct ByteSink: ~Copyable {
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = max(64, capacity)
        base = .allocate(capacity: self.capacity)
    }

    deinit { base.deallocate() }

    @inline(__always) mutating func reserve(_ more: Int) {
        if count + more > capacity { grow(more) }
    }

    private mutating func grow(_ more: Int) {
        let larger = max(capacity * 2, count + more)
        let new = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        new.update(from: base, count: count)
        base.deallocate()
        (base, capacity) = (new, larger)
    }

    mutating func removeAll() { count = 0 }

    @inline(__always) mutating func append(_ byte: UInt8) {
        reserve(1)
        base[count] = byte
        count += 1
    }

    @inline(__always) mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        reserve(bytes.count)
        memcpy(base + count, source, bytes.count)
        count += bytes.count
    }

    mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    mutating func append(integer value: Int64) {
        reserve(20)
        var rest = value.magnitude
        if value < 0 {
            base[count] = UInt8(ascii: "-")
            count += 1
        }
        var digits = 1
        var power: UInt64 = 10
        while digits < 20, rest >= power {
            digits += 1
            let (next, overflow) = power.multipliedReportingOverflow(by: 10)
            if overflow { break }
            power = next
        }
        var index = count + digits
        count = index
        while rest >= 100 {
            let pair = Int(rest % 100)
            rest /= 100
            index -= 2
            base[index] = UInt8(truncatingIfNeeded: 0x30 + pair / 10)
            base[index + 1] = UInt8(truncatingIfNeeded: 0x30 + pair % 10)
        }
        if rest >= 10 {
            base[index - 1] = UInt8(truncatingIfNeeded: 0x30 + rest % 10)
            base[index - 2] = UInt8(truncatingIfNeeded: 0x30 + rest / 10)
        } else {
            base[index - 1] = UInt8(truncatingIfNeeded: 0x30 + rest)
        }
    }

    /// The shortest text that reads back as the number: `1.5`, `1e+100`, `inf`, `nan`.
    mutating func append(real value: Double) {
        if value == value.rounded(.towardZero), value.magnitude < 1e15 {
            if value == 0, value.sign == .minus { append(UInt8(ascii: "-")) }
            append(integer: Int64(value))
            append(".0")
            return
        }
        guard let decimal = ShortDecimal(value) else { return append(text: value.description) }
        append(decimal)
    }

    private mutating func append(_ decimal: ShortDecimal) {
        reserve(24)
        if decimal.isNegative {
            base[count] = UInt8(ascii: "-")
            count += 1
        }
        // From the last digit on; at least one stands before the point.
        var (length, rest) = (decimal.places + 2, decimal.digits)
        var limit: UInt64 = 10
        for _ in 0..<decimal.places { limit *= 10 }
        while rest >= limit {
            length += 1
            limit *= 10
        }
        var index = count + length
        count = index
        for place in 0..<length {
            index -= 1
            if place == decimal.places {
                base[index] = UInt8(ascii: ".")
            } else {
                base[index] = UInt8(truncatingIfNeeded: 0x30 + rest % 10)
                rest /= 10
            }
        }
    }

    borrowing func withBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try body(UnsafeRawBufferPointer(start: base, count: count))
    }
}

/// How cells are written as plain text.
public enum CellText {
    /// Nulls give nothing, blobs their bytes in hexadecimal.
    static func write(_ view: ColumnView, _ row: Int, to out: inout ByteSink) {
        switch view.tag(row) {
        case .null: break
        case .boolean: out.append(text: view.integer(row) == 0 ? "false" : "true")
        case .integer: out.append(integer: view.integer(row))
        case .real: out.append(real: view.real(row))
        case .text: out.append(view.bytes(row))
        case .blob: writeHex(view.bytes(row), to: &out)
        }
    }

    static func writeHex(_ bytes: UnsafeRawBufferPointer, to out: inout ByteSink) {
        out.reserve(bytes.count * 2)
        for byte in bytes {
            out.append(hexDigit(byte >> 4))
            out.append(hexDigit(byte & 15))
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x57 + value
    }

    /// The bytes of a cell as a screen shows them, not yet made safe; nulls give nothing.
    public static func bytes(of cell: ResultCell) -> [UInt8] {
        switch cell {
        case .null: return []
        case .boolean(let value): return Array((value ? "true" : "false").utf8)
        case .integer(let value): return Array(String(value).utf8)
        case .real(let value):
            var out = ByteSink(capacity: 32)
            out.append(real: value)
            return out.withBytes { Array($0) }
        case .text(let bytes): return bytes
        case .blob(let bytes):
            var out = ByteSink(capacity: bytes.count * 2 + 2)
            bytes.withUnsafeBytes { writeHex($0, to: &out) }
            return out.withBytes { Array($0) }
        }
    }
}
