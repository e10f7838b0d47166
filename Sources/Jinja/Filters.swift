/// Jinja2's filters, and dbt's four.
enum Filters {
    static let names: Set<String> = [
        "abs", "attr", "batch", "capitalize", "center", "count", "d", "default", "dictsort", "e",
        "escape", "first", "float", "format", "groupby", "indent", "int", "items", "join", "last",
        "length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "replace",
        "reverse", "round", "safe", "select", "selectattr", "slice", "sort", "string", "sum",
        "title", "tojson", "trim", "truncate", "unique", "upper", "wordcount", "as_bool",
        "as_number", "as_native", "as_text", "is_list", "tuple",
    ]

    static func apply(_ name: String, _ value: JinjaValue, _ call: JinjaCall) throws -> JinjaValue {
        switch name {
        case "d", "default":
            let fallback = call.argument(0, "default_value") ?? .string("")
            let also = call.argument(1, "boolean")?.isTrue ?? false
            return value.isUndefined || (also && !value.isTrue) ? fallback : value
        case "string", "safe", "as_text": return .string(try value.text())
        case "as_native", "as_bool", "as_number": return try native(name, value)
        case "length", "count": return .int(try value.length())
        case "first":
            return try value.iterated().first ?? .undefined("No first item, sequence was empty.")
        case "last":
            return try value.iterated().last ?? .undefined("No last item, sequence was empty.")
        case "list": return .array(try value.iterated())
        case "tuple": return .tuple(try value.iterated())
        case "is_list": return .bool(Tests.isList(value))
        case "join": return try join(value, call)
        case "attr": return try call.renderer.attribute(value, call.text(0, "name"))
        case "int", "float", "abs", "round", "sum": return try number(name, value, call)
        case "tojson": return .string(try safeJSON(value, call))
        case "items":
            guard case .dict(let dict) = value else {
                if value.isUndefined { return .array([]) }
                throw JinjaFault("Can only get item pairs from a mapping.")
            }
            return .array(zip(dict.keys, dict.values).map { .tuple([$0, $1]) })
        case "reverse":
            if case .string(let text) = value {
                var view = String.UnicodeScalarView()
                view.append(contentsOf: text.unicodeScalars.reversed())
                return .string(String(view))
            }
            return .array(try value.iterated().reversed())
        case "map", "select", "reject", "selectattr", "rejectattr", "sort", "unique", "min", "max",
            "groupby", "dictsort", "batch", "slice":
            return try SequenceFilters.apply(name, value, call)
        default: return try text(name, value, call)
        }
    }

