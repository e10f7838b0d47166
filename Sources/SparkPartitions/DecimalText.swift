/// A decimal number as digits, of any length.
struct DecimalText: Equatable {
    var isNegative: Bool
    /// Without leading zeros; empty for 0.
    var digits: [UInt8]
    /// Digits behind the point.
    var scale: Int

    /// Reads `-12.50` or `1.2e3`; nil for anything else.
    init?(_ text: some StringProtocol) {
        var rest = Array(text.utf8)[...]
        isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        digits = []
        scale = 0
        var hasPoint = false
        var hasDigit = false
        while let byte = rest.first {
            if (48...57).contains(byte) {
                hasDigit = true
                digits.append(byte - 48)
                if hasPoint { scale += 1 }
            } else if byte == UInt8(ascii: "."), !hasPoint {
                hasPoint = true
            } else {
                break
            }
            rest = rest.dropFirst()
        }
        guard hasDigit else { return nil }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            guard let exponent = Int(String(decoding: rest.dropFirst(), as: UTF8.self)),
                abs(exponent) <= 400
            else { return nil }
            scale -= exponent
            rest = []
        }
        guard rest.isEmpty else { return nil }
        while digits.first == 0 { digits.removeFirst() }
    }

    /// The value with `scale` digits behind the point, rounded half up; nil where it has more than
    /// `precision` digits, which Spark reads as null.
    func keyValue(precision: Int, scale wanted: Int) -> KeyValue? {
        var digits = digits
        if wanted >= scale {
            digits += [UInt8](repeating: 0, count: wanted - scale)
        } else {
            let cut = scale - wanted
            let dropped = cut > digits.count ? 0 : digits[digits.count - cut]
            digits = cut >= digits.count ? [] : Array(digits.dropLast(cut))
            if dropped >= 5 { Self.increment(&digits) }
        }
        while digits.first == 0 { digits.removeFirst() }
        guard digits.count <= precision else { return nil }
        if precision <= 18 {
            let size = digits.reduce(Int64(0)) { $0 * 10 + Int64($1) }
            return .long(isNegative ? -size : size)
        }
        return .bigDecimal(Self.twosComplement(digits, isNegative: isNegative))
    }

    private static func increment(_ digits: inout [UInt8]) {
        for place in digits.indices.reversed() {
            if digits[place] < 9 {
                digits[place] += 1
                return
            }
            digits[place] = 0
        }
        digits.insert(1, at: 0)
    }

    /// What `BigInteger.toByteArray` gives.
    static func twosComplement(_ digits: [UInt8], isNegative: Bool) -> [UInt8] {
        // Base 256, the lowest first.
        var size: [UInt8] = [0]
        for digit in digits {
            var carry = Int(digit)
            for place in size.indices {
                carry += Int(size[place]) * 10
                size[place] = UInt8(carry & 255)
                carry >>= 8
            }
            if carry > 0 { size.append(UInt8(carry)) }
        }
        size.append(0)
        if isNegative {
            var carry = 1
            for place in size.indices {
                carry += Int(~size[place])
                size[place] = UInt8(carry & 255)
                carry >>= 8
            }
        }
        // A leading byte that only repeats the sign is not written.
        while size.count > 1, let last = size.last {
            let sign: UInt8 = size[size.count - 2] & 0x80 == 0 ? 0 : 0xFF
            guard last == sign else { break }
            size.removeLast()
        }
        return size.reversed()
    }
}
