extension JinjaValue {
    static let maximumNesting = 200

    /// Python's name of the type.
    public var typeName: String {
        switch self {
        case .undefined: "Undefined"
        case .none: "NoneType"
        case .bool: "bool"
        case .int: "int"
        case .double: "float"
        case .string: "str"
        case .list: "list"
        case .tuple: "tuple"
        case .dict: "dict"
        case .object(let object): object.typeName
        }
    }

    /// Python's truth of the value.
    public var isTrue: Bool {
        switch self {
        case .undefined, .none: false
        case .bool(let flag): flag
        case .int(let number): number != 0
        case .double(let number): number != 0
        case .string(let text): !text.isEmpty
        case .list(let list): !list.items.isEmpty
        case .tuple(let items): !items.isEmpty
        case .dict(let dict): dict.count > 0
        case .object(let object): object.isTrue
        }
    }

    public var isUndefined: Bool {
        if case .undefined = self { true } else { false }
    }

    public var isNone: Bool {
        if case .none = self { true } else { false }
    }

    /// Python's `str(value)`.
    public func text() throws(JinjaFault) -> String {
        switch self {
        case .undefined: return ""
        case .string(let text): return text
        default:
            var result = ""
            try write(to: &result, depth: 0)
            return result
        }
    }

    /// Python's `repr(value)`.
    public func representation() throws(JinjaFault) -> String {
        var result = ""
        if case .string(let text) = self {
            Self.quote(text, into: &result)
        } else {
            try write(to: &result, depth: 0)
        }
        return result
    }

    private func write(to result: inout String, depth: Int) throws(JinjaFault) {
        guard depth < Self.maximumNesting else {
            throw JinjaFault("a value nests more than \(Self.maximumNesting) levels deep")
        }
        guard result.utf8.count < 64 << 20 else { throw JinjaFault("a text grew beyond 64 MiB") }
        switch self {
        case .undefined: result += "Undefined"
        case .none: result += "None"
        case .bool(let flag): result += flag ? "True" : "False"
        case .int(let number): result += String(number)
        case .double(let number): result += Self.pythonText(number)
        case .string(let text): Self.quote(text, into: &result)
        case .list(let list):
            result += "["
            try Self.join(list.items, into: &result, depth: depth)
            result += "]"
        case .tuple(let items):
            result += "("
            try Self.join(items, into: &result, depth: depth)
            result += items.count == 1 ? ",)" : ")"
        case .dict(let dict):
            result += "{"
            for (position, key) in dict.keys.enumerated() {
                if position > 0 { result += ", " }
                try key.write(to: &result, depth: depth + 1)
                result += ": "
                try dict.values[position].write(to: &result, depth: depth + 1)
            }
            result += "}"
        case .object(let object): result += object.text
        }
    }

    private static func join(
        _ items: [JinjaValue], into result: inout String, depth: Int
    ) throws(JinjaFault) {
        for (position, item) in items.enumerated() {
            if position > 0 { result += ", " }
            try item.write(to: &result, depth: depth + 1)
        }
    }

    /// Python's `repr` of a text.
    private static func quote(_ text: String, into result: inout String) {
        // Most texts are plain: nothing in them needs a second look.
        if text.utf8.allSatisfy({ $0 >= 32 && $0 < 127 && $0 != 39 && $0 != 92 }) {
            result += "'"
            result += text
            result += "'"
            return
        }
        let quote: Unicode.Scalar =
            text.unicodeScalars.contains("'") && !text.unicodeScalars.contains("\"") ? "\"" : "'"
        result.unicodeScalars.append(quote)
        for scalar in text.unicodeScalars {
            switch scalar {
            case quote, "\\": result += "\\" + String(scalar)
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 32 || scalar.value == 127:
                result += "\\x" + hex(scalar.value, 2)
            case _ where (0x80...0xA0).contains(scalar.value) || scalar.value == 0xAD:
                result += "\\x" + hex(scalar.value, 2)
            default: result.unicodeScalars.append(scalar)
            }
        }
        result.unicodeScalars.append(quote)
    }

    static func hex(_ value: UInt32, _ width: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Python's `repr` of a float: the shortest digits that read back as the same number.
    static func pythonText(_ number: Double) -> String {
        if number.isNaN { return "nan" }
        if number.isInfinite { return number < 0 ? "-inf" : "inf" }
        let (sign, digits, exponent) = decimal(number)
        if exponent < -4 || exponent >= 16 {
            var mantissa = String(digits.prefix(1))
            if digits.count > 1 { mantissa += "." + digits.dropFirst() }
            let size = String(abs(exponent))
            return sign + mantissa + "e" + (exponent < 0 ? "-" : "+")
                + (size.count < 2 ? "0" + size : size)
        }
        if exponent < 0 {
            return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits
        }
        if digits.count <= exponent + 1 {
            return sign + digits + String(repeating: "0", count: exponent + 1 - digits.count)
                + ".0"
        }
        return sign + digits.prefix(exponent + 1) + "." + digits.dropFirst(exponent + 1)
    }

    /// The sign, the shortest digits and the power of ten of the first digit.
    static func decimal(_ number: Double) -> (sign: String, digits: String, exponent: Int) {
        var text = Substring(number.magnitude.description)
        var exponent = 0
        if let mark = text.firstIndex(of: "e") {
            exponent = Int(text[text.index(after: mark)...]) ?? 0
            text = text[..<mark]
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let whole = String(parts.first ?? "0")
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        var digits = whole + fraction
        exponent += whole.count - 1
        while digits.count > 1, digits.hasPrefix("0") {
            digits.removeFirst()
            exponent -= 1
        }
        while digits.count > 1, digits.hasSuffix("0") { digits.removeLast() }
        if digits == "0" { exponent = 0 }
        return (number.sign == .minus ? "-" : "", digits, exponent)
    }
}
