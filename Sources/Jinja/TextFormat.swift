/// `'%s of %d' % values`.
enum PercentFormat {
    static func apply(
        _ format: String, _ items: [JinjaValue], mapping: JinjaValue
    ) throws -> String {
        var result = ""
        var next = 0
        var scalars = Array(format.unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            guard scalar == "%" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            var spec = FormatSpec()
            var value: JinjaValue?
            if scalars.first == "(" {
                guard let close = scalars.firstIndex(of: ")") else {
                    throw JinjaFault("incomplete format key")
                }
                var key = String.UnicodeScalarView()
                key.append(contentsOf: scalars[(scalars.startIndex + 1)..<close])
                scalars = scalars[(close + 1)...]
                guard case .dict(let dict) = mapping, let found = dict[String(key)] else {
                    throw JinjaFault("the format names '\(String(key))', which is not given")
                }
                value = found
            }
            while let flag = scalars.first, "-+ 0#".unicodeScalars.contains(flag) {
                scalars.removeFirst()
                switch flag {
                case "-": spec.align = "<"
                case "+": spec.sign = "+"
                case " ": spec.sign = " "
                case "0": spec.isZeroPadded = true
                default: break
                }
            }
            spec.width = FormatSpec.number(&scalars) ?? 0
            guard spec.width <= FormatSpec.widest else { throw JinjaFault("width too big") }
            if scalars.first == "." {
                scalars.removeFirst()
                spec.precision = FormatSpec.number(&scalars) ?? 0
            }
            guard let kind = scalars.popFirst() else { throw JinjaFault("incomplete format") }
            if kind == "%" {
                result += "%"
                continue
            }
            if value == nil {
                guard next < items.count else {
                    throw JinjaFault("not enough arguments for format string")
                }
                value = items[next]
                next += 1
            }
            let given = value ?? .none
            if case .undefined(let name) = given { throw JinjaFault("'\(name)' is undefined") }
            if spec.align == nil { spec.align = ">" }
            switch kind {
            case "s": result += spec.padded(try spec.cut(given.text()))
            case "r": result += spec.padded(try spec.cut(given.representation()))
            case "d", "i", "u", "f", "F", "e", "E", "g", "G", "x", "X", "o", "c":
                spec.kind = kind == "i" || kind == "u" ? "d" : kind
                if kind == "d" || kind == "i" || kind == "u", case .double(let number) = given,
                    let whole = Int(exactly: number.rounded(.towardZero))
                {
                    result += try spec.format(.int(whole))
                } else {
                    result += try spec.format(given)
                }
            default: throw JinjaFault("unsupported format character '\(kind)'")
            }
        }
        guard next >= items.count || next > 0 || items.isEmpty || isDict(mapping) else {
            throw JinjaFault("not all arguments converted during string formatting")
        }
        if next < items.count, !isDict(mapping) {
            throw JinjaFault("not all arguments converted during string formatting")
        }
        return result
    }

    private static func isDict(_ value: JinjaValue) -> Bool {
        if case .dict = value { true } else { false }
    }
}

/// `[[fill]align][sign][0][width][,][.precision][type]`.
struct FormatSpec {
    var fill: Unicode.Scalar = " "
    var align: Unicode.Scalar?
    var sign: Unicode.Scalar = "-"
    var isZeroPadded = false
    var width = 0
    var grouping: Unicode.Scalar?
    var precision: Int?
    var kind: Unicode.Scalar?

    static let widest = 100_000

    init() {}

    init(_ text: String) throws(JinjaFault) {
        var scalars = Array(text.unicodeScalars)[...]
        let aligns: Set<Unicode.Scalar> = ["<", ">", "^", "="]
        if scalars.count > 1, aligns.contains(scalars[scalars.startIndex + 1]) {
            fill = scalars.removeFirst()
            align = scalars.removeFirst()
        } else if let first = scalars.first, aligns.contains(first) {
            align = scalars.removeFirst()
        }
        if let first = scalars.first, first == "+" || first == "-" || first == " " {
            sign = scalars.removeFirst()
        }
        if scalars.first == "#" { scalars.removeFirst() }
        if scalars.first == "0" {
            isZeroPadded = true
            scalars.removeFirst()
        }
        width = Self.number(&scalars) ?? 0
        if let first = scalars.first, first == "," || first == "_" {
            grouping = scalars.removeFirst()
        }
        if scalars.first == "." {
            scalars.removeFirst()
            guard let digits = Self.number(&scalars) else {
                throw JinjaFault("Format specifier missing precision")
            }
            precision = digits
        }
        kind = scalars.popFirst()
        guard scalars.isEmpty, width <= Self.widest else {
            throw JinjaFault("Invalid format specifier '\(text)'")
        }
    }

    static func number(_ scalars: inout ArraySlice<Unicode.Scalar>) -> Int? {
        var value: Int?
        while let digit = scalars.first, digit.value >= 48, digit.value <= 57 {
            value = min((value ?? 0) * 10 + Int(digit.value - 48), widest + 1)
            scalars.removeFirst()
        }
        return value
    }

