/// Numbers as Java's parsers read them from text, which is how Spark's CSV reader does.
enum JavaNumber {
    /// As `Integer.parseInt`: a sign, then decimal digits of any script; no blanks.
    static func whole<Number: FixedWidthInteger>(
        _ text: some StringProtocol, as type: Number.Type
    ) -> Number? {
        Number(text) ?? (text.utf8.allSatisfy { $0 < 0x80 } ? nil : Number(withPlainDigits(text)))
    }

    /// The text with decimal digits of other scripts as ASCII ones.
    static func withPlainDigits(_ text: some StringProtocol) -> String {
        guard text.utf8.contains(where: { $0 >= 0x80 }) else { return String(text) }
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if !scalar.isASCII, scalar.properties.numericType == .decimal,
                let value = scalar.properties.numericValue,
                let digit = Unicode.Scalar(48 + UInt32(value))
            {
                plain.append(digit)
            } else {
                plain.append(scalar)
            }
        }
        return String(plain)
    }

    /// As `Double.parseDouble` and `Float.parseFloat`, with the reader's own words for infinity: blanks
    /// around it are dropped, a suffix `d` or `f` says nothing, hexadecimal digits need an exponent.
    static func floating<Number: BinaryFloatingPoint & LosslessStringConvertible>(
        _ text: some StringProtocol, as type: Number.Type
    ) -> Number? {
        if text == "Inf" { return .infinity }
        if text == "-Inf" { return -.infinity }
        var body = text.withoutBlanksAround
        let isNegative = body.first == "-"
        if isNegative || body.first == "+" { body = body.dropFirst() }
        let size: Number?
        switch body {
        case "NaN": size = .nan
        case "Infinity": size = .infinity
        default: size = magnitude(body)
        }
        return size.map { isNegative ? -$0 : $0 }
    }

    private static func magnitude<Number: LosslessStringConvertible>(
        _ body: Substring
    ) -> Number? {
        var body = body
        let isHexadecimal = body.hasPrefix("0x") || body.hasPrefix("0X")
        if isHexadecimal, !body.contains(where: { $0 == "p" || $0 == "P" }) { return nil }
        if let last = body.last, "dDfF".contains(last) { body = body.dropLast() }
        guard let first = body.utf8.first, first == UInt8(ascii: ".") || (48...57).contains(first)
        else { return nil }
        guard isHexadecimal || body.utf8.allSatisfy({ "0123456789.eE+-".utf8.contains($0) }) else {
            return nil
        }
        // Java lets a point end or begin the digits.
        return Number(String(body))
            ?? (body.hasSuffix(".") ? Number(body + "0") : Number("0" + body))
    }
}

extension StringProtocol {
    /// Without bytes up to the blank at both ends, as Java's `trim` has it.
    var withoutBlanksAround: Substring {
        var text = Substring(self)
        while let first = text.utf8.first, first <= 0x20 { text = text.dropFirst() }
        while let last = text.utf8.last, last <= 0x20 { text = text.dropLast() }
        return text
    }
}
