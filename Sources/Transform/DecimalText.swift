/// A decimal number as agate reads one from a CSV field.
///
/// Commas and underscores group digits, `%` and a currency sign are dropped.
struct DecimalText {
    var value: Double
    /// Whether nothing is left behind the point: `2`, `2.0`, `1e3`.
    var isWhole: Bool
    /// The number as an integer, where it is whole and fits.
    var whole: Int?

    init(value: Double, isWhole: Bool, whole: Int?) {
        self.value = value
        self.isWhole = isWhole
        self.whole = whole
    }

    /// nil where `text` is no number.
    init?(seed text: String) {
        if let plain = Self.plain(text) { self = plain } else { self.init(agate: text) }
    }

    /// The commonest numbers: a sign, up to 15 digits and a point.
    ///
    /// So many digits and so small a power of ten are exact in binary, so that one division rounds
    /// as a full reader would (Clinger, "How to Read Floating Point Numbers Accurately", 1990).
    private static func plain(_ text: String) -> DecimalText? {
        guard (1...17).contains(text.utf8.count) else { return nil }
        var (value, digits, decimals, zeros) = (0, 0, 0, 0)
        var (hasPoint, isNegative, isFirst) = (false, false, true)
        for byte in text.utf8 {
            defer { isFirst = false }
            switch byte {
            case 48...57:
                value = value * 10 + Int(byte - 48)
                digits += 1
                zeros = byte == 48 ? zeros + 1 : 0
                if hasPoint { decimals += 1 }
            case UInt8(ascii: ".") where !hasPoint: hasPoint = true
            case UInt8(ascii: "-") where isFirst: isNegative = true
            default: return nil
            }
        }
        guard (1...15).contains(digits) else { return nil }
        let isWhole = value == 0 || zeros >= decimals
        let magnitude = Double(value) / powers[decimals]
        return DecimalText(
            value: isNegative ? -magnitude : magnitude, isWhole: isWhole,
            whole: isWhole ? (isNegative ? -value : value) / wholePowers[decimals] : nil)
    }

    private static let powers: [Double] = wholePowers.map { Double($0) }
    private static let wholePowers: [Int] = (0...15).reduce(into: []) { powers, number in
        powers.append(number == 0 ? 1 : powers[number - 1] * 10)
    }

    /// nil where `text` is no number.
    init?(agate text: String) {
        var body = text[...].trimmingSpace[...]
        guard let first = body.utf8.first,
            (48...57).contains(first) || first == 43 || first == 45 || first == 46
                || first == 36 || first >= 128
        else { return nil }
        if body.hasSuffix("%") { body = body.dropLast() }
        let isNegative = body.hasPrefix("-")
        if isNegative || body.hasPrefix("+") { body = body.dropFirst() }
        for sign in ["$", "€", "£", "¥"] where body.hasPrefix(sign) { body = body.dropFirst() }
        var digits: [UInt8] = []
        var decimals = 0
        var hasPoint = false
        var exponent = 0
        var bytes = Array(body.utf8.filter { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "_") })
        if let mark = bytes.firstIndex(where: { $0 | 32 == UInt8(ascii: "e") }) {
            guard let power = Int(String(decoding: bytes[(mark + 1)...], as: UTF8.self)),
                abs(power) < 1_000_000
            else { return nil }
            exponent = power
            bytes.removeSubrange(mark...)
        }
        for byte in bytes {
            if byte == UInt8(ascii: "."), !hasPoint {
                hasPoint = true
            } else if (48...57).contains(byte) {
                digits.append(byte)
                if hasPoint { decimals += 1 }
            } else {
                return nil
            }
        }
        guard !digits.isEmpty else { return nil }
        let power = exponent - decimals
        let all = String(decoding: digits, as: UTF8.self)
        guard let magnitude = Double("\(all)e\(power)"), magnitude.isFinite else { return nil }
        value = isNegative ? -magnitude : magnitude
        let zeros = digits.reversed().prefix { $0 == 48 }.count
        let isZero = zeros == digits.count
        isWhole = isZero || power + zeros >= 0
        whole = nil
        guard isWhole else { return }
        if isZero {
            whole = 0
        } else if power < 20 {
            let kept = power < 0 ? String(all.dropLast(-power)) : all
            let sign = isNegative ? "-" : ""
            whole = Int(sign + kept + String(repeating: "0", count: max(0, power)))
        }
    }
}