    /// JSON that may stand inside HTML, as Jinja2's filter makes it.
    private static func safeJSON(_ value: JinjaValue, _ call: JinjaCall) throws -> String {
        var text = try JSONText.text(
            value, indent: call.argument(0, "indent")?.whole, isSorted: true)
        for (part, other) in [
            ("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("'", "\\u0027"),
        ] where text.utf8.contains(Array(part.utf8)[0]) {
            text = try TextSearch.replace(text, part, other, count: -1, limit: .max)
        }
        return text
    }

    private static func join(_ value: JinjaValue, _ call: JinjaCall) throws -> JinjaValue {
        let separator = try call.argument(0, "d")?.text() ?? ""
        let path = call.argument(1, "attribute")
        var result = ""
        for (position, item) in try value.iterated().enumerated() {
            if position > 0 { result += separator }
            let part = try path.map { try SequenceFilters.follow(item, $0, call) } ?? item
            result += try part.text()
            guard result.utf8.count <= call.renderer.limits.bytes else {
                throw JinjaFault("a text grew beyond \(call.renderer.limits.bytes) bytes")
            }
        }
        return .string(result)
    }

    private static func native(_ name: String, _ value: JinjaValue) throws -> JinjaValue {
        guard case .string(let text) = value else { return value }
        switch name {
        case "as_bool":
            switch text.lowercased() {
            case "true", "yes", "on", "1": return .bool(true)
            case "false", "no", "off", "0": return .bool(false)
            default: throw JinjaFault("could not convert value '\(text)' into type 'bool'")
            }
        case "as_number":
            if let whole = Int(text) { return .int(whole) }
            if let number = Double(text) { return .double(number) }
            throw JinjaFault("could not convert value '\(text)' into type 'number'")
        default:
            if let whole = Int(text) { return .int(whole) }
            if let number = Double(text) { return .double(number) }
            switch text {
            case "True", "true": return .bool(true)
            case "False", "false": return .bool(false)
            case "None": return .none
            default: return value
            }
        }
    }

    private static func number(
        _ name: String, _ value: JinjaValue, _ call: JinjaCall
    ) throws -> JinjaValue {
        switch name {
        case "int":
            let fallback = call.argument(0, "default") ?? .int(0)
            switch value {
            case .string(let text):
                let trimmed = Methods.strip(text, nil, left: true, right: true)
                let base = call.argument(1, "base")?.whole ?? 10
                guard (2...36).contains(base) else { return fallback }
                var digits = trimmed.filter { $0 != "_" }
                if base == 16, digits.lowercased().hasPrefix("0x") {
                    digits = String(digits.dropFirst(2))
                }
                if let whole = Int(digits, radix: base) { return .int(whole) }
                guard base == 10, let number = Double(trimmed), number.isFinite else {
                    return fallback
                }
                return Int(exactly: number.rounded(.towardZero)).map { .int($0) } ?? fallback
            case .double(let number):
                return Int(exactly: number.rounded(.towardZero)).map { .int($0) } ?? fallback
            default: return value.whole.map { .int($0) } ?? fallback
            }
        case "float":
            let fallback = call.argument(0, "default") ?? .double(0)
            if case .string(let text) = value {
                return Double(Methods.strip(text, nil, left: true, right: true))
                    .map { .double($0) } ?? fallback
            }
            return value.number.map { .double($0) } ?? fallback
        case "abs":
            if case .double(let number) = value { return .double(number.magnitude) }
            guard let whole = value.whole, whole != .min else {
                throw JinjaFault("bad operand type for abs(): '\(value.typeName)'")
            }
            return .int(abs(whole))
        case "round": return try round(value, call)
        default:
            let path = call.argument(0, "attribute")
            var total = call.argument(1, "start") ?? .int(0)
            for item in try value.iterated() {
                let part =
                    try path.map { $0.isNone ? item : try SequenceFilters.follow(item, $0, call) }
                    ?? item
                total = try JinjaValue.apply(.add, total, part, call.renderer.limits)
            }
            return total
        }
    }

    private static func round(_ value: JinjaValue, _ call: JinjaCall) throws -> JinjaValue {
        guard let number = value.number else {
            throw JinjaFault("type \(value.typeName) doesn't define __round__ method")
        }
        let places = max(-400, min(400, call.argument(0, "precision")?.whole ?? 0))
        switch try call.argument(1, "method")?.text() ?? "common" {
        case "common":
            if let whole = value.whole, places >= 0 { return .int(whole) }
            return .double(NumberText.round(number, places: places))
        case "ceil", "floor":
            let factor = try NumberText.power(10, Double(places))
            let rule: FloatingPointRoundingRule =
                try call.argument(1, "method")?.text() == "ceil" ? .up : .down
            return .double((number * factor).rounded(rule) / factor)
        default: throw JinjaFault("method must be common, ceil or floor")
        }
    }

    private static func text(
        _ name: String, _ value: JinjaValue, _ call: JinjaCall
    ) throws -> JinjaValue {
        let text = try value.text()
        switch name {
        case "lower", "upper", "title", "capitalize":
            return .string(Methods.cased(text, name, titleBySpace: true))
        case "trim":
            let set = call.argument(0, "chars").flatMap { $0.isNone ? nil : $0 }
            return .string(Methods.strip(text, try set?.text(), left: true, right: true))
        case "replace":
            return .string(
                try TextSearch.replace(
                    text, call.text(0, "old"), call.text(1, "new"),
                    count: call.argument(2, "count")?.whole ?? -1,
                    limit: call.renderer.limits.bytes))
        case "format":
            return .string(
                try PercentFormat.apply(
                    text, call.positional,
                    mapping: call.named.isEmpty ? .none : .mapping(call.named)))
        case "indent": return .string(try indented(text, call))
        case "center":
            var spec = FormatSpec()
            spec.width = min(FormatSpec.widest, call.argument(0, "width")?.whole ?? 80)
            return .string(Methods.centered(text, width: spec.width, fill: " "))
        case "wordcount":
            return .int(text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.count)
        case "truncate": return .string(try truncated(text, call))
        case "e", "escape":
            var result = ""
            for scalar in text.unicodeScalars {
                switch scalar {
                case "&": result += "&amp;"
                case "<": result += "&lt;"
                case ">": result += "&gt;"
                case "\"": result += "&#34;"
                case "'": result += "&#39;"
                default: result.unicodeScalars.append(scalar)
                }
            }
            return .string(result)
        default: throw JinjaFault("No filter named '\(name)'.")
        }
    }

    private static func indented(_ text: String, _ call: JinjaCall) throws -> String {
        let width = call.argument(0, "width") ?? .int(4)
        let prefix: String
        if let count = width.whole {
            guard count <= 1_000 else { throw JinjaFault("indent is at most 1000") }
            prefix = String(repeating: " ", count: max(0, count))
        } else {
            prefix = try width.text()
        }
        let isFirst = call.argument(1, "first")?.isTrue ?? false
        let isBlank = call.argument(2, "blank")?.isTrue ?? false
        let lines = TextSearch.split(text, "\n", count: -1)
        guard lines.count * prefix.utf8.count < call.renderer.limits.bytes else {
            throw JinjaFault("a text grew too long")
        }
        let rest = lines.dropFirst().map { $0.isEmpty && !isBlank ? $0 : prefix + $0 }
        return (isFirst ? prefix : "") + ([lines[0]] + rest).joined(separator: "\n")
    }

    private static func truncated(_ text: String, _ call: JinjaCall) throws -> String {
        let length = call.argument(0, "length")?.whole ?? 255
        let kill = call.argument(1, "killwords")?.isTrue ?? false
        let end = try call.argument(2, "end")?.text() ?? "..."
        let leeway = call.argument(3, "leeway")?.whole ?? 5
        let scalars = Array(text.unicodeScalars)
        let keep = length - end.unicodeScalars.count
        guard length >= 0, leeway >= 0, keep >= 0 else {
            throw JinjaFault("expected length >= \(end.unicodeScalars.count), got \(length)")
        }
        guard scalars.count > length, scalars.count - length > leeway else { return text }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars.prefix(keep))
        if kill { return String(view) + end }
        if let space = view.lastIndex(of: " ") { return String(view[..<space]) + end }
        return String(view) + end
    }
}
