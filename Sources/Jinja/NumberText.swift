/// Exact decimal texts of doubles, as Python's formatting makes them.
enum NumberText {
    /// `number` with `places` digits after the point, rounded half to even on its exact value.
    static func fixed(_ number: Double, places: Int) -> String {
        guard number.isFinite else { return JinjaValue.pythonText(number) }
        let sign = number.sign == .minus ? "-" : ""
        let (digits, scale) = exactDigits(number.magnitude)
        var body = rounded(digits, dropping: scale - places)
        if places > scale { body += [UInt8](repeating: 0, count: places - scale) }
        if body.count <= places {
            body.insert(contentsOf: repeatElement(0, count: places + 1 - body.count), at: 0)
        }
        let text = String(decoding: body.map { $0 + 48 }, as: UTF8.self)
        guard places > 0 else { return sign + text }
        return sign + text.dropLast(places) + "." + text.suffix(places)
    }

    /// `number` with one digit before the point and `places` after it.
    static func scientific(_ number: Double, places: Int) -> String {
        guard number.isFinite else { return JinjaValue.pythonText(number) }
        let sign = number.sign == .minus ? "-" : ""
        let (exact, scale) = exactDigits(number.magnitude)
        var digits = exact
        while digits.count > 1, digits[0] == 0 { digits.removeFirst() }
        var exponent = digits == [0] ? 0 : digits.count - 1 - scale
        var body = digits
        if body.count > places + 1 {
            body = rounded(body, dropping: body.count - places - 1)
            if body.count > places + 1 {
                body.removeLast()
                exponent += 1
            }
        } else {
            body += [UInt8](repeating: 0, count: places + 1 - body.count)
        }
        let text = String(decoding: body.map { $0 + 48 }, as: UTF8.self)
        let size = String(abs(exponent))
        return sign + text.prefix(1) + (places > 0 ? "." + text.dropFirst() : "") + "e"
            + (exponent < 0 ? "-" : "+") + (size.count < 2 ? "0" + size : size)
    }

    /// C's `%g` with `precision` significant digits.
    static func general(_ number: Double, precision: Int) -> String {
        guard number.isFinite else { return JinjaValue.pythonText(number) }
        let precision = max(1, precision)
        let shown = scientific(number, places: precision - 1)
        let parts = shown.split(separator: "e")
        let exponent = parts.count == 2 ? Int(parts[1]) ?? 0 : 0
        func trimmed(_ text: Substring) -> String {
            guard text.contains(".") else { return String(text) }
            var text = text
            while text.hasSuffix("0") { text = text.dropLast() }
            if text.hasSuffix(".") { text = text.dropLast() }
            return String(text)
        }
        if exponent < -4 || exponent >= precision {
            return trimmed(parts[0]) + "e" + parts[1]
        }
        return trimmed(fixed(number, places: precision - 1 - exponent)[...])
    }

    /// Python's `round(number, places)`; places may be negative.
    static func round(_ number: Double, places: Int) -> Double {
        guard number.isFinite, places < 330 else { return number }
        if places >= 0 { return Double(fixed(number, places: places)) ?? number }
        guard places > -330 else { return 0 }
        let (digits, scale) = exactDigits(number.magnitude)
        let body = rounded(digits, dropping: scale - places)
        let text = String(decoding: body.map { $0 + 48 }, as: UTF8.self)
        let value = Double((text.isEmpty ? "0" : text) + "e" + String(-places)) ?? number
        return number < 0 ? -value : value
    }

    /// A power by repeated squaring; the exponent must be whole or a half.
    static func power(_ base: Double, _ exponent: Double) throws(JinjaFault) -> Double {
        if exponent == 0.5 { return base.squareRoot() }
        guard let whole = Int(exactly: exponent), abs(whole) < 100_000 else {
            throw JinjaFault("a power with the exponent \(exponent) is not supported")
        }
        if base == 0, whole < 0 { throw JinjaFault("0.0 cannot be raised to a negative power") }
        var result = 1.0
        var factor = base
        var left = abs(whole)
        while left > 0 {
            if left & 1 == 1 { result *= factor }
            factor *= factor
            left >>= 1
        }
        return whole < 0 ? 1 / result : result
    }

    /// All decimal digits of a finite magnitude, and how many of them follow the point.
    private static func exactDigits(_ number: Double) -> (digits: [UInt8], scale: Int) {
        guard number != 0 else { return ([0], 0) }
        var mantissa = number.significandBitPattern
        var exponent = Int(number.exponentBitPattern)
        if exponent == 0 { exponent = 1 } else { mantissa |= 1 << 52 }
        exponent -= 1_075
        while mantissa & 1 == 0, exponent < 0 {
            mantissa >>= 1
            exponent += 1
        }
        var limbs: [UInt64] = [mantissa % 1_000_000_000, mantissa / 1_000_000_000]
        for _ in 0..<abs(exponent) { multiply(&limbs, by: exponent < 0 ? 5 : 2) }
        var digits: [UInt8] = []
        for limb in limbs {
            var limb = limb
            for _ in 0..<9 {
                digits.append(UInt8(limb % 10))
                limb /= 10
            }
        }
        while digits.count > 1, digits.last == 0 { digits.removeLast() }
        return (digits.reversed(), max(0, -exponent))
    }

    private static func multiply(_ limbs: inout [UInt64], by factor: UInt64) {
        var carry: UInt64 = 0
        for index in limbs.indices {
            let product = limbs[index] * factor + carry
            limbs[index] = product % 1_000_000_000
            carry = product / 1_000_000_000
        }
        while carry > 0 {
            limbs.append(carry % 1_000_000_000)
            carry /= 1_000_000_000
        }
    }

    /// Cuts the last `count` digits off, rounding half to even.
    private static func rounded(_ digits: [UInt8], dropping count: Int) -> [UInt8] {
        guard count > 0 else { return digits }
        guard count <= digits.count else { return [0] }
        var kept = Array(digits.dropLast(count))
        let first = digits[digits.count - count]
        let isTie = first == 5 && digits.dropFirst(digits.count - count + 1).allSatisfy { $0 == 0 }
        let up = isTie ? (kept.last ?? 0) % 2 == 1 : first >= 5
        if kept.isEmpty { kept = [0] }
        guard up else { return kept }
        var index = kept.count - 1
        while index >= 0 {
            if kept[index] < 9 {
                kept[index] += 1
                return kept
            }
            kept[index] = 0
            index -= 1
        }
        return [1] + kept
    }
}
