import Domain

extension ByteSink {
    /// In decimal digits.
    public mutating func append(integer value: Int64) {
        reserve(20)
        var rest = value.magnitude
        if value < 0 {
            base[count] = UInt8(ascii: "-")
            filled += 1
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
        filled = index
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
    public mutating func append(real value: Double) {
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
            filled += 1
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
        filled = index
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

    /// Two digits a byte, in lower case.
    public mutating func append(hexadecimal bytes: UnsafeRawBufferPointer) {
        reserve(bytes.count * 2)
        for byte in bytes {
            append(Self.hexadecimalDigit(byte >> 4))
            append(Self.hexadecimalDigit(byte & 15))
        }
    }

    private static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x57 + value
    }
}