    func cut(_ text: String) -> String {
        guard let precision else { return text }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: text.unicodeScalars.prefix(precision))
        return String(view)
    }

    /// Formats one value as Python's `format(value, spec)`.
    func format(_ value: JinjaValue) throws -> String {
        switch value {
        case .string(let text):
            guard kind == nil || kind == "s" else {
                throw JinjaFault("Unknown format code for object of type 'str'")
            }
            return padded(cut(text))
        case .int, .bool:
            guard let whole = value.whole else { return "" }
            switch kind {
            case nil, "d", "n": return numeric(String(whole.magnitude), isNegative: whole < 0)
            case "x": return numeric(String(whole.magnitude, radix: 16), isNegative: whole < 0)
            case "X":
                return numeric(
                    String(whole.magnitude, radix: 16).uppercased(), isNegative: whole < 0)
            case "o": return numeric(String(whole.magnitude, radix: 8), isNegative: whole < 0)
            case "b": return numeric(String(whole.magnitude, radix: 2), isNegative: whole < 0)
            case "c":
                guard let code = UInt32(exactly: whole), let scalar = Unicode.Scalar(code) else {
                    throw JinjaFault("%c arg not in range")
                }
                return padded(String(scalar))
            default: return try floating(Double(whole))
            }
        case .double(let number): return try floating(number)
        case .undefined(let name): throw JinjaFault("'\(name)' is undefined")
        default:
            guard kind == nil, width == 0 else {
                throw JinjaFault("a number is required, not \(value.typeName)")
            }
            return try value.text()
        }
    }

    private func floating(_ number: Double) throws -> String {
        let magnitude = number.magnitude
        let isNegative = number.sign == .minus
        let digits = precision ?? 6
        guard digits <= 400 else { throw JinjaFault("precision too big") }
        switch kind {
        case nil:
            guard let precision else {
                return numeric(JinjaValue.pythonText(magnitude), isNegative: isNegative)
            }
            return numeric(
                NumberText.general(magnitude, precision: precision), isNegative: isNegative)
        case "f", "F":
            return numeric(NumberText.fixed(magnitude, places: digits), isNegative: isNegative)
        case "e", "E":
            let text = NumberText.scientific(magnitude, places: digits)
            return numeric(kind == "E" ? text.uppercased() : text, isNegative: isNegative)
        case "g", "G", "n":
            let text = NumberText.general(magnitude, precision: digits)
            return numeric(kind == "G" ? text.uppercased() : text, isNegative: isNegative)
        case "%":
            return numeric(
                NumberText.fixed(magnitude * 100, places: digits) + "%", isNegative: isNegative)
        default:
            throw JinjaFault("Unknown format code for object of type 'float'")
        }
    }

    private func numeric(_ digits: String, isNegative: Bool) -> String {
        let mark = isNegative ? "-" : sign == "-" ? "" : String(sign)
        var body = digits
        if let grouping {
            let whole = body.prefix { $0.isNumber }
            var grouped = ""
            for (index, digit) in whole.enumerated() {
                if index > 0, (whole.count - index) % 3 == 0 {
                    grouped.unicodeScalars.append(grouping)
                }
                grouped.append(digit)
            }
            body = grouped + body.dropFirst(whole.count)
        }
        let missing = min(Self.widest, width) - mark.count - body.unicodeScalars.count
        if isZeroPadded && align == nil || align == "=" || (isZeroPadded && align == ">") {
            let filler = isZeroPadded ? "0" : String(fill)
            return mark + String(repeating: filler, count: max(0, missing)) + body
        }
        var copy = self
        copy.align = align ?? ">"
        return copy.padded(mark + body)
    }

    func padded(_ text: String) -> String {
        let missing = min(Self.widest, width) - text.unicodeScalars.count
        guard missing > 0 else { return text }
        let filler = String(fill)
        switch align {
        case ">": return String(repeating: filler, count: missing) + text
        case "^":
            return String(repeating: filler, count: missing / 2) + text
                + String(repeating: filler, count: missing - missing / 2)
        default: return text + String(repeating: filler, count: missing)
        }
    }
}

/// `'{} of {name:>5}'.format(…)`.
enum BraceFormat {
    static func apply(_ format: String, _ call: JinjaCall) throws -> String {
        var result = ""
        var next = 0
        var scalars = Array(format.unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            if scalar == "{" || scalar == "}" {
                if scalars.first == scalar {
                    scalars.removeFirst()
                    result.unicodeScalars.append(scalar)
                    continue
                }
                guard scalar == "{", let close = scalars.firstIndex(of: "}") else {
                    throw JinjaFault("Single '\(scalar)' encountered in format string")
                }
                var view = String.UnicodeScalarView()
                view.append(contentsOf: scalars[..<close])
                scalars = scalars[(close + 1)...]
                result += try field(String(view), call, &next)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func field(
        _ field: String, _ call: JinjaCall, _ next: inout Int
    ) throws -> String {
        let parts = field.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        var head = parts[0]
        var isQuoted = false
        if head.hasSuffix("!r") || head.hasSuffix("!s") {
            isQuoted = head.hasSuffix("!r")
            head = head.dropLast(2)
        }
        var path = head.split(
            whereSeparator: { $0 == "." || $0 == "[" || $0 == "]" })[...]
        let value: JinjaValue
        if head.isEmpty {
            value = try positional(next, call)
            next += 1
        } else {
            let first = String(path.popFirst() ?? "")
            if let index = Int(first) {
                value = try positional(index, call)
            } else if let found = call.named.first(where: { $0.0 == first })?.1 {
                value = found
            } else {
                throw JinjaFault("the format names '\(first)', which is not given")
            }
        }
        var current = value
        for step in path {
            let key: JinjaValue = Int(step).map { .int($0) } ?? .string(String(step))
            current = try call.renderer.item(current, key)
        }
        if isQuoted { current = .string(try current.representation()) }
        guard parts.count > 1, !parts[1].isEmpty else { return try current.text() }
        return try FormatSpec(String(parts[1])).format(current)
    }

    private static func positional(_ index: Int, _ call: JinjaCall) throws -> JinjaValue {
        guard index >= 0, index < call.positional.count else {
            throw JinjaFault("Replacement index \(index) out of range for positional args tuple")
        }
        return call.positional[index]
    }
}
